"""Shares and differences as people read them: points of 100."""

from __future__ import annotations


def points(share: float) -> str:
    """A share in [-1, 1] as a number of 100 without its sign: whole, or with one decimal where that would read 0."""
    value = abs(share) * 100
    whole = f"{value:.0f}"
    return whole if whole != "0" or value < 0.05 else f"{value:.1f}"


def signed(share: float) -> str:
    """The same with its sign, and a true minus."""
    text = points(share)
    return text if text == "0" else f"{'+' if share > 0 else '−'}{text}"


def counted_points(share: float) -> str:
    """ "1 point", "18 points"."""
    text = points(share)
    return f"{text} point" if text == "1" else f"{text} points"


def span(low: float, high: float) -> str:
    """An interval in points. Without signs where it lies above zero; below zero it is turned round, for sentences that say
    "worse by"."""
    if low > 0:
        return f"{points(low)} to {points(high)}"
    if high < 0:
        return f"{points(high)} to {points(low)}"
    return f"{signed(low)} to {signed(high)}"
