"""What both ways cost, and when fine-tuning pays back. All money in US dollars, all times in months from today.

Both ways cost something once, something each month whatever the volume, and something a call:

    cost after t months = once + t x (calls a month x cost of a call + fixed a month)

The next training is set aside for month by month, where one comes before the model's last day. What is really paid for it comes
later, in lumps, so the straight line never says too little, and touches the real cost right after each training: when it pays
back, no later training puts it into the red again. Fine-tuning has then paid back at

    t = (its once - the other's once) / (calls a month x saving a call - its fixed a month + the other's)

Every figure is a range. Payback is later, never sooner, when anything about fine-tuning gets dearer or anything about the other way
cheaper; calls a month work in one direction only, that of the sign of the saving a call. So the soonest and the latest payback
stand at the ends of the ranges, and the payback of all figures in between lies between them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from ftcore.decision.pay.ranges import ONE, ZERO, Range

LIMIT = 120.0
"""Months. What has not paid back in ten years is said never to."""
NOTICED = 0.005
"""US dollars: being ahead by less than half a cent in the end is not being ahead."""
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Way:
    """One way to answer. Tokens a call; prices for 1,000,000 tokens; `cached_share` of the tokens in are read from the provider's
    cache at `price_cached` (None = no such price is known: all cost `price_in`). Hours are people's."""

    tokens_in: Range
    tokens_out: Range
    price_in: Range
    price_out: Range
    price_cached: Range | None = None
    cached_share: Range = ZERO
    hours_once: Range = ZERO
    hours_month: Range = ZERO

    def call(self, scale: Range = ONE) -> Range:
        """The price of one call. `scale`: tokens that the priced model counts for one that is told here."""
        read, written = self.tokens_in * self.price, self.tokens_out * self.price_out
        return ((read + written) * scale).times(1 / MILLION)

    @property
    def price(self) -> Range:
        """Of 1,000,000 tokens in, those from the cache counted at their price. Straight in the share: its ends are ends."""
        if self.price_cached is None:
            return self.price_in
        shares = (self.cached_share.low, self.cached_share.high)
        return Range(
            min((1 - share) * self.price_in.low + share * self.price_cached.low for share in shares),
            max((1 - share) * self.price_in.high + share * self.price_cached.high for share in shares),
        )


@dataclass(frozen=True, slots=True)
class Inputs:
    """`example_tokens` are those of the training examples, one pass; `train_price` is for 1,000,000 of them. `retrainings` are those a
    month (0 = never, 1/6 = every six months). `hosting` is a month's. `scale` is how many tokens the priced model counts for one
    of these. `shutdown` is in months from today, None where no day is known. Raises ValueError on negative figures, a share above
    1, or no calls."""

    calls: Range
    tuned: Way
    other: Way
    example_tokens: Range
    passes: Range
    train_price: Range
    hour_rate: Range = ZERO
    retrainings: Range = ZERO
    retrain_hours: Range = ZERO
    hosting: Range = ZERO
    scale: Range = ONE
    horizon: float = 12.0
    shutdown: float | None = None

    def __post_init__(self) -> None:
        mine = (
            *(self.example_tokens, self.passes, self.train_price, self.hour_rate, self.retrainings, self.retrain_hours),
            *(self.hosting, self.scale),
        )
        of_ways = (getattr(way, name) for way in (self.tuned, self.other) for name in Way.__dataclass_fields__)
        for figure in (*mine, *(figure for figure in of_ways if figure is not None)):
            if figure.low < 0 or math.isinf(figure.high):
                raise ValueError("Costs, tokens and hours must be numbers of zero or more.")
        if max(self.tuned.cached_share.high, self.other.cached_share.high) > 1:
            raise ValueError("A share of the tokens is at most 1.")
        if self.calls.low <= 0 or math.isinf(self.calls.high):
            raise ValueError("Calls a month must be a number above zero: without calls there is nothing to save.")
        if not 0 < self.horizon <= LIMIT:
            raise ValueError(f"The time to look ahead is above 0 and at most {LIMIT:.0f} months.")


@dataclass(frozen=True)
class Reckoning:
    """Everything that follows from the figures. `cap`: the month from which on nothing can pay any more."""

    given: Inputs

    @cached_property
    def tuned_call(self) -> Range:
        return self.given.tuned.call(self.given.scale)

    @cached_property
    def other_call(self) -> Range:
        return self.given.other.call(self.given.scale)

    @cached_property
    def saving(self) -> Range:
        """Of a call, by tokens and prices. The scale is the same for both ways, so it is taken once."""
        return (self.given.other.call() - self.given.tuned.call()) * self.given.scale

    @cached_property
    def training(self) -> Range:
        given = self.given
        return (given.example_tokens * given.passes * given.train_price * given.scale).times(1 / MILLION)

    @cached_property
    def tuned_once(self) -> Range:
        return self.training + self.given.tuned.hours_once * self.given.hour_rate

    @cached_property
    def other_once(self) -> Range:
        return self.given.other.hours_once * self.given.hour_rate

    @cached_property
    def retrainings(self) -> Range:
        """Those a month; none where the first of them would come after the model's last day."""
        ends = (
            often if often * self.cap > 1 else 0.0
            for often in (self.given.retrainings.low, self.given.retrainings.high)
        )
        return Range(*ends)

    @cached_property
    def retraining(self) -> Range:
        """What is set aside each month for the next training."""
        return (self.training + self.given.retrain_hours * self.given.hour_rate) * self.retrainings

    @cached_property
    def tuned_month(self) -> Range:
        """Each month, whatever the volume."""
        return self.given.hosting + self.retraining + self.given.tuned.hours_month * self.given.hour_rate

    @cached_property
    def other_month(self) -> Range:
        return self.given.other.hours_month * self.given.hour_rate

    @cached_property
    def once(self) -> Range:
        """What fine-tuning costs more at the beginning. The rate of an hour is the same for both ways."""
        given = self.given
        return self.training + (given.tuned.hours_once - given.other.hours_once) * given.hour_rate

    @cached_property
    def fixed(self) -> Range:
        """What fine-tuning costs more each month, whatever the volume."""
        given = self.given
        hours = given.tuned.hours_month - given.other.hours_month + given.retrain_hours * self.retrainings
        return given.hosting + self.training * self.retrainings + hours * given.hour_rate

    @cached_property
    def gain(self) -> Range:
        """What fine-tuning gains each month, all in all; below zero it loses."""
        return self.given.calls * self.saving - self.fixed

    @property
    def cap(self) -> float:
        return LIMIT if self.given.shutdown is None else max(0.0, min(LIMIT, self.given.shutdown))

    @property
    def horizon(self) -> float:
        """Months looked ahead: as asked, but not beyond the model's last day."""
        return min(self.given.horizon, self.cap)

    @cached_property
    def months(self) -> Range:
        """The soonest and the latest payback; infinite = never."""
        return Range(payback(self.once.low, self.gain.high, self.cap), payback(self.once.high, self.gain.low, self.cap))

    @cached_property
    def calls(self) -> Range:
        """The same in calls: once / (saving a call - fixed a month / calls a month)."""
        ends = [math.inf, math.inf]
        each = self.saving - self.fixed / self.given.calls
        for at, (months, once, a_call) in enumerate(
            ((self.months.low, self.once.low, each.high), (self.months.high, self.once.high, each.low))
        ):
            if math.isfinite(months):
                ends[at] = once / a_call if once > 0 else 0.0
        return Range(*ends)

    def tuned_cost(self, months: float) -> Range:
        """In all, after so many months."""
        return self.tuned_once + (self.given.calls * self.tuned_call + self.tuned_month).times(months)

    def other_cost(self, months: float) -> Range:
        return self.other_once + (self.given.calls * self.other_call + self.other_month).times(months)

    def difference(self, months: float) -> Range:
        """Fine-tuning minus the other way, in all, after so many months."""
        return self.once - self.gain.times(months)


def payback(once: float, gain: float, cap: float) -> float:
    """The month from which on fine-tuning is ahead, until `cap` and to stay; infinite where it is not ahead in the end. `once` is
    what it costs more at the beginning, `gain` what it then gains each month."""
    in_the_end = gain * cap - once if math.isfinite(cap) else math.inf * gain if gain else -once
    if in_the_end <= NOTICED:
        return math.inf
    return once / gain if once > 0 else 0.0
