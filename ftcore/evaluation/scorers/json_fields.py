"""How many of the expected JSON fields are there and right?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.scorers.json_text import find_json
from ftcore.evaluation.scorers.normal_form import normal_form
from ftcore.evaluation.scorers.scorer import FORMAT

Leaf = tuple[tuple[str, ...], str, str]
"""(path, kind, value). The entries of a list share the path of the list: their order does not count."""

_ENTRY = "\0[]"
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class JsonFields:
    name: str = "json_fields"
    label: str = "Fields filled correctly (F1)"
    explanation: str = (
        "The share of fields that are right, counting both missing and superfluous ones (F1). Texts are compared "
        "whatever their case and punctuation, lists whatever their order. A code fence around the JSON is forgiven."
    )
    reason: str = FORMAT
    source: str = "own; F1 is van Rijsbergen 1979"
    blind_to: str = (
        "It cannot see that a free text in a field says the same in other words, nor which field matters most."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        wanted, given = find_json(expected), find_json(answer)
        if not wanted.there:
            return float(normal_form(answer) == normal_form(expected))
        if not given.there:
            return 0.0
        ours, theirs = Counter(flatten(given.value)), Counter(flatten(wanted.value))
        both = (ours & theirs).total()
        return 2 * both / (ours.total() + theirs.total())

    def why(self, answer: str, expected: str) -> str:
        wanted, given = find_json(expected), find_json(answer)
        if not wanted.there:
            return "The expected answer is no JSON, so the whole texts were compared."
        if not given.there:
            return given.problem
        ours, theirs = Counter(flatten(given.value)), Counter(flatten(wanted.value))
        missed = _names(theirs - ours)
        extra = [name for name in _names(ours - theirs) if name not in missed]
        said = [f"Wrong or missing: {', '.join(missed)}."] if missed else []
        said += [f"Not expected: {', '.join(extra)}."] if extra else []
        return " ".join(said)


def flatten(value: Any) -> Iterator[Leaf]:
    """The leaves of a JSON value. An empty object or list is a leaf too, or it would not count."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while waiting:
        path, found = waiting.pop()
        if isinstance(found, dict) and found and len(path) < _DEEPEST:
            waiting.extend(((*path, str(key)), inner) for key, inner in found.items())
        elif isinstance(found, list) and found and len(path) < _DEEPEST:
            waiting.extend(((*path, _ENTRY), inner) for inner in found)
        else:
            yield path, *_leaf(found)


def _leaf(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        return "text", normal_form(value)
    if isinstance(value, bool) or value is None:
        return "word", str(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return "number", str(int(value))  # 1.0 is 1
    if isinstance(value, int | float):
        return "number", repr(value)
    return "nested", "..." if value else repr(value)  # empty, or deeper than anything that was asked for


def _names(leaves: Counter[Leaf]) -> list[str]:
    names = dict.fromkeys(".".join(part for part in path if part != _ENTRY) or "the value" for path, _, _ in leaves)
    return sorted(names)[:8]
