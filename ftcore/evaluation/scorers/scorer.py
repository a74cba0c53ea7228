"""What a scorer is."""

from __future__ import annotations

from typing import Protocol


class Scorer(Protocol):
    """Scores one answer against the expected one. Takes any text whatever and never raises."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str:
        """For people: "Exact match"."""
        ...

    @property
    def explanation(self) -> str:
        """One plain sentence: what gets the full score, and what it cannot see."""
        ...

    @property
    def binary(self) -> bool:
        """True when an answer is either right (1) or wrong (0): then a report may count "of every 100"."""
        ...

    def score(self, answer: str, expected: str) -> float:
        """In [0, 1]."""
        ...

    def why(self, answer: str, expected: str) -> str:
        """One plain sentence on this score; "" when the score says it all."""
        ...
