"""Is it the expected answer: to the letter, or but for case, spacing and punctuation?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.normal_form import normal_form
from ftcore.evaluation.scorers.scorer import QUALITY


@dataclass(frozen=True, slots=True)
class ExactMatch:
    name: str = "exact_match"
    label: str = "Exact match"
    explanation: str = "1 when the answer is the expected one to the letter, spaces at its ends aside."
    reason: str = QUALITY
    source: str = "own"
    blind_to: str = "It cannot see that an answer is almost right, or right in other words."
    binary: bool = True

    def score(self, answer: str, expected: str) -> float:
        return float(answer.strip() == expected.strip())

    def why(self, answer: str, expected: str) -> str:
        if self.score(answer, expected) == 1:
            return ""
        return "Only case, spacing or punctuation differ." if normal_form(answer) == normal_form(expected) else ""


@dataclass(frozen=True, slots=True)
class NormalisedMatch:
    name: str = "normalised_match"
    label: str = "Match, however written"
    explanation: str = (
        "1 when the answer is the expected one, whatever its case, spacing, and punctuation around words."
    )
    reason: str = QUALITY
    source: str = "own; NFKC is Unicode's Standard Annex 15"
    blind_to: str = "It cannot see that an answer is right in other words, nor that case or punctuation matter."
    binary: bool = True

    def score(self, answer: str, expected: str) -> float:
        return float(normal_form(answer) == normal_form(expected))

    def why(self, answer: str, expected: str) -> str:
        return ""
