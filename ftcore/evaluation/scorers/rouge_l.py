"""How much of the expected wording comes back, in its order?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from ftcore.evaluation.scorers.scorer import STYLE

COMPARED = 20_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class RougeL:
    name: str = "rouge_l"
    label: str = "Wording in common (ROUGE-L)"
    explanation: str = (
        "The share of words that the answer and the expected one have in common in the same order, counting both missing "
        "and superfluous words (F1). The first 20,000 characters are compared."
    )
    reason: str = STYLE
    source: str = "Lin 2004; as similarity by insertions and deletions over words, by rapidfuzz"
    blind_to: str = "It cannot see that other words say the same, nor that a missing “not” turns the sense."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        from rapidfuzz.distance import Indel

        return float(Indel.normalized_similarity(words(answer), words(expected)))

    def why(self, answer: str, expected: str) -> str:
        return ""


def words(text: str) -> list[str]:
    """The words of a text, whatever their case; letters of every script count."""
    return _WORD.findall(unicodedata.normalize("NFKC", text[:COMPARED]).casefold())
