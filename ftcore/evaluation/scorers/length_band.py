"""Is it as long as the training answers are?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.scorer import STYLE

_OUTSIDE = 0.05


@dataclass(frozen=True, slots=True)
class LengthBand:
    """`low` and `high` in characters, spaces at the ends aside: 90 of 100 training answers lie between."""

    low: int = 0
    high: int = 0
    name: str = "length_band"
    label: str = "Length as in training"
    explanation: str = (
        "1 when the answer is as long as 90 of 100 training answers are; outside, the ratio to the nearer end (half as "
        "long as the shortest: 0.5)."
    )
    reason: str = STYLE
    source: str = "own"
    blind_to: str = "It cannot see what the answer says."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        length = len(answer.strip())
        if length < self.low:
            return length / self.low
        return self.high / length if length > self.high else 1.0

    def why(self, answer: str, expected: str) -> str:
        if self.score(answer, expected) == 1:
            return ""
        return f"{len(answer.strip()):,} characters; the training answers have {self.low:,} to {self.high:,}."


def make_length_band(context: Context) -> LengthBand:
    """Raises EvaluationError when there are too few training answers."""
    lengths = sorted(len(text.strip()) for text in context.habits())
    cut = int(_OUTSIDE * len(lengths))
    return LengthBand(lengths[cut], lengths[-1 - cut])
