"""Which servers there are, what differs at each, and what closes when, from an editable file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ftcore.endpoints.figures import Figure, Reading


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that stops on a day. `models` are those that stop answering; none = the service itself."""

    day: date
    fact: Figure
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provider:
    """`speaks` = the plain openai client works there; otherwise its training file can be exported, no more.

    `base_url` may hold a word in capitals that the user replaces. `statuses` are those beyond the protocol's own,
    `extra_body` the fields it wants besides, `limits` numbers such as `suffix` (characters) and `file_bytes`.
    """

    name: str
    label: str
    speaks: bool
    base_url: str = ""
    practice: bool = False
    differs: tuple[Figure, ...] = ()
    statuses: tuple[str, ...] = ()
    extra_body: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    ends: tuple[Ending, ...] = ()
    note: str = ""

    def ending_of(self, model: str) -> Ending | None:
        """When this model (or a model tuned from it) stops answering, if the file knows."""
        name = model.removeprefix("ft:")
        known = [
            (len(prefix), ending)
            for ending in self.ends
            for prefix in ending.models
            if name == prefix or name.startswith((f"{prefix}:", f"{prefix}-2"))  # -2: a dated name, -2025-04-14
        ]
        return max(known, key=lambda pair: pair[0])[1] if known else None


def load(path: Path) -> tuple[Provider, ...]:
    """The providers of the file, in its order. Raises EndpointError with the file and the entry."""
    reading = Reading(path)
    return tuple(_read(reading, where, entry) for where, entry in reading.entries("providers"))


def _read(reading: Reading, where: str, entry: dict[str, Any]) -> Provider:
    limits = reading.mapping(entry.get("limits") or {}, f"{where}, limits")
    if not all(isinstance(value, int) and value > 0 for value in limits.values()):
        raise reading.error(where, "'limits' must be whole numbers above 0")
    return Provider(
        name=reading.text(entry, "name", where),
        label=reading.text(entry, "label", where),
        speaks=entry.get("speaks") is True,
        base_url=reading.text(entry, "base_url", where, ""),
        practice=entry.get("practice") is True,
        differs=tuple(reading.figure(fact, f"{where}, differs", number=False) for fact in entry.get("differs") or ()),
        statuses=tuple(str(status) for status in entry.get("statuses") or ()),
        extra_body=reading.mapping(entry.get("extra_body") or {}, f"{where}, extra_body"),
        limits=limits,
        ends=tuple(_read_ending(reading, f"{where}, ends", ending) for ending in entry.get("ends") or ()),
        note=reading.text(entry, "note", where, ""),
    )


def _read_ending(reading: Reading, where: str, value: Any) -> Ending:
    entry = reading.mapping(value, where)
    day = reading.day(entry.get("day"), where)
    if day is None:
        raise reading.error(where, "'day' must be a date")
    models = tuple(str(model) for model in entry.get("models") or ())
    return Ending(day, reading.figure(entry, where, number=False), models)
