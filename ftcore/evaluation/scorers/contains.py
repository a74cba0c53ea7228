"""Does the expected answer stand anywhere in what was said?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.scorer import QUALITY
from ftcore.evaluation.scorers.terms_text import holds, prepared


@dataclass(frozen=True, slots=True)
class Contains:
    name: str = "contains"
    label: str = "Contains the expected answer"
    explanation: str = (
        "1 when the expected answer stands in the answer as whole words, whatever the case and the punctuation around "
        "words."
    )
    reason: str = QUALITY
    source: str = "own"
    blind_to: str = "It cannot see what else is said: “not X” contains X, and so does a list of everything."
    binary: bool = False  # it cannot tell right from wrong, only there from not there

    def score(self, answer: str, expected: str) -> float:
        return float(holds(prepared(answer), expected))

    def why(self, answer: str, expected: str) -> str:
        return ""
