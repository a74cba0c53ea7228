"""What would have to change for it to pay: the volume, or the price of hosting."""

from __future__ import annotations

import math

from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.reckoning import Reckoning


def least_calls(found: Reckoning) -> Range:
    """From how many calls a month it pays back within the months looked ahead: with every other figure at its favourable end, and
    with every other figure at its unfavourable end. Infinite = at no volume. From

        months x (calls x saving - fixed) >= once,  so  calls >= (once / months + fixed) / saving
    """
    months = found.horizon
    if months <= 0:
        return Range(math.inf, math.inf)
    fixed = found.once.times(1 / months) + found.fixed
    return Range(_least(fixed.low, found.saving.high), _least(fixed.high, found.saving.low))


def dearest_hosting(found: Reckoning) -> float:
    """The highest price of hosting a month with which it pays back within the months looked ahead, every other figure at its
    favourable end; zero or less = at none."""
    months = found.horizon
    if months <= 0:
        return -math.inf
    best = found.gain - found.once.times(1 / months)
    return best.high + found.given.hosting.low


def _least(fixed: float, saving: float) -> float:
    if fixed <= 0:
        return 0.0 if saving >= 0 else math.inf
    return fixed / saving if saving > 0 else math.inf
