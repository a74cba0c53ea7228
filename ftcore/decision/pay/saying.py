"""Money, times and numbers as people read them. Ranges are rounded outwards: a sentence never promises more than the figures."""

from __future__ import annotations

import math
from datetime import date

from ftcore.decision.pay.ranges import Range

DAYS_A_MONTH = 365.25 / 12
NOTHING = 1e-12
"""A smaller amount is said to be none."""


def dollars(amount: float) -> str:
    """ "$1,234", "$12.40", "$3", "$0.00042", "−$3", "$0"."""
    size = abs(amount)
    if size < NOTHING:
        return "$0"
    text = f"{size:,.0f}" if size >= 99.995 else f"{size:,.2f}" if size >= 0.995 else _significant(size, 3, least=2)
    return f"{'−' if amount < 0 else ''}${text.removesuffix('.00')}"


def dollar_span(found: Range) -> str:
    """ "$40 to $90", or one figure where both ends read the same."""
    return _span(dollars(found.low), dollars(found.high))


def rough_dollars(found: Range) -> str:
    """The same for sentences: two figures that mean something, rounded outwards; a point to three."""
    if found.is_point:
        return _rough(rounded(found.low, figures=3))
    return _span(_rough(rounded(found.low, up=False)), _rough(rounded(found.high, up=True)))


def numbers(found: Range) -> str:
    """ "1,000 to 4,000", "0.3", "72"."""
    return _span(number(found.low), number(found.high))


def number(value: float) -> str:
    if math.isinf(value):
        return "never"
    if abs(value) >= 99.95 or value == round(value):
        return f"{value:,.0f}"
    return _significant(value, 3)


def rough_count(value: float, *, up: bool) -> str:
    """A number of calls with two figures that mean something."""
    return _whole(rounded(value, up=up))


def counts(found: Range) -> str:
    """Numbers of calls, rounded outwards: "300,000 to 350,000", "20,000 to never"; a point to three figures."""
    if math.isclose(found.low, found.high):
        return _whole(rounded(found.low, figures=3))
    return _span(rough_count(found.low, up=False), rough_count(found.high, up=True))


def in_months(found: Range) -> str:
    """When it has paid back: "in 4 to 11 months", "in at most 5 months"."""
    return f"in at most {duration(found.high, up=True)}" if found.low == 0 else f"in {durations(found)}"


def after_calls(found: Range) -> str:
    """ "after 300,000 to 350,000 calls", "after at most 20,000 calls"."""
    said = f"at most {rough_count(found.high, up=True)}" if found.low == 0 else counts(found)
    return f"after {said} calls"


def dearer(cost: Range, saved: float) -> tuple[str, str]:
    """A cost, and what is saved beside it, which is no more and reads so: with as many figures as that takes."""
    for figures in (2, 3, 4, 6):
        low, high = rounded(cost.low, up=False, figures=figures), rounded(cost.high, up=True, figures=figures)
        if cost.is_point:
            low = high = rounded(cost.low, figures=max(3, figures))
        most = rounded(saved, up=True, figures=figures)
        if most <= low:
            return _span(_rough(low), _rough(high)), _rough(most)
    return dollar_span(cost), dollars(saved)


def rounded(value: float, *, up: bool | None = None, figures: int = 2) -> float:
    """To so many significant figures, towards plus or minus infinity (`up`) or to the nearest. What is within a billionth of such a
    number is that number."""
    if not math.isfinite(value):
        return value
    if abs(value) < NOTHING:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(value))) - figures + 1)
    parts = value / step
    near = round(parts)
    stays = up is None or abs(parts - near) < 1e-7 * abs(parts)
    return (near if stays else math.ceil(parts) if up else math.floor(parts)) * step


def duration(months: float, *, up: bool) -> str:
    """ "12 days", "8 weeks", "4 months", "2.5 years"; rounded up or down. Between one month and three in weeks, but for whole
    months: "1 month" for 59 days would be false by half."""
    whole = math.ceil if up else math.floor
    slack = -1e-9 if up else 1e-9
    if months < 1:
        days = max(1 if months > 0 else 0, whole(months * DAYS_A_MONTH + slack))
        return _counted(days, "day")
    if months < 3 and abs(months - round(months)) > 1e-9:
        return _counted(whole(months * DAYS_A_MONTH / 7 + slack), "week")
    if months < 24:
        return _counted(whole(months + slack), "month")
    return f"{whole(months / 12 * 2 + slack) / 2:g} years"


def longer(takes: float, left: float) -> tuple[str, str]:
    """Two times of which the first is longer, and reads so: both in the largest unit in which they differ. `left` is rounded
    down, and so is `takes`, unless both are on the same day."""
    for unit, size in (("month", 1.0), ("week", DAYS_A_MONTH / 7), ("day", DAYS_A_MONTH)):
        first, last = (math.floor(one * size + 1e-9) for one in (takes, left))
        if first > last and last >= 3:
            return _counted(first, unit), _counted(last, unit)
    last = math.floor(left * DAYS_A_MONTH + 1e-9)
    return _counted(max(last + 1, math.floor(takes * DAYS_A_MONTH + 1e-9)), "day"), _counted(last, "day")


def durations(found: Range) -> str:
    """ "4 to 11 months", "12 days to 3 months"."""
    low, high = duration(found.low, up=False), duration(found.high, up=True)
    (first, unit), (last, its_unit) = low.split(" "), high.split(" ")
    if low == high:
        return high
    return f"{first} to {last} {its_unit}" if unit.rstrip("s") == its_unit.rstrip("s") else f"{low} to {high}"


def looked_ahead(months: float) -> str:
    """ "the first year", "24 months"."""
    if months == 12:
        return "the first year"
    if months >= 24:
        return f"the first {round(months, 1):g} months"
    if months < 1 or months == round(months):
        return f"the first {duration(months, up=False)}"
    return f"the first {months:.1f} months"


def day(found: date) -> str:
    return f"{found.day} {found:%B %Y}"


def joined(names: list[str], word: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else ""


def _whole(calls: float) -> str:
    if math.isinf(calls):
        return "never"
    return f"{max(1.0, calls):,.0f}" if calls else "0"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _rough(amount: float) -> str:
    """Without cents from $10 on."""
    return dollars(float(round(amount)) if abs(amount) >= 9.995 else amount)


def _significant(value: float, figures: int, least: int = 0) -> str:
    """A decimal number without an exponent: so many figures that mean something, `least` decimals at least."""
    places = max(least, figures - 1 - math.floor(math.log10(abs(value)))) if value else least
    text = f"{value:,.{places}f}"
    if "." not in text:
        return text
    whole, part = text.split(".")
    part = part.rstrip("0").ljust(least, "0")
    return f"{whole}.{part}" if part else whole
