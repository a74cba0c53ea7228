"""Does it write "don't" or "do not", as the training answers do?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.scorer import STYLE

COMPARED = 20_000
_SHORT = re.compile(r"\b(?:[a-z]{1,8}n't|(?:i|you|we|they|he|she|it|that|there|who|what)'(?:m|re|ve|ll|d|s)|let's)\b")
_LONG = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|have|has|had|will|would|can|could|should|must) not|cannot"
    r"|i am|(?:you|we|they) are|(?:he|she|it|that|there|who|what) is|(?:i|you|we|they) have (?:not|been|had|[a-z]+ed)"
    r"|(?:i|you|we|they|he|she|it|that|there) (?:will|would)|let us)\b"
)


@dataclass(frozen=True, slots=True)
class Contractions:
    """`share`: of all places where the training answers could contract, how many do."""

    share: float = 0.0
    name: str = "contractions"
    label: str = "Contractions as in training"
    explanation: str = (
        "How near the answer comes to the training answers in contracting (“don't” for “do not”). 1 when it could "
        "contract nowhere."
    )
    reason: str = STYLE
    source: str = "own"
    blind_to: str = "It reads English only, and cannot see whether the answer is right."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        short, long = counts(answer)
        return 1.0 if short + long == 0 else 1 - abs(short / (short + long) - self.share)

    def why(self, answer: str, expected: str) -> str:
        short, long = counts(answer)
        if short + long == 0:
            return "There is nothing to contract in it."
        return f"It contracts in {short} of {short + long} places; the training answers do in {self.share:.0%}."


def make_contractions(context: Context) -> Contractions:
    """Raises EvaluationError when there are too few training answers."""
    found = [counts(text) for text in context.habits()]
    short, long = sum(one[0] for one in found), sum(one[1] for one in found)
    return Contractions(short / (short + long) if short + long else 0.0)


def counts(text: str) -> tuple[int, int]:
    """(contracted, written out) places of an English text."""
    plain = " ".join(text[:COMPARED].lower().replace("’", "'").split())
    return len(_SHORT.findall(plain)), len(_LONG.findall(plain))
