"""The answer in a sentence: when it pays back, or why it never does and what would have to change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from ftcore.decision.pay import changes
from ftcore.decision.pay.ranges import point
from ftcore.decision.pay.reckoning import LIMIT, Reckoning, payback
from ftcore.decision.pay.saying import (
    after_calls,
    day,
    dearer,
    dollar_span,
    dollars,
    duration,
    in_months,
    joined,
    longer,
    looked_ahead,
    rough_count,
    rough_dollars,
    rounded,
)
from ftcore.records.pay import Outcome


@dataclass(frozen=True, slots=True)
class Case:
    """A reckoning with the words that sentences about it need. `other` is the other way's name in quotation marks; `shutdown` the
    model's last day, if one is known; `assumed` what nobody has said or measured ("1,000 calls a month"); `closing` what the
    provider ends of its trainings; `doubt` what is to be said of the prices."""

    found: Reckoning
    other: str
    shutdown: date | None = None
    assumed: str = ""
    closing: str = ""
    doubt: str = ""


def outcome(found: Reckoning) -> Outcome:
    if math.isinf(found.months.low):
        return Outcome.NEVER
    return Outcome.DEPENDS if math.isinf(found.months.high) else Outcome.PAYS


def verdict(case: Case) -> str:
    """One sentence."""
    said = {Outcome.PAYS: _pays, Outcome.DEPENDS: _depends, Outcome.NEVER: _never}[outcome(case.found)](case)
    if ending := _ending(case, said):
        said = f"{said.removesuffix('.')} ({ending})."
    return f"Assuming {case.assumed}, {said}" if case.assumed else f"{said[:1].upper()}{said[1:]}"


def money(case: Case) -> str:
    """Both ways' costs over the months looked ahead, the payback, and what is to be said of the prices."""
    found = case.found
    kind, months = outcome(found), found.months
    when = "does not pay back by then" if pays_later(found) and found.horizon > 0 else "never pays back"
    if kind is Outcome.PAYS:
        when = "cheaper from the first day" if months.high == 0 else f"pays back {in_months(months)}"
    elif kind is Outcome.DEPENDS:
        worst = "not before the model is shut down" if _too_late(case) else "never"
        when = f"pays back {_at_best(months.low)} at best, {worst} at worst"
    doubt = f" ({case.doubt})" if case.doubt else ""
    if found.horizon <= 0:
        return f"{when[:1].upper()}{when[1:]}{doubt}"
    tuned, other = found.tuned_cost(found.horizon), found.other_cost(found.horizon)
    assumed = f", assuming {case.assumed}" if case.assumed else ""
    return (
        f"{rough_dollars(tuned)} {_over(case)}, against {rough_dollars(other)} for {case.other}{assumed}; {when}{doubt}"
    )


def pays_later(found: Reckoning) -> bool:
    """It does not pay, and would if the model stayed."""
    return outcome(found) is Outcome.NEVER and found.cap < LIMIT and _would_pay_later(found.once.low, found.gain.high)


def _ending(case: Case, said: str) -> str:
    """What closes, and the last day where the sentence does not name it."""
    last = f"shut down on {day(case.shutdown)}" if case.shutdown is not None else ""
    if case.shutdown is not None and day(case.shutdown) in said:
        last = ""
    return "; ".join(one for one in (case.closing, last) if one)


def because(case: Case) -> str:
    """What it depends on, or what would have to change; "" where it pays back whatever the figures are within their ranges."""
    found, kind = case.found, outcome(case.found)
    if kind is Outcome.PAYS or found.cap <= 0:
        return ""
    if _no_cheaper(found):
        most = dollars(found.other_call.high * 1000)
        return (
            f"More calls do not change that: 1,000 of them to the fine-tuned model would have to cost less than {most}."
        )
    return (_ends if kind is Outcome.DEPENDS else _changes)(case)


def _pays(case: Case) -> str:
    months, calls = case.found.months, case.found.calls
    if months.high == 0:
        return f"fine-tuning costs less than {case.other} from the first day."
    return f"fine-tuning pays back {in_months(months)}, {after_calls(calls)}, compared with {case.other}."


def _depends(case: Case) -> str:
    best = _at_best(case.found.months.low)
    worst = "never at worst"
    if case.shutdown is not None and _too_late(case):
        worst = f"at worst not before the model is shut down on {day(case.shutdown)}"
    return f"fine-tuning pays back {best} at best, and {worst}, compared with {case.other}."


def _too_late(case: Case) -> bool:
    """At worst it does not pay back, and would if the model stayed."""
    return case.shutdown is not None and _would_pay_later(case.found.once.high, case.found.gain.low)


def _never(case: Case) -> str:
    found = case.found
    if case.shutdown is not None and found.cap <= 0:
        return f"fine-tuning never pays back: the model was shut down on {day(case.shutdown)}."
    if _no_cheaper(found):
        tuned, other = found.tuned_call.times(1000), found.other_call.times(1000)
        return (
            f"fine-tuning never pays back: 1,000 calls to the fine-tuned model cost {dollar_span(tuned)}, "
            f"and with {case.other} {dollar_span(other)}."
        )
    if found.gain.high <= 0:
        more = f" more than with {case.other}" if found.other_month.high > 0 else ""
        cost, saved = dearer(found.fixed, (found.given.calls * found.saving).high)
        return (
            f"fine-tuning never pays back: {_running(found)} {cost} a month{more}, and the calls save at most {saved}."
        )
    if case.shutdown is not None and found.cap < LIMIT:
        takes = payback(found.once.low, found.gain.high, math.inf)
        so_long, left = longer(takes, found.cap)
        would = f"{so_long} at best, and {left} are left" if takes <= LIMIT else "more than ten years at best"
        return f"fine-tuning does not pay back before the model is shut down on {day(case.shutdown)}: that would take {would}."
    return f"fine-tuning never pays back: compared with {case.other} it would take more than ten years."


def _ends(case: Case) -> str:
    """Where between the ends it turns: by volume, which people know best."""
    found, least = case.found, changes.least_calls(case.found)
    ahead = _until(case)
    if math.isinf(least.low):
        return "Between the two ends it turns with the figures that are ranges: narrow those that you know better."
    below = f"Below about {rough_count(least.low, up=False)} calls a month it does not pay back {ahead}"
    if least.low <= found.given.calls.low:
        below = ""
    above = f"from about {rough_count(least.high, up=True)} it does, wherever in their ranges the other figures lie"
    if math.isinf(least.high):
        above = "no number of calls makes it certain: the other figures' ranges are too wide"
    said = f"{below}; {above}" if below else f"{above[:1].upper()}{above[1:]}"
    return f"{said}." if below else f"{said.replace(' it does,', f' calls a month it pays back {ahead},', 1)}."


def _changes(case: Case) -> str:
    found, said = case.found, []
    least, hosting = changes.least_calls(found).low, changes.dearest_hosting(found)
    if math.isfinite(least) and least > found.given.calls.high:
        said.append(f"from about {rough_count(least, up=True)} calls a month")
    if 0 < hosting < found.given.hosting.low:
        said.append(f"with hosting below {rough_dollars(point(rounded(hosting, up=False, figures=3)))} a month")
    if not said:
        return "Fewer hours of work, or fewer trainings, would have to change that."
    return f"It would pay back {_until(case)} {joined(said, 'or')}, with the other figures at their best."


def _at_best(months: float) -> str:
    return f"in {duration(months, up=False)}" if months > 0 else "from the first day"


def _over(case: Case) -> str:
    found = case.found
    if found.horizon < found.given.horizon and case.shutdown is not None:
        return f"until the model is shut down on {day(case.shutdown)}"
    return f"in {looked_ahead(found.horizon)}"


def _until(case: Case) -> str:
    found = case.found
    if found.horizon < found.given.horizon and case.shutdown is not None:
        return f"before the model is shut down on {day(case.shutdown)}"
    return f"within {looked_ahead(found.horizon).replace('the first year', 'a year').replace('the first ', '')}"


def _running(found: Reckoning) -> str:
    """ "hosting costs", "hosting and people's hours cost"."""
    parts = [
        ("hosting", found.given.hosting.high),
        ("new trainings", found.retraining.high),
        ("people's hours", (found.given.tuned.hours_month * found.given.hour_rate).high),
    ]
    named = [name for name, most in parts if most > 0]
    return f"{joined(named)} {'costs' if named == ['hosting'] else 'cost'}"


def _would_pay_later(once: float, gain: float) -> bool:
    return payback(once, gain, LIMIT) < math.inf


def _no_cheaper(found: Reckoning) -> bool:
    """Neither a call nor anything else gains a cent, whatever the figures are within their ranges."""
    return found.saving.high <= 0 and found.gain.high <= 0
