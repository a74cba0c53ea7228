"""The form that answers have, as a JSON schema: derived from the training answers, for servers that hold a model to one.

Kept to what every server takes in its strict way (an object on top, no further fields, all of them required), as OpenAI's
guide to structured outputs lists it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from ftcore.evaluation.arms.structured import ANSWER
from ftcore.evaluation.scorers.json_text import find_json

MOST = 0.9
"""So much of the answers must be of one kind."""
FEWEST = 20
"""Answers, below which nothing is said about how many values there are."""
VALUES, LABEL = 200, 60
"""A list of values has at most so many, of at most so many characters."""
SINGLES = 0.02
"""Where more of the values were seen only once, others are to be expected (Good and Turing: their share estimates that of the
values nobody has seen), and a closed list would forbid right answers."""
FIELDS, DEPTH = 100, 8
LENGTH = 1.25
"""Free text may be so much longer than the longest that was seen: a small model that may go on for ever does, and what is cut off
is no JSON. Servers that refuse bounds get the form without them (`unbounded`)."""


@dataclass(frozen=True, slots=True)
class Form:
    """`wrapped`: the object holds nothing but the label. `strict`: every field is always there."""

    schema: dict[str, Any]
    wrapped: bool = False
    strict: bool = True


def unbounded(schema: dict[str, Any]) -> dict[str, Any]:
    """The form without lengths, which not every server's strict way allows."""
    kept = {key: value for key, value in schema.items() if key not in ("maxLength", "maxItems")}
    if "properties" in kept:
        kept["properties"] = {name: unbounded(one) for name, one in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = unbounded(kept["items"])
    if "anyOf" in kept:
        kept["anyOf"] = [unbounded(one) for one in kept["anyOf"]]
    return kept


def derive(answers: Sequence[str]) -> Form | None:
    """The form of these answers; None where they are neither JSON objects nor a few short labels."""
    texts = [text.strip() for text in answers if text.strip()]
    if not texts:
        return None
    found = [value for value in (find_json(text).value for text in texts) if isinstance(value, dict)]
    if len(found) >= MOST * len(texts):
        maker = _Maker()
        schema = maker.of(found, 1)
        return Form(schema, strict=maker.strict) if maker.possible else None
    labels = _values(texts)
    if labels is None:
        return None
    return Form(_object({ANSWER: {"type": "string", "enum": labels}}, [ANSWER]), wrapped=True)


class _Maker:
    """Goes down into the values; remembers what cannot be said strictly, or not at all."""

    def __init__(self) -> None:
        self.strict = True
        self.possible = True

    def of(self, values: Sequence[Any], depth: int) -> dict[str, Any]:
        kinds: dict[str, list[Any]] = {}
        for value in values:
            kinds.setdefault(_kind(value), []).append(value)
        if {"integer", "number"} <= kinds.keys():
            kinds["number"] += kinds.pop("integer")
        every = [self._one(kind, some, depth) for kind, some in sorted(kinds.items()) if kind != "null"]
        if "null" in kinds:
            if len(every) == 1 and "enum" in every[0]:
                return {"type": ["string", "null"], "enum": [*every[0]["enum"], None]}
            every.append({"type": "null"})
        return every[0] if len(every) == 1 else {"anyOf": every}

    def _one(self, kind: str, values: list[Any], depth: int) -> dict[str, Any]:
        if kind == "object":
            return self._fields(values, depth)
        if kind == "array":
            inside = [item for value in values for item in value]
            items = self.of(inside, depth + 1) if inside else {"type": "string"}
            return {"type": "array", "items": items, "maxItems": max(map(len, values))}
        if kind == "string":
            few = _values(values)
            return {"type": kind, "enum": few} if few else {"type": kind, "maxLength": _longest(values)}
        return {"type": kind}

    def _fields(self, values: list[dict[str, Any]], depth: int) -> dict[str, Any]:
        seen = Counter(name for value in values for name in value)
        if len(seen) > FIELDS or depth > DEPTH or not seen:
            self.possible = False  # names that are data, or a tree without end
            return {"type": "object"}
        always = [name for name in seen if seen[name] == len(values)]
        self.strict = self.strict and len(always) == len(seen)
        fields = {name: self.of([value[name] for value in values if name in value], depth + 1) for name in seen}
        return _object(fields, always)


def _object(fields: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _values(texts: Sequence[str]) -> list[str] | None:
    """The different values, the most frequent first, where a closed list of them does the texts justice."""
    times = Counter(texts)
    once = sum(1 for number in times.values() if number == 1)
    if len(texts) < FEWEST or len(times) > VALUES or once > SINGLES * len(texts) or len(times) * 2 > len(texts):
        return None
    if any(len(text) > LABEL or "\n" in text or not text for text in times):
        return None
    return [text for text, _ in sorted(times.items(), key=lambda pair: (-pair[1], pair[0]))]


def _longest(texts: Sequence[str]) -> int:
    return ceil(LENGTH * max(map(len, texts)))


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    for types, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (dict, "object")):
        if isinstance(value, types):
            return name
    return "array"
