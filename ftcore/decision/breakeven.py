"""When a training pays back where every figure is a point: the short form of `pay`, by the same arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from ftcore.decision.pay.reckoning import payback
from ftcore.decision.pay.saying import DAYS_A_MONTH, duration

_BEYOND_ALL_CALLS = 1e15


@dataclass(frozen=True, slots=True)
class BreakEven:
    """`calls` and `months` are None when it never pays; `pays` is False too when the model is shut down before.

    Money is in the currency of the inputs; `saving_per_call` has the hosting of a call taken off already.
    """

    saving_per_call: float
    calls: int | None
    months: float | None
    pays: bool
    sentence: str


def call_cost(tokens_in: float, tokens_out: float, price_in: float, price_out: float) -> float:
    """The price of one call: tokens a call, prices per 1,000,000 tokens."""
    return (tokens_in * price_in + tokens_out * price_out) / 1_000_000


def break_even(
    *,
    training_cost: float,
    base_call_cost: float,
    tuned_call_cost: float,
    calls_per_month: float,
    hosting_per_month: float = 0.0,
    today: date | None = None,
    shutdown: date | None = None,
) -> BreakEven:
    """Calls and months until the training is paid back.

    calls = training cost / (cost of a call to the base with its long prompt - cost of a call to the tuned model with
    its short one - hosting a call). A saving of zero or less never pays. When `today` and `shutdown` are given, paying
    back after the model's last day is no paying back. Raises ValueError on a negative or not finite figure.
    """
    figures = (training_cost, base_call_cost, tuned_call_cost, calls_per_month, hosting_per_month)
    if any(not math.isfinite(figure) or figure < 0 for figure in figures):
        raise ValueError("Costs and calls a month must be numbers of zero or more.")
    if not calls_per_month:
        return BreakEven(0.0, None, None, False, "Never: without calls there is nothing to save.")
    saving = base_call_cost - tuned_call_cost - hosting_per_month / calls_per_month
    # Less than a billionth of the prices involved is rounding, not a saving.
    if saving <= 1e-9 * max(base_call_cost, tuned_call_cost):
        return BreakEven(
            saving, None, None, False, "Never: a call to the tuned model, hosting counted, is not cheaper."
        )
    exact = payback(training_cost, saving, math.inf)
    if exact > _BEYOND_ALL_CALLS:
        return BreakEven(saving, None, None, False, "Never: the saving a call is too small to count.")
    calls = max(
        1 if training_cost else 0, math.ceil(exact * (1 - 1e-12))
    )  # 9,999.999.. and 10,000.000..1 are both 10,000
    months = calls / calls_per_month
    if not math.isfinite(months):
        return BreakEven(saving, None, None, False, "Never: there are too few calls to save anything.")
    if today and shutdown and months * DAYS_A_MONTH > (shutdown - today).days:
        sentence = f"Never: the model is shut down on {shutdown.isoformat()}, before the training is paid back."
        return BreakEven(saving, calls, months, False, sentence)
    return BreakEven(
        saving, calls, months, True, f"Paid back after {calls:,} calls, {duration(months, up=True)} at your volume."
    )
