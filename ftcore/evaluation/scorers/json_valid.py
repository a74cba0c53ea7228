"""Can a program read the answer?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.json_text import find_json, kind
from ftcore.evaluation.scorers.scorer import FORMAT


@dataclass(frozen=True, slots=True)
class JsonValid:
    name: str = "json_valid"
    label: str = "Valid JSON"
    explanation: str = (
        "1 when the answer is JSON of the expected kind and nothing else, one half when it stands inside a code fence, "
        "which a program must first take off."
    )
    reason: str = FORMAT
    source: str = "RFC 8259"
    blind_to: str = "It cannot see whether the fields and values are right."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        found = find_json(answer)
        if not found.there or not _is_kind(found.value, expected):
            return 0.0
        return 0.5 if found.fenced else 1.0

    def why(self, answer: str, expected: str) -> str:
        found = find_json(answer)
        if not found.there:
            return found.problem
        if not _is_kind(found.value, expected):
            return f"It is JSON, but {kind(found.value)} where {kind(find_json(expected).value)} was expected."
        return "It is JSON, but inside a code fence." if found.fenced else ""


def _is_kind(value: object, expected: str) -> bool:
    """An answer such as `true` is JSON too, and no help to a program that reads objects."""
    wanted = find_json(expected)
    return not wanted.there or kind(value) == kind(wanted.value)
