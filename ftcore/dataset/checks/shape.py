"""Answers of another shape than the others: prose among JSON, a missing key, a letter among labels."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ftcore.dataset.answers import LABEL_CHARACTERS, as_json, shape_of
from ftcore.dataset.checks.texts import rewrite
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import ENOUGH_ROWS, Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

CODES = ("broken_json", "truncated", "odd_shape")
NEARLY_ALL = 0.97
SHAPES = {"object": "a JSON object", "list": "a JSON list"}


def look(texts: Texts, _limits: Limits, light: Profile) -> bool:
    answer = texts.response
    if light.kind == "labels":
        return len(answer) > LABEL_CHARACTERS or "\n" in answer
    return light.kind == "json" or answer[:1] in ("{", "[") or answer[:1].isspace()


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    answer = texts.response
    if not answer or answer.isspace():
        return
    if light.kind == "json":
        value = as_json(answer)
        yield from _not_json(answer) if value is None else _unlike(answer, value, limits, light)
    elif light.kind == "labels" and light.rows >= ENOUGH_ROWS:
        if len(answer) > LABEL_CHARACTERS or "\n" in answer.strip():
            message = "The other answers are short labels; this one is longer."
            yield Problem("odd_shape", Severity.WARNING, message, "response", 0, len(answer))
    elif light.kind == "text" and answer.lstrip()[:1] in ("{", "["):
        yield from _not_text(answer, limits, light)


def fix(example: TrainingExample, _limits: Limits, light: Profile) -> TrainingExample:
    """The JSON that stands in an answer, without the words around it."""
    return rewrite(example, _only_json, where="response") if light.kind == "json" else example


def _only_json(answer: str) -> str:
    if as_json(answer) is not None:
        return answer
    for opening, closing in (("{", "}"), ("[", "]")):
        inside = answer[answer.find(opening) : answer.rfind(closing) + 1]
        around = answer.replace(inside, "", 1) if inside else answer
        # A bracket before or after it would mean that there are two, or that it is cut off.
        if as_json(inside) is not None and not any(bracket in around for bracket in "{}[]"):
            return inside
    return answer


def _not_json(answer: str) -> Iterator[Problem]:
    stripped = answer.strip()
    if not stripped.startswith(("{", "[")):
        message = "The other answers are JSON; this one is not."
        yield Problem("broken_json", Severity.ERROR, message, "response", 0, len(answer))
        return
    try:
        json.loads(stripped)
    except json.JSONDecodeError as error:
        start = len(answer) - len(answer.lstrip())
        at = min(start + error.pos, len(answer) - 1)
        cut = error.pos >= len(stripped) or error.msg.startswith("Unterminated string")
        code, what = ("truncated", "is cut off") if cut else ("broken_json", "is broken")
        message = f"The answer's JSON {what} (character {at + 1}); the other answers are whole."
        yield Problem(code, Severity.ERROR, message, "response", at, len(answer))
    except (RecursionError, ValueError):
        message = "The answer's JSON is nested too deeply, or holds a number too long, to be read."
        yield Problem("broken_json", Severity.ERROR, message, "response", 0, len(answer))


def _unlike(answer: str, value: object, limits: Limits, light: Profile) -> Iterator[Problem]:
    """A list among objects, or an object whose keys are not those of the others."""
    if light.rows < ENOUGH_ROWS:
        return
    shape = "object" if isinstance(value, dict) else "list"
    if _is_rare(shape, limits, light):
        other = "a JSON list" if shape == "object" else "a JSON object"
        message = f"The answer is {SHAPES[shape]}; the others are {other}."
        yield Problem("odd_shape", Severity.WARNING, message, "response", 0, len(answer))
    elif isinstance(value, dict):
        yield from _other_keys(answer, value, limits, light)


def _other_keys(answer: str, value: dict[str, object], limits: Limits, light: Profile) -> Iterator[Problem]:
    objects = light.shapes.get("object", 0)
    if objects < ENOUGH_ROWS:
        return
    usual = [key for key, number in light.keys.items() if number >= NEARLY_ALL * objects]
    missing = [key for key in usual if key not in value]
    if missing:
        message = f"The answer has no {_quoted(missing)}; nearly all others have."
        yield Problem("odd_shape", Severity.WARNING, message, "response", 0, len(answer))
    # Where the keys differ from row to row anyway, one more says nothing.
    settled = sum(light.keys[key] for key in usual) >= NEARLY_ALL * sum(light.keys.values())
    added = [key for key in value if light.keys.get(key, 0) - 1 <= limits.uncommon * objects]
    if added and usual and settled:
        start = max(0, answer.find(json.dumps(added[0], ensure_ascii=False)))
        message = f"The answer has {_quoted(added)}; hardly any other has."
        yield Problem("odd_shape", Severity.HINT, message, "response", start, len(answer))


def _quoted(keys: list[str]) -> str:
    named = ", ".join(f'"{key[:40]}"' for key in keys[:3])
    return named if len(keys) <= 3 else f"{named} and {len(keys) - 3} more"


def _not_text(answer: str, limits: Limits, light: Profile) -> Iterator[Problem]:
    """A block of code is left alone: it is an answer like others, to a question for code."""
    shape = shape_of(answer)
    if shape in SHAPES and light.rows >= ENOUGH_ROWS and _is_rare(shape, limits, light):
        message = f"The answer is {SHAPES[shape]}; nearly all others are text."
        yield Problem("odd_shape", Severity.HINT, message, "response", 0, len(answer))


def _is_rare(shape: str, limits: Limits, light: Profile) -> bool:
    return light.shapes.get(shape, 0) - 1 <= limits.uncommon * (light.answers - 1)
