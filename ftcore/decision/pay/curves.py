"""What both ways have cost by month and by calls: the points of the chart."""

from __future__ import annotations

import math

from ftcore.decision.pay.ranges import Range, point
from ftcore.decision.pay.reckoning import Reckoning
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


def last_month(found: Reckoning) -> float:
    """Where the chart ends: beyond the payback if that is known, never beyond the model's last day."""
    ends = [one for one in (found.months.low, found.months.high) if math.isfinite(one)]
    return min(found.cap, max([found.given.horizon, *(math.ceil(one * ROOM) for one in ends)]))


def _point(at: float, tuned: Range, other: Range) -> PayPoint:
    return PayPoint(at, tuned.low, tuned.high, other.low, other.high)
