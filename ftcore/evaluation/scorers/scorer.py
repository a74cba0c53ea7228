"""What a scorer is."""

from __future__ import annotations

from typing import Protocol

QUALITY = "quality"
STYLE = "style_consistency"
TERMS = "domain_terminology"
FORMAT = "format_reliability"
REASONS = (QUALITY, STYLE, TERMS, FORMAT)
"""What a scorer can measure: whether the answer is right, or one of the good reasons to fine-tune (`data/decision.yaml`).
The fourth good reason, efficiency at scale, is measured by tokens, seconds and prices, not by a text."""


class Scorer(Protocol):
    """Scores one answer against the expected one. Takes any text whatever, never raises, and can be pickled."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str:
        """For people: "Exact match"."""
        ...

    @property
    def explanation(self) -> str:
        """One or two plain sentences: what gets the full score."""
        ...

    @property
    def reason(self) -> str:
        """Which of `REASONS` it measures."""
        ...

    @property
    def source(self) -> str:
        """Where the measure comes from; "own" where it was made here."""
        ...

    @property
    def blind_to(self) -> str:
        """One plain sentence: what it cannot see. Belongs beside every figure of this scorer."""
        ...

    @property
    def binary(self) -> bool:
        """True when it tells right answers (1) from wrong ones (0): then a report may count "of every 100". Scores that
        happen to be all 0 or 1, as those of a form, do not."""
        ...

    def score(self, answer: str, expected: str) -> float:
        """In [0, 1]. NaN when nothing can be said of this answer (`why` says the reason): a missing score, not a bad
        one. Only scorers that run something which is not ours (a pattern, a program) ever give it."""
        ...

    def why(self, answer: str, expected: str) -> str:
        """One plain sentence on this score; "" when the score says it all."""
        ...
