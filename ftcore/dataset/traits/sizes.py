"""Lengths in bounded memory: the middle of millions of numbers from some hundred counters."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from math import exp, log

from ftcore.dataset.profiles import Spread

STEPS = 50
"""Counters for a factor of e: a length is known to 1 percent."""


class Sizes:
    """How often each length came, in logarithmic steps."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, length: int) -> None:
        """`length` in characters, at least 1."""
        self._counts[_step(length)] += 1

    def spread(self) -> Spread:
        """Median, and median absolute deviation of the logarithms."""
        middle = _median(self._counts)
        away: Counter[int] = Counter()
        for step, number in self._counts.items():
            away[abs(step - middle)] += number
        return Spread(exp(middle / STEPS), _median(away) / STEPS) if self._counts else Spread()


@lru_cache(maxsize=4096)
def _step(length: int) -> int:
    return round(log(length) * STEPS)


def _median(counts: Counter[int]) -> int:
    """The lower median; 0 of nothing."""
    half, seen = (counts.total() + 1) // 2, 0
    for step in sorted(counts):
        seen += counts[step]
        if seen >= half:
            return step
    return 0
