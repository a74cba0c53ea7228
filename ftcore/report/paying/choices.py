"""Whose prices to calculate with: the models of the price file, those that were measured, or the reader's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from ftcore.endpoints import prices as price_file
from ftcore.endpoints.facts import Facts
from ftcore.endpoints.figures import Figure
from ftcore.endpoints.prices import Price
from ftcore.endpoints.providers import Ending, Provider
from ftcore.records import LOCAL
from ftcore.report.paying.measured import MeasuredWay
from ftcore.store import models

OWN, AS_MEASURED = "own", "measured"


@dataclass(frozen=True, slots=True)
class Choice:
    """`key` is what is kept of it. `price` holds what is known of the model's prices, `train` what a training costs there;
    `shutdown` its last day with where that is from; `closing` what the provider ends of its training."""

    key: str
    label: str
    price: Price | None = None
    shutdown: date | None = None
    shutdown_origin: str = ""
    closing: tuple[str, ...] = ()


MINE = Choice(OWN, "My own prices")


def tuned_choices(facts: Facts, today: date) -> list[Choice]:
    """Every model that the price file knows a price of after fine-tuning; the complete ones first, then by name."""
    rows = [price for price in facts.prices if price.tuned and price.provider != LOCAL]
    ordered = sorted(rows, key=lambda price: (price.input is None, facts_label(facts, price).lower()))
    return [*(of_price(facts, price, today) for price in ordered), MINE]


def other_choices(facts: Facts, today: date) -> list[Choice]:
    """Every model that can be asked as it is."""
    rows = [price for price in facts.prices if not price.tuned and price.input is not None and price.output is not None]
    ordered = sorted(rows, key=lambda price: facts_label(facts, price).lower())
    return [*(of_price(facts, price, today) for price in ordered), MINE]


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
        (day, "the server says so")
        for one in models.of_endpoint(c, way.endpoint.id)
        if one.name in (base, way.model) and (day := _day(one.shutdown_date)) is not None
    ]
    last, origin = min(told) if told else (None, "")
    label = f"As measured: {way.model} at {way.endpoint.name}"
    return Choice(AS_MEASURED, label, asked, last, origin, _closing(provider, today) if tuned else ())


def of_price(facts: Facts, price: Price, today: date) -> Choice:
    provider = facts.provider(price.provider)
    ending = _ending(provider, price.model)
    return Choice(
        f"{price.provider}/{price.model}",
        facts_label(facts, price),
        price,
        ending.day if ending else None,
        ending.fact.origin(today) if ending else "",
        _closing(provider, today) if price.tuned else (),
    )


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


def _closing(provider: Provider | None, today: date) -> tuple[str, ...]:
    """What a provider ends of its training, in one text."""
    if provider is None:
        return ()
    words = ("train", "tuning", "tuned", "job")
    told = [
        one for one in provider.ends if not one.models and any(word in str(one.fact.value).lower() for word in words)
    ]
    ended = [
        f"{'since' if one.day <= today else 'from'} {one.day.day} {one.day:%B %Y}: {str(one.fact.value).rstrip('.')} "
        f"({one.fact.origin(today)})"
        for one in sorted(told, key=lambda one: one.day)
    ]
    return (f"{provider.label}, {'; '.join(ended)}.",) if ended else ()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
