"""Which base models to try first, from an editable file: what was read, where and when, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ftcore.content import ContentError, Node, read, standing
from ftcore.endpoints.facts import Facts
from ftcore.endpoints.figures import OLD, SOURCE_KINDS, Figure
from ftcore.endpoints.prices import Price, find

FILE = "base_models.yaml"
_SOON = 180
"""Days before a model shuts down from which it is not tried first."""


@dataclass(frozen=True, slots=True)
class BaseModel:
    """One line of the list. `can_be_tuned` is None, and `tuning` too, where nothing was read about it."""

    provider: str
    model: str
    why: Figure
    can_be_tuned: bool | None = None
    tuning: Figure | None = None


@dataclass(frozen=True, slots=True)
class BaseModels:
    """The list in its order. `read_on` is the day on which it was last gone through, `not_known` what it does not say."""

    version: int
    read_on: date
    not_known: str
    models: tuple[BaseModel, ...]


@dataclass(frozen=True, slots=True)
class ToTry:
    """A model for the screen, in plain values; texts are "" where nothing is known. `price` is in US dollars for a million
    tokens. `shuts_down` is the day from which it answers no more; `ends_soon` when that is less than half a year away."""

    model: str
    provider: str
    why: str
    price: str
    tuning: str
    can_be_tuned: bool | None
    shuts_down: date | None
    ends_soon: bool
    old: tuple[str, ...]
    """Which of why, price and tuning were read more than 90 days ago, or at a time nobody knows."""


def load(path: Path) -> BaseModels:
    """The list of the file. Raises ContentError with the file and the line."""
    parts = read(path).mapping(("version", "read_on", "not_known", "base_models"))
    return BaseModels(
        version=parts["version"].whole(1, 999_999),
        read_on=parts["read_on"].day(),
        not_known=parts["not_known"].text(empty=True),
        models=tuple(_model(node) for node in parts["base_models"].items()),
    )


def base_models_of(root: Path) -> tuple[BaseModels, tuple[str, ...]]:
    """The list that holds in the workspace `root`, and what is wrong with its own copy, a sentence each."""
    found, said = standing(root, FILE, load, ContentError)
    return found, (said,) if said else ()


def to_try(models: BaseModels, facts: Facts, *, today: date | None = None) -> tuple[ToTry, ...]:
    """The models to try, in the list's order, but those that shut down soon last, and without those that have shut down."""
    today = today or date.today()
    found = [_to_try(model, facts, today) for model in models.models]
    standing_ones = [one for one in found if one.shuts_down is None or one.shuts_down > today]
    return tuple(sorted(standing_ones, key=lambda one: one.ends_soon))


def age_of(models: BaseModels, today: date | None = None) -> str:
    """When the list was gone through, and whether that is long ago."""
    days = ((today or date.today()) - models.read_on).days
    text = f"List of {models.read_on.isoformat()}"
    return f"{text}: {days} days old, more than {OLD}. Look for newer models." if days > OLD else f"{text}."


def _to_try(model: BaseModel, facts: Facts, today: date) -> ToTry:
    provider = facts.provider(model.provider)
    ending = provider.ending_of(model.model) if provider else None
    price = find(facts.prices, model.provider, model.model, tuned=False)
    old = {
        "why": model.why.is_old(today),
        "price": price is not None and bool(price.old(today)),
        "tuning": model.tuning is not None and model.tuning.is_old(today),
    }
    return ToTry(
        model=model.model,
        provider=provider.label if provider else model.provider,
        why=_said(model.why, today),
        price=_priced(price, today) if price else "",
        tuning=_said(model.tuning, today) if model.tuning else "",
        can_be_tuned=model.can_be_tuned,
        shuts_down=ending.day if ending else None,
        ends_soon=ending is not None and (ending.day - today).days < _SOON,
        old=tuple(name for name, is_old in old.items() if is_old),
    )


def _said(fact: Figure, today: date) -> str:
    return f"{fact.value} ({fact.origin(today)})"


def _priced(price: Price, today: date) -> str:
    """ "$0.10 in, $0.01 for what is sent again, $0.50 out (from a third party, read 2026-10)"."""
    words = {"input": "in", "cached": "for what is sent again", "output": "out"}
    shown = [(f"{_dollars(figure)} {words[name]}", figure) for name, figure in price.figures() if name in words]
    origins = list(dict.fromkeys(figure.origin(today) for _, figure in shown))
    return f"{', '.join(text for text, _ in shown)} ({'; '.join(origins)})" if shown else ""


def _dollars(figure: Figure) -> str:
    value = float(figure.value)
    return f"${value:,.2f}" if round(value, 2) == value else f"${value:g}"


def _model(node: Node) -> BaseModel:
    entry = node.mapping(("provider", "model", "why"), ("can_be_tuned", "tuning"))
    return BaseModel(
        provider=entry["provider"].text(),
        model=entry["model"].text(),
        why=_fact(entry["why"]),
        can_be_tuned=entry["can_be_tuned"].switch() if "can_be_tuned" in entry else None,
        tuning=_fact(entry["tuning"]) if "tuning" in entry else None,
    )


def _fact(node: Node) -> Figure:
    """A statement with its source and the day or month on which it was read, which may be unknown."""
    entry = node.mapping(("what", "source", "read"))
    source = entry["source"].one_of(SOURCE_KINDS)
    when = entry["read"].text(empty=True)
    month = len(when) == len("2026-11")
    read_on = None
    if when:
        read_on = _first_day(entry["read"]) if month else entry["read"].day()
    return Figure(entry["what"].text(), source, read_on, month)


def _first_day(node: Node) -> date:
    try:
        return date.fromisoformat(f"{node.text()}-01")
    except ValueError:
        raise node.fault(f"'{node.text()}' is no month; write 2026-11, or a day, 2026-11-28") from None
