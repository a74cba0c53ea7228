"""Whose prices to calculate with: the models of the price file, those that were measured, or the reader's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ftcore.decision.pay.saying import day
from ftcore.endpoints import prices as price_file
from ftcore.endpoints.facts import Facts
from ftcore.endpoints.figures import Figure
from ftcore.endpoints.prices import Price
from ftcore.endpoints.providers import Ending, Provider
from ftcore.records import LOCAL
from ftcore.report.paying import closing
from ftcore.report.paying.measured import MeasuredWay
from ftcore.store import models

OWN, AS_MEASURED = "own", "measured"


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is what is kept of it. `price` holds what is known of the model's prices, `train` what a training costs there;
    `shutdown` its last day with where that is from; `closing` what the provider ends of its training, `ends` the same in a few
    words, and `until` the first day on which somebody who begins can no longer train there (None = no such day is known)."""

    key: str
    label: str
    price: Price | None = None
    shutdown: date | None = None
    shutdown_origin: str = ""
    closing: tuple[str, ...] = ()
    ends: str = ""
    until: date | None = None
    marks: str = ""
    """What is closing, for a line of the list; "" where nothing is known to."""

    @property
    def incomplete(self) -> bool:
        """What a call costs is not in the price file: it has to be typed."""
        return self.price is not None and (self.price.input is None or self.price.output is None)

    @property
    def marked(self) -> str:
        """For the list: the label with what is closing."""
        told = "; ".join(one for one in (self.marks, "you type what a call costs" if self.incomplete else "") if one)
        return f"{self.label} ({told})" if told else self.label


MINE = Choice(OWN, "My own prices")


def tuned_choices(facts: Facts, today: date) -> list[Choice]:
    """Every model that the price file knows a price of after fine-tuning: those that can be used longest first, then the complete
    ones, then by name."""
    found = [of_price(facts, price, today) for price in facts.prices if price.tuned and price.provider != LOCAL]
    return [*sorted(found, key=_order), MINE]


def other_choices(facts: Facts, today: date) -> list[Choice]:
    """Every model that can be asked as it is, in the same order."""
    rows = [price for price in facts.prices if not price.tuned and price.input is not None and price.output is not None]
    return [*sorted((of_price(facts, price, today) for price in rows), key=_order), MINE]


def _order(one: Choice) -> tuple[int, int, bool, str]:
    closes, stops = (-(found or date.max).toordinal() for found in (one.until, one.shutdown))
    return stops, closes, one.price is None or one.price.input is None, one.label.lower()


def as_measured(c: Connection, facts: Facts, way: MeasuredWay, *, tuned: bool, today: date) -> Choice | None:
    """The prices of the model that was asked, where the price file knows it; None for the practice model, which costs nothing and
    is nobody's plan."""
    if way.endpoint.practice or way.endpoint.name == LOCAL:
        return None
    provider = facts.provider_of(way.endpoint)
    asked = price_file.find(facts.prices, way.endpoint.provider, way.model, tuned=tuned)
    own = facts.price(way.endpoint, way.model, tuned=True) if tuned else None
    if own is not None and own.train is not None:
        known = asked or own
        asked = Price(
            known.provider, known.model, True, True, own.train, known.input, known.cached, known.output, known.hosting
        )
    base = way.model.split(":")[1] if way.model.startswith("ft:") and ":" in way.model[3:] else way.model
    ending = _ending(provider, base)
    told = [(ending.day, ending.fact.origin(today))] if ending else []
    told += [
        (its, "the server says so")
        for one in models.of_endpoint(c, way.endpoint.id)
        if one.name in (base, way.model) and (its := _day(one.shutdown_date)) is not None
    ]
    last, origin = min(told) if told else (None, "")
    label = f"As measured: {way.model} at {way.endpoint.name}"
    return _choice(AS_MEASURED, label, asked, (last, origin), provider if tuned else None, today)


def of_price(facts: Facts, price: Price, today: date) -> Choice:
    provider = facts.provider(price.provider)
    ending = _ending(provider, price.model)
    last = (ending.day, ending.fact.origin(today)) if ending else (None, "")
    key, label = f"{price.provider}/{price.model}", facts_label(facts, price)
    return _choice(key, label, price, last, provider if price.tuned else None, today)


def _choice(
    key: str, label: str, price: Price | None, last: tuple[date | None, str], trains: Provider | None, today: date
) -> Choice:
    """`trains`: the provider, where the choice is of a model that is trained there."""
    ends = closing.of_training(trains)
    told = (_told(trains, ends, today),) if trains and ends else ()
    marks = closing.listed(ends, last[0], today)
    return Choice(key, label, price, *last, told, closing.briefly(ends, today), closing.last_training(ends), marks)


def facts_label(facts: Facts, price: Price) -> str:
    provider = facts.provider(price.provider)
    name = provider.label if provider else price.provider
    return f"{name}: {price.model}" if price.model != "any" else f"{name}: any model"


def figures_of(price: Price | None) -> dict[str, Figure]:
    return dict(price.figures()) if price is not None else {}


def _ending(provider: Provider | None, model: str) -> Ending | None:
    """The last day of a model or, for a family's name, that of the version which stays longest."""
    if provider is None:
        return None
    found = provider.ending_of(model)
    family = [one for one in provider.ends for name in one.models if _dated(name, model)]
    return found or max(family, key=lambda one: one.day, default=None)


def _dated(name: str, family: str) -> bool:
    """`gpt-4o-mini-2024-07-18` is a version of `gpt-4o-mini`."""
    return name.startswith(f"{family}-") and name[len(family) + 1 :][:1].isdigit()


def _told(provider: Provider, ends: list[Ending], today: date) -> str:
    """What a provider ends of its training, each with its source, in one text."""
    ended = [
        f"{'since' if one.day <= today else 'from'} {day(one.day)}: {str(one.fact.value).rstrip('.')} "
        f"({one.fact.origin(today)})"
        for one in ends
    ]
    return f"{provider.label}, {'; '.join(ended)}."


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
