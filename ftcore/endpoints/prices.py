"""What providers charge, from an editable file. Every figure has its source and its date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ftcore.endpoints.figures import Figure, Reading


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens (`hosting`: for an hour). None = not charged so, or not known."""

    provider: str
    model: str
    tuned: bool
    trainable: bool = True
    train: Figure | None = None
    input: Figure | None = None
    cached: Figure | None = None
    output: Figure | None = None
    hosting: Figure | None = None
    note: str = ""

    def figures(self) -> Iterator[tuple[str, Figure]]:
        for name in _FIGURES:
            figure = getattr(self, name)
            if figure is not None:
                yield name, figure

    def old(self, today: date | None = None) -> tuple[str, ...]:
        """The names of the figures read more than 90 days ago, or at a time nobody knows."""
        return tuple(name for name, figure in self.figures() if figure.is_old(today))


_FIGURES = ("train", "input", "cached", "output", "hosting")


def load(path: Path) -> tuple[Price, ...]:
    """The prices of the file, in its order. Raises EndpointError with the file and the entry."""
    reading = Reading(path)
    found = []
    for where, entry in reading.entries("prices"):
        figures = {
            name: reading.figure(entry[name], f"{where}, {name}", number=True)
            for name in _FIGURES
            if entry.get(name) is not None
        }
        found.append(
            Price(
                provider=reading.text(entry, "provider", where),
                model=reading.text(entry, "model", where),
                tuned=entry.get("tuned") is True,
                trainable=entry.get("trainable", True) is not False,
                note=reading.text(entry, "note", where, ""),
                **figures,
            )
        )
    return tuple(found)


def find(prices: Sequence[Price], provider: str, model: str, *, tuned: bool) -> Price | None:
    """The price whose model name begins the given one (the longest such), so that dated names find their family;
    failing that, the provider's price for "any" model.

    The name of a tuned model (`ft:BASE:...`) is looked up by its base. "gpt-4.1" is not the price of "gpt-4.1-mini":
    only a date or a version may follow.
    """
    base = model.split(":")[1] if model.startswith("ft:") and ":" in model[3:] else model.removeprefix("ft:")
    offered = [price for price in prices if price.provider == provider and price.tuned == tuned]
    fitting = [price for price in offered if _is_family(price.model, base)]
    fitting = fitting or [price for price in offered if price.model == "any"]
    return max(fitting, key=lambda price: len(price.model), default=None)


def _is_family(family: str, model: str) -> bool:
    rest = model.removeprefix(family)
    return model.startswith(family) and (not rest or (rest[0] in "-@" and rest[1:2].isdigit()))
