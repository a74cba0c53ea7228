"""Numbers that are known as ranges, and sums with them that never promise more than the ranges do."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Range:
    """From `low` to `high`, both included; a point where they are equal. The result of every sum holds whatever that sum gives for
    any numbers inside the ranges (interval arithmetic: Moore, 1966). Two ranges are taken as independent of each other, so a
    figure that stands in a sum twice widens the result and never narrows it."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise ValueError(
                f"A range goes from a number to one that is no smaller, not from {self.low} to {self.high}."
            )

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Range) -> Range:
        return Range(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Range) -> Range:
        corners = [mine * its for mine in (self.low, self.high) for its in (other.low, other.high)]
        return Range(min(corners), max(corners))

    def __truediv__(self, other: Range) -> Range:
        """Raises ValueError where the other holds zero or less: no cost is shared among no calls."""
        if other.low <= 0:
            raise ValueError("A range is divided by one above zero only.")
        corners = [mine / its for mine in (self.low, self.high) for its in (other.low, other.high)]
        return Range(min(corners), max(corners))

    def times(self, number: float) -> Range:
        """The same as `* point(number)`."""
        return self * point(number)

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    def holds(self, number: float, slack: float = 0.0) -> bool:
        return self.low - slack <= number <= self.high + slack


def point(number: float) -> Range:
    return Range(number, number)


ZERO = point(0.0)
ONE = point(1.0)
