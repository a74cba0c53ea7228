"""How much of the answer would a person have to retype?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.scorer import STYLE

COMPARED = 20_000
"""Characters of each text that are compared: the work grows with their product."""


@dataclass(frozen=True, slots=True)
class EditSimilarity:
    name: str = "edit_similarity"
    label: str = "Edit similarity"
    explanation: str = (
        "The share of characters that need not be changed to turn the answer into the expected one. The first 20,000 "
        "characters are compared."
    )
    reason: str = STYLE
    source: str = "Levenshtein 1966, by rapidfuzz"
    blind_to: str = (
        "It cannot see that an answer says the same in other words, nor that one changed word turns its sense."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        from rapidfuzz.distance import Levenshtein

        return float(Levenshtein.normalized_similarity(answer.strip()[:COMPARED], expected.strip()[:COMPARED]))

    def why(self, answer: str, expected: str) -> str:
        cut = max(len(answer), len(expected)) > COMPARED
        return f"Only the first {COMPARED:,} characters were compared." if cut else ""
