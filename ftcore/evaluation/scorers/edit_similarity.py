"""How much of the answer would a person have to retype?"""

from __future__ import annotations

from dataclasses import dataclass

COMPARED = 20_000
"""Characters of each text that are compared: the work grows with their product."""


@dataclass(frozen=True, slots=True)
class EditSimilarity:
    name: str = "edit_similarity"
    label: str = "Edit similarity"
    explanation: str = (
        "The share of characters that need not be changed to turn the answer into the expected one (Levenshtein). It "
        "cannot see that an answer says the same in other words. The first 20,000 characters are compared."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        from rapidfuzz.distance import Levenshtein

        return float(Levenshtein.normalized_similarity(answer.strip()[:COMPARED], expected.strip()[:COMPARED]))

    def why(self, answer: str, expected: str) -> str:
        cut = max(len(answer), len(expected)) > COMPARED
        return f"Only the first {COMPARED:,} characters were compared." if cut else ""
