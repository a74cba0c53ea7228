"""Each figure of "would it pay?" with where it is from, the better source before the worse: what somebody typed, what they answered
on Decide, what was measured or is in a price list, what was counted, what is assumed. What nobody knows is blank."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ftcore.decision.pay import BY_KEY, FIGURES, NEVER, Asked
from ftcore.decision.pay.catalogue import DOLLARS, HOURS, MONTHS, SHARE, TOKENS
from ftcore.decision.pay.ranges import Range
from ftcore.decision.pay.saying import dollar_span, numbers
from ftcore.endpoints.figures import Figure
from ftcore.records.pay import Origin, PayFigure
from ftcore.report.paying.assumed import ALWAYS_ON, ASSUMED, TYPICAL
from ftcore.report.paying.choices import AS_MEASURED, Choice, figures_of
from ftcore.report.paying.counted import Counted, Trained
from ftcore.report.paying.measured import Measured
from ftcore.training.estimate import FOREIGN_HIGH, TOKENS_HIGH, TOKENS_LOW

_OF_WAY = {"input": "price_in", "output": "price_out", "cached": "price_cached"}
_OF_TRAINING = {"train": "train_price", "hosting": "hosting_hour"}
TUNED_PRICES = (*(f"tuned_{name}" for name in _OF_WAY.values()), *_OF_TRAINING.values())
OTHER_PRICES = tuple(f"other_{name}" for name in _OF_WAY.values())
_BESIDE: dict[str, tuple[str, float, float, str]] = {
    "hosting_hours": ("hosting_hour", *ALWAYS_ON),
    "other_cached": ("other_price_cached", 0, 0.5, "what is the same in every call may come cheaper"),
}
"""What is assumed (low, high, why) as soon as another figure is known, which would count for nothing without it."""
MOST_SAID = 1e12
"""Nothing that is counted or paid is more."""


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of a project's costs. `typed` is what people set on this panel, `details` what they answered on
    Decide; both come from files and databases of others, and are checked here."""

    typed: Mapping[str, Any]
    details: Mapping[str, Any]
    measured: Measured | None
    counted: Counted
    trained: Trained | None
    tuned: Choice | None
    other: Choice | None
    today: date


def figures_known(known: Known) -> dict[str, PayFigure]:
    """One for each of the catalogue, in its order; those for which no source says anything that can be are blank."""
    found: dict[str, PayFigure] = {}
    for figure in _weakest_first(known):
        asked = BY_KEY[figure.key]
        if (ends := typed_range(asked, [figure.low, figure.high])) is not None:  # files of prices are edited by hand
            found[figure.key] = replace(figure, text=text_of_range(asked, Range(*ends)))
    for key, (of, low, high, why) in _BESIDE.items():
        if of in found and key not in found:
            text = text_of_range(BY_KEY[key], Range(low, high))
            found[key] = replace(_figure(key, low, high, Origin.ASSUMED, f"assumed: {why}"), text=text)
    return {asked.key: found.get(asked.key, _blank(asked)) for asked in FIGURES}


def kept_as(key: str, tuned: Choice | None, other: Choice | None) -> str:
    """The name under which a typed figure is kept: a price belongs to the model that was chosen when it was typed, and comes back
    with it."""
    choice = {**dict.fromkeys(TUNED_PRICES, tuned), **dict.fromkeys(OTHER_PRICES, other)}.get(key)
    return f"{key}@{choice.key}" if choice is not None else key


def key_of(way: str, name: str) -> str | None:
    """The figure that a price of the file is ("input" of the way "tuned" is `tuned_price_in`); None where it goes into none."""
    if name in _OF_WAY:
        return f"{way}_{_OF_WAY[name]}"
    return _OF_TRAINING.get(name) if way == "tuned" else None


def typed_range(asked: Asked, value: Any) -> tuple[float, float] | None:
    """What was typed for a figure, if it can be one: a number or two, in bounds. `None` as the second number of months = never."""
    ends = list(value) if isinstance(value, list | tuple) else [value, value]
    if asked.unit == MONTHS:
        ends = [NEVER if one is None else one for one in ends]
    if len(ends) != 2 or any(isinstance(one, bool) or not isinstance(one, int | float) for one in ends):
        return None
    try:
        low, high = float(ends[0]), float(ends[1])
    except OverflowError:  # a whole number of 400 digits
        return None
    inside = not math.isnan(low) and asked.least <= low <= high <= asked.most
    return (low, high) if inside and (math.isfinite(high) or asked.unit == MONTHS) else None


def number_said(details: Mapping[str, Any], key: str) -> float | None:
    """A number that was answered on Decide; None where there is none, or no such number can be."""
    value = details.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value <= MOST_SAID else None


def _weakest_first(known: Known) -> Iterator[PayFigure]:
    for key, (low, high, why) in (ASSUMED | TYPICAL).items():
        yield _figure(key, low, high, Origin.ASSUMED, f"assumed: {why}")
    yield from _of_sample(known)
    yield from _counted(known)
    yield from _scale(known)
    if known.trained is not None:
        origin = Origin.MEASURED if known.trained.measured else Origin.COUNTED
        yield _point("example_tokens", known.trained.tokens, origin, known.trained.told)
        yield _point("passes", known.trained.passes, origin, known.trained.told)
    yield from _measured(known)
    yield from _priced("tuned", known.tuned, known.today)
    yield from _priced("other", known.other, known.today)
    yield from _said(known)
    for asked, value in _kept(known):
        if not isinstance(value, Mapping) and (ends := typed_range(asked, value)) is not None:
            yield _figure(asked.key, *ends, Origin.YOU, "you")


def _kept(known: Known) -> Iterator[tuple[Asked, Any]]:
    for asked in FIGURES:
        name = kept_as(asked.key, known.tuned, known.other)
        if name in known.typed:
            yield asked, known.typed[name]


def _of_sample(known: Known) -> Iterator[PayFigure]:
    """A sample's own figures, which nobody typed: {low, high, why}."""
    for asked, value in _kept(known):
        if isinstance(value, Mapping):
            ends = typed_range(asked, [value.get("low"), value.get("high")])
            if ends is not None:
                yield _figure(asked.key, *ends, Origin.ASSUMED, f"assumed: {value.get('why', '')}")


def _counted(known: Known) -> Iterator[PayFigure]:
    found = known.counted
    if not found.rows:
        yield from _prompted(found)
        return
    told = f"counted in {found.rows:,} of your examples"
    # Beside the other way's tokens, which a model counted in a trial, ours are another model's count: a range.
    apart = known.measured is not None and known.measured.tuned is None
    for way, prompt in (("tuned", found.short_prompt), ("other", found.long_prompt)):
        low, high = (TOKENS_LOW, TOKENS_HIGH) if apart and way == "tuned" else (1.0, 1.0)
        yield _figure(f"{way}_out", found.answer * low, found.answer * high, Origin.COUNTED, told)
        if prompt or way == "tuned":
            read, source = prompt + found.question, f"{told} and your instructions"
            yield _figure(f"{way}_in", read * low, read * high, Origin.COUNTED, source)


def _prompted(found: Counted) -> Iterator[PayFigure]:
    """Without examples the project's own instructions are counted, with a question of typical length."""
    least, most = 10.0, 500.0
    for way, prompt in (("tuned", found.short_prompt), ("other", found.long_prompt)):
        if prompt:
            told = "assumed: your instructions, and a question of typical length"
            yield _figure(f"{way}_in", prompt + least, prompt + most, Origin.ASSUMED, told)


def _measured(known: Known) -> Iterator[PayFigure]:
    found = known.measured
    if found is None:
        return
    for key, way in found.ways:
        told = f"measured in {found.name}"
        if way.endpoint.practice:
            told += ", on the practice model"
        if way.tokens_in > 0:
            yield _point(f"{key}_in", way.tokens_in, Origin.MEASURED, told)
        if way.tokens_out > 0:
            yield _point(f"{key}_out", way.tokens_out, Origin.MEASURED, told)


def _scale(known: Known) -> Iterator[PayFigure]:
    """How the priced models count what others, or we, counted: the range that a training's estimate has too."""
    if all(one is not None and one.key == AS_MEASURED for one in (known.tuned, known.other)):
        yield _point("scale", 1.0, Origin.MEASURED, "counted by the priced models themselves")
        return
    most = FOREIGN_HIGH if known.counted.foreign else TOKENS_HIGH
    least = 1 / FOREIGN_HIGH if known.counted.foreign else TOKENS_LOW
    yield _figure("scale", least, most, Origin.ASSUMED, "assumed: models cut a text into more or fewer tokens")


def _priced(way: str, choice: Choice | None, today: date) -> Iterator[PayFigure]:
    if choice is None:
        return
    for name, figure in figures_of(choice.price).items():
        if (key := key_of(way, name)) is not None:
            yield _price(key, figure, choice, today)


def _price(key: str, figure: Figure, choice: Choice, today: date) -> PayFigure:
    value = float(figure.value)
    source = "you" if figure.source == "you" else f"{choice.label}, {figure.origin(today)}"
    return _point(key, value, Origin.YOU if figure.source == "you" else Origin.PRICE, source)


def _said(known: Known) -> Iterator[PayFigure]:
    told = "your answer on Decide"
    calls, prompt = number_said(known.details, "calls_a_month"), number_said(known.details, "prompt_tokens")
    if calls is not None and BY_KEY["calls"].least <= calls <= BY_KEY["calls"].most:
        yield _point("calls", calls, Origin.YOU, told)
    if prompt is not None and known.measured is None and known.counted.rows:
        said = f"{told}, and {known.counted.rows:,} of your examples"
        yield _point("other_in", min(prompt, BY_KEY["other_in"].most) + known.counted.question, Origin.YOU, said)


def _point(key: str, value: float, origin: Origin, source: str) -> PayFigure:
    return _figure(key, value, value, origin, source)


def _figure(key: str, low: float, high: float, origin: Origin, source: str) -> PayFigure:
    asked = BY_KEY[key]
    return PayFigure(key, asked.label, low, high, "", origin, source)


def _blank(asked: Asked) -> PayFigure:
    return PayFigure(asked.key, asked.label, None, None, "", Origin.BLANK, "not known")


def text_of_range(asked: Asked, found: Range) -> str:
    """With its unit: "$0.30", "8 to 40 hours", "every 6 months to never", "0% to 50%"."""
    if asked.unit == DOLLARS:
        return dollar_span(found)
    if asked.unit == SHARE:
        return " to ".join(dict.fromkeys(f"{one:.0%}" for one in (found.low, found.high)))
    if asked.unit == MONTHS:
        return _every(found)
    return f"{numbers(found)} {asked.unit}" if asked.unit in (TOKENS, HOURS) else numbers(found)


def _every(found: Range) -> str:
    if math.isinf(found.low):
        return "never"
    months = numbers(found) if math.isfinite(found.high) else numbers(Range(found.low, found.low))
    unit = "month" if months == "1" else "months"
    return f"every {months} {unit}{'' if math.isfinite(found.high) else ', or never'}"
