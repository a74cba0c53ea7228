"""Lengths of any number of rows, counted in bounded memory."""

from __future__ import annotations

import math
from collections import Counter

from ftcore.dataset.health.values import Bar, Spread

EXACT = 4096
STEP = math.log(1.01)
BARS = 20


class Lengths:
    """Counts lengths: each by itself below 4,096, in steps of 1% above."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._total = self._longest = 0

    def add(self, length: int) -> None:
        self._counts[length if length < EXACT else _rounded(length)] += 1
        self._total += length
        self._longest = max(self._longest, length)

    def spread(self) -> Spread:
        rows = self._counts.total()
        if not rows:
            return Spread()
        return Spread(rows, self._total, self._at(0.5), self._at(0.95), self._longest, self._bars())

    def _at(self, share: float) -> int:
        """The least length that this share of rows does not exceed."""
        left = math.ceil(share * self._counts.total())
        for length in sorted(self._counts):
            left -= self._counts[length]
            if left <= 0:
                break
        return length

    def _bars(self) -> tuple[Bar, ...]:
        """At most 20 bars of a round width for 99 of 100 rows, and one for those that are longer still."""
        end = self._at(0.99) + 1
        width = _round_width(end / BARS)
        number = math.ceil(end / width)
        rows = [0] * (number + 1)
        for length, several in self._counts.items():
            rows[min(length // width, number)] += several
        bars = [Bar(at * width, (at + 1) * width, rows[at]) for at in range(number)]
        return (*bars, Bar(number * width, self._longest + 1, rows[number])) if rows[number] else tuple(bars)


def _rounded(length: int) -> int:
    return int(EXACT * math.exp(STEP * int(math.log(length / EXACT) / STEP)))


def _round_width(least: float) -> int:
    """The first of 1, 2, 5, 10, 20, 50 ... that is not below `least`."""
    width = 1
    while width < least:
        width = width * 5 // 2 if str(width)[0] == "2" else width * 2
    return width
