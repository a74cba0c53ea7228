"""Cost is one matter, quality another: what each additional right answer costs where fine-tuning is better, and dearer."""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.reckoning import Reckoning
from ftcore.decision.pay.saying import dollars, looked_ahead, rough_dollars


@dataclass(frozen=True, slots=True)
class Better:
    """How many more answers are right, as a share of all calls: the comparison's mean difference and its interval. Only of a measure
    that counts right answers, on a model that is not the practice model. `error_cost`: what people say that one wrong answer
    costs, in US dollars."""

    mean: float
    low: float
    high: float
    error_cost: float | None = None


def each_right_answer(found: Reckoning, better: Better) -> Range | None:
    """US dollars for each additional right answer over the months looked ahead; None where it is not known to be better, or is no
    dearer. (what fine-tuning costs more a call) / (additional right answers a call)"""
    if better.low <= 0 or found.horizon <= 0:
        return None
    a_month = found.once.times(1 / found.horizon) + found.fixed
    more = a_month / found.given.calls - found.saving
    if more.high <= 0:
        return None
    return Range(max(0.0, more.low), more.high) / Range(better.low, better.high)


def sentence(found: Reckoning, better: Better | None, other: str) -> str:
    price = each_right_answer(found, better) if better else None
    if better is None or price is None:
        return ""
    cost = (
        f"each of them costs {rough_dollars(price)}"
        if price.low > 0
        else f"each of them costs up to {dollars(price.high)}"
    )
    said = (
        f"It also answers more calls right than {other}: {better.mean * 100:.0f} more of every 100 "
        f"({better.low * 100:.0f} to {better.high * 100:.0f}). Over {looked_ahead(found.horizon)} {cost}."
    )
    if better.error_cost is None:
        return said
    worth = better.error_cost
    which = "more than that" if worth > price.high else "less than that" if worth < price.low else "within that range"
    return f"{said} You say that a wrong answer costs {dollars(worth)}: {which}."
