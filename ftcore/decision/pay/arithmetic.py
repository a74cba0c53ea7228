"""How it was calculated: each line with its sum, its result and where its figures are from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.reckoning import Reckoning
from ftcore.decision.pay.saying import (
    counts,
    dollar_span,
    dollars,
    duration,
    durations,
    looked_ahead,
    number,
    numbers,
)
from ftcore.records.pay import Origin, PayFigure, PayLine

Figures = Mapping[str, PayFigure]


def lines(found: Reckoning, figures: Figures, other: str) -> tuple[PayLine, ...]:
    """From the top to the bottom: each line uses figures that go in, or lines above it."""
    return tuple(_lines(found, figures, other))


def _lines(found: Reckoning, figures: Figures, other: str) -> Iterator[PayLine]:
    given = found.given

    def line(what: str, how: str, amount: Range, keys: Iterable[str] = (), unit: str = "$") -> PayLine:
        text = dollar_span(amount) if unit else numbers(amount)
        return PayLine(what, how, text, amount.low, amount.high, _sources(figures, keys), unit)

    scale = [] if given.scale.is_point and given.scale.low == 1 else ["scale"]
    times = f" × {_factor(numbers(given.scale))}" if scale else ""
    for name, key, call in (("fine-tuned", "tuned", found.tuned_call), (other, "other", found.other_call)):
        way = given.tuned if key == "tuned" else given.other
        how = (
            f"({_factor(numbers(way.tokens_in))} tokens in × {_factor(dollar_span(way.price))} + {_factor(numbers(way.tokens_out))} out × "
            f"{_factor(dollar_span(way.price_out))}) ÷ 1,000,000{times}"
        )
        keys = [f"{key}_in", f"{key}_out", f"{key}_price_in", f"{key}_price_out"]
        if way.price_cached is not None and way.cached_share.high > 0:
            keys += [f"{key}_price_cached", f"{key}_cached"]
        yield line(f"A call, {name}", how, call, [*keys, *scale])
    alike = ", both counted alike" if scale else ""
    yield line("Saved a call", f"the second less the first{alike}", found.saving)
    passes = f"{_factor(numbers(given.example_tokens))} tokens × {_factor(numbers(given.passes))} passes × {_factor(dollar_span(given.train_price))}"
    how = f"{passes} ÷ 1,000,000{times}"
    yield line("One training", how, found.training, ["example_tokens", "passes", "train_price", *scale])
    yield line(
        "Fine-tuning, once",
        f"one training + {_hours(given.tuned.hours_once, given.hour_rate)}",
        found.tuned_once,
        ["hours_once", "hour_rate"],
    )
    yield line(
        f"{_start(other)}, once",
        _hours(given.other.hours_once, given.hour_rate),
        found.other_once,
        ["other_hours_once", "hour_rate"],
    )
    if found.retrainings.high > 0:
        yield line(
            "Set aside each month for the next training",
            f"(one training + {_hours(given.retrain_hours, given.hour_rate)}) ÷ {_between(found.retrainings)}",
            found.retraining,
            ["retrain_every", "retrain_hours", "hour_rate"],
        )
    yield line(
        "Fine-tuning, each month whatever the volume",
        f"{_factor(dollar_span(given.hosting))} hosting + {_factor(dollar_span(found.retraining))} for trainings + "
        f"{_hours(given.tuned.hours_month, given.hour_rate)}",
        found.tuned_month,
        ["hosting_month", "hosting_hour", "hosting_hours", "hours_month", "hour_rate"],
    )
    yield line(
        f"{_start(other)}, each month whatever the volume",
        _hours(given.other.hours_month, given.hour_rate),
        found.other_month,
        ["other_hours_month", "hour_rate"],
    )
    yield line(
        "Gained each month",
        f"{_factor(numbers(given.calls))} calls × {_factor(dollar_span(found.saving))} − what fine-tuning costs more each month, {dollar_span(found.fixed)}",
        found.gain,
        ["calls"],
    )
    yield _payback(found)
    yield _in_calls(found)
    if found.horizon > 0:
        ahead = looked_ahead(found.horizon)
        for name, cost in (
            (f"Fine-tuning, {ahead}", found.tuned_cost),
            (f"{_start(other)}, {ahead}", found.other_cost),
        ):
            how = f"once + {number(found.horizon)} months × (calls × a call + each month)"
            yield line(name, how, cost(found.horizon))


def _payback(found: Reckoning) -> PayLine:
    months = found.months
    how = f"{_factor(dollar_span(found.once))} more at the beginning ÷ {_factor(dollar_span(found.gain))} gained each month"
    return PayLine("Paid back after", how, _when(months), months.low, months.high, "", "months")


def _in_calls(found: Reckoning) -> PayLine:
    calls = found.calls
    how = "the same beginning ÷ (saved a call − what it costs more each month ÷ calls a month)"
    return PayLine("In calls", how, counts(calls), calls.low, calls.high, "", "")


def _when(months: Range) -> str:
    if math.isinf(months.low):
        return "never"
    if math.isinf(months.high):
        return f"{duration(months.low, up=False)} to never"
    return durations(months)


def _between(a_month: Range) -> str:
    """ "6 to 12 months"; "6 months, or never"."""
    often, seldom = 1 / a_month.high, 1 / a_month.low if a_month.low else math.inf
    return (
        f"{numbers(Range(often, often))} months, or never"
        if math.isinf(seldom)
        else f"{numbers(Range(often, seldom))} months"
    )


def _hours(hours: Range, rate: Range) -> str:
    return f"{_factor(numbers(hours))} hours × {_factor(dollar_span(rate))}" if hours.high > 0 else dollars(0)


def _start(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"


def _sources(figures: Figures, keys: Iterable[str]) -> str:
    """Each source once, in the order of the figures; what is assumed by its name."""
    told: list[str] = []
    assumed: list[str] = []
    for key in keys:
        figure = figures.get(key)
        if figure is None or figure.origin is Origin.BLANK:
            continue
        if figure.origin is Origin.ASSUMED:
            assumed.append(f"“{_lower(figure.label)}”")
        else:
            told.append(figure.source)
    return "; ".join([*dict.fromkeys(told), *([f"assumed: {', '.join(assumed)}"] if assumed else [])])


def _factor(text: str) -> str:
    """A range in brackets, so that a sum reads as it is meant."""
    return f"({text})" if " to " in text else text


def _lower(label: str) -> str:
    return f"{label[:1].lower()}{label[1:]}"
