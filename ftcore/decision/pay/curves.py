"""What both ways have cost by month and by calls: the points of the chart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import product
from typing import Any

from ftcore.decision.pay.ranges import Range, point
from ftcore.decision.pay.reckoning import Inputs, Reckoning, Way
from ftcore.records.pay import PayPoint

ROOM = 1.25
"""The chart goes on for a quarter beyond the latest payback."""
STEPS = 24


def by_month(found: Reckoning) -> tuple[PayPoint, ...]:
    """A point at the end of each month, the last one at the model's last day where that comes first. Empty where there is no time."""
    last = last_month(found)
    if last <= 0:
        return ()
    ends = [*(float(month) for month in range(math.ceil(last))), last]
    return tuple(_point(at, found.tuned_cost(at), found.other_cost(at)) for at in ends)


def by_calls(found: Reckoning) -> tuple[PayPoint, ...]:
    """The same by number of calls, for which it matters little how many a month there are: only what is paid each month whatever
    the volume is more or less a call."""
    last, calls = last_month(found), found.given.calls
    if last <= 0:
        return ()
    ends = [one for one in (found.calls.low, found.calls.high) if math.isfinite(one) and one > 0]
    last_call = min(max(ends) * ROOM, calls.high * last) if ends else calls.high * last
    tuned = found.tuned_call + found.tuned_month / calls
    other = found.other_call + found.other_month / calls
    points = []
    for step in range(STEPS + 1):
        at = point(last_call * step / STEPS)
        points.append(_point(at.low, found.tuned_once + tuned * at, found.other_once + other * at))
    return tuple(points)


def favourable(found: Reckoning) -> Reckoning:
    """The same with each figure at one end, that which favours fine-tuning most. Where it never pays, fine-tuning's line then stays
    above the other way's: two bands that lie over each other would look as if it could pay, since both widen with what they share.
    Which end of those figures that both ways share does it is tried; the others work in one direction only."""
    given = found.given
    fixed: dict[str, Any] = {name: _at(getattr(given, name), low=True) for name in _AGAINST}
    mine = replace(given, tuned=_way(given.tuned, low=True), other=_way(given.other, low=False), **fixed)
    return min((Reckoning(one) for one in _shared(mine)), key=lambda one: one.difference(one.horizon).low)


def _shared(given: Inputs) -> Iterator[Inputs]:
    """With every choice of ends of the figures that both ways share."""
    for ends in product((True, False), repeat=len(_SHARED)):
        at: dict[str, Any] = {name: _at(getattr(given, name), low=low) for name, low in zip(_SHARED, ends, strict=True)}
        yield replace(given, **at)


def widen_together(found: Reckoning) -> bool:
    """Whether a figure that both ways share is a range: where the bands cross is then not where it pays back."""
    return any(not getattr(found.given, name).is_point for name in _SHARED)


_AGAINST = ("example_tokens", "passes", "train_price", "retrainings", "retrain_hours", "hosting")
_SHARED = ("calls", "scale", "hour_rate")


def _way(way: Way, *, low: bool) -> Way:
    """Cheapest or dearest; the share from the cache is dear where the cache is."""
    saves = way.price_cached is None or way.price_cached.low < way.price_in.low
    ends: dict[str, Any] = {}
    for one in fields(way):
        found: Range | None = getattr(way, one.name)
        at_low = low != (one.name == "cached_share" and saves)
        ends[one.name] = None if found is None else _at(found, low=at_low)
    return Way(**ends)


def _at(found: Range, *, low: bool) -> Range:
    return point(found.low if low else found.high)


def last_month(found: Reckoning) -> float:
    """Where the chart ends: beyond the payback if that is known, never beyond the model's last day."""
    ends = [one for one in (found.months.low, found.months.high) if math.isfinite(one)]
    return min(found.cap, max([found.given.horizon, *(math.ceil(one * ROOM) for one in ends)]))


def _point(at: float, tuned: Range, other: Range) -> PayPoint:
    return PayPoint(at, tuned.low, tuned.high, other.low, other.high)
