"""Does the answer fit the JSON schema that a program expects?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.json_text import find_json
from ftcore.evaluation.scorers.matching import fits
from ftcore.evaluation.scorers.scorer import FORMAT

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """`schema`: the schema as JSON text."""

    schema: str = "true"
    name: str = "json_schema"
    label: str = "Fits the JSON schema"
    explanation: str = (
        "1 when the answer is JSON that fits the schema, one half when it does inside a code fence, which a program must "
        "first take off."
    )
    reason: str = FORMAT
    source: str = "JSON Schema 2020-12, by jsonschema"
    blind_to: str = "It cannot see whether the values are right, only that they have the form."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        found = find_json(answer)
        if not found.there or fault(self.schema, found.value):
            return 0.0
        return 0.5 if found.fenced else 1.0

    def why(self, answer: str, expected: str) -> str:
        found = find_json(answer)
        if not found.there:
            return found.problem
        return fault(self.schema, found.value) or ("It fits, but inside a code fence." if found.fenced else "")


def make_json_schema(context: Context) -> JsonSchema:
    """Raises EvaluationError when there is no schema, or it is none."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    if context.schema is None:
        raise EvaluationError("The measure 'json_schema' needs a JSON schema.")
    try:
        Draft202012Validator.check_schema(context.schema)
        made = JsonSchema(json.dumps(context.schema, sort_keys=True))
    except SchemaError as error:
        raise EvaluationError(f"This is no JSON schema: {error.message[:_SHOWN]}") from None
    except (RecursionError, TypeError, ValueError):
        raise EvaluationError("This is no JSON schema: it cannot be read.") from None
    return made


def fault(schema: str, value: Any) -> str:
    """The first thing that does not fit, with its place; "" when all does. Fetches nothing from anywhere."""
    try:
        error = next(_validator(schema).iter_errors(value), None)
    except RecursionError:
        return "It is nested too deeply to be checked."
    except Exception as error:  # noqa: BLE001 - a reference that leads nowhere, and whatever else a schema can hold
        return f"The schema cannot be applied: {str(error)[:_SHOWN]}"
    if error is None:
        return ""
    return f"At {_place(error.absolute_path)}: {error.message[:_SHOWN]}."


def _place(path: Any) -> str:
    """order.lines[2].price"""
    said = ""
    for part in path:
        said += f"[{part}]" if isinstance(part, int) else f".{part}" if said else str(part)
    return said or "the top"


@lru_cache(maxsize=8)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend
    from referencing import Registry

    def pattern(validator: Any, wanted: str, instance: Any, _: Any) -> Iterator[Any]:
        if isinstance(instance, str) and not fits(wanted, instance, whole=False):
            yield ValidationError(f"{instance[:40]!r} does not match {wanted!r}")

    # An empty registry: by itself the library would fetch a schema's references from the network. Patterns are bounded.
    return extend(Draft202012Validator, {"pattern": pattern})(json.loads(schema), registry=Registry())
