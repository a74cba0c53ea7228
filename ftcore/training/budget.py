"""The limits that a person set: a launch that could lead above one of them does not start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ftcore.records import Severity
from ftcore.training.preflight import Finding
from ftcore.training.spending import Spent

JOB, MONTH = "job_usd", "month_usd"
OVER = "over-budget"
LIMIT_UNKNOWN = "limit-unknown"
MONTH_UNKNOWN = "month-unknown"
PENNY = 0.005
"""A limit of $10.00 is kept by an estimate of $10.004: it is shown as $10.00."""


def examine(
    cost: tuple[float, float] | None,
    limits: Mapping[str, float],
    spent: Spent,
    *,
    budget: float | None = None,
    where: str = "this endpoint",
) -> list[Finding]:
    """What the limits have against a launch of this estimated cost (all its jobs together; None = not known), where so much was
    spent this month. `budget` is the limit for this launch alone, in US dollars."""
    own = [(budget, "budget for this launch")] if budget is not None else []
    single = [*own, *([(limits[JOB], "limit for one launch")] if JOB in limits else [])]
    if cost is None:
        return list(_unknown(single, limits))
    return [*_single(cost[1], single), *_month(cost[1], limits, spent, where)]


def smallest(limits: Mapping[str, float], spent: Spent, budget: float | None = None) -> float | None:
    """The most that a launch may cost now, US dollars; None = no limit was set."""
    left = [limits[MONTH] - spent.high] if MONTH in limits else []
    found = [*left, *([limits[JOB]] if JOB in limits else []), *([budget] if budget is not None else [])]
    return max(0.0, min(found)) if found else None


def _single(high: float, limits: list[tuple[float, str]]) -> Iterator[Finding]:
    for limit, name in limits:
        if high > limit + PENNY:
            said = f"It won't start above your ${limit:,.2f} {name}: this may cost up to ${high:,.2f}."
            yield Finding(
                Severity.ERROR, f"{said} Train on fewer examples, make fewer passes, or raise the limit.", OVER
            )


def _month(high: float, limits: Mapping[str, float], spent: Spent, where: str) -> Iterator[Finding]:
    if MONTH not in limits:
        return
    limit = limits[MONTH]
    if spent.high + high > limit + PENNY:
        said = f"It won't start above your ${limit:,.2f} limit for a month at {where}"
        known = f"{'' if spent.certain else 'up to '}${spent.high:,.2f} of it is spent, and this may cost up to ${high:,.2f}"
        yield Finding(Severity.ERROR, f"{said}: {known}. Wait for the next month, or raise the limit.", OVER)
    elif spent.unpriced:
        several = "1 job" if spent.unpriced == 1 else f"{spent.unpriced:,} jobs"
        said = f"What {several} of this month cost at {where} is not known, so your ${limit:,.2f} limit counts without"
        yield Finding(Severity.WARNING, f"{said} {'it' if spent.unpriced == 1 else 'them'}.", MONTH_UNKNOWN)


def _unknown(single: list[tuple[float, str]], limits: Mapping[str, float]) -> Iterator[Finding]:
    named = [*single, *([(limits[MONTH], "limit for a month")] if MONTH in limits else [])]
    if named:
        limit, name = named[0]
        said = f"Your ${limit:,.2f} {name} could not be kept, since the price is not known: it won't start."
        yield Finding(
            Severity.ERROR,
            f"{said} Say the price under Connections: Edit, the price of a million training tokens (0 for a server of your own).",
            LIMIT_UNKNOWN,
        )
