"""Which servers there are, what differs at each, and what closes when, from an editable file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ftcore.endpoints.figures import Figure, Reading
from ftcore.records import JobState

METHODS = ("supervised", "dpo")
KINDS = ("number", "whole number", "switch", "text")
"""What a hyperparameter beyond the protocol's may hold, as the file says it."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that stops on a day. `models` are those that stop answering; none = the service itself."""

    day: date
    fact: Figure
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deployment:
    """The step between a tuned model and its first answer. `path` is where it is asked for, "" when that is done elsewhere."""

    fact: Figure
    path: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """`speaks` = the plain openai client works there; otherwise its training file can be exported, no more.

    `base_url` may hold a word in capitals that the user replaces. `statuses` are words of its own with what they mean,
    `extra_body` the fields it wants besides, `limits` numbers: `suffix` (characters), `file_bytes`, `tokens_per_example`, `rows`
    (the fewest). `key_variable` is the environment variable in which its users have their key. `hyperparameters` are those
    beyond the protocol's, with what they hold (number, whole number, switch, text); `old_form` sends all of them at the top.
    `tells_file_status` False: the status of a file is always empty. `filters_metadata` True: its list of jobs may be
    trusted to hold only those that were asked for. `models` are offered for training, where the file knows them.
    """

    name: str
    label: str
    speaks: bool
    base_url: str = ""
    practice: bool = False
    differs: tuple[Figure, ...] = ()
    statuses: dict[str, JobState] = field(default_factory=dict)
    extra_body: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    ends: tuple[Ending, ...] = ()
    note: str = ""
    key_variable: str = ""
    methods: tuple[str, ...] = ("supervised",)
    hyperparameters: dict[str, str] = field(default_factory=dict)
    old_form: bool = False
    byte_order_mark: bool = False
    tells_file_status: bool = True
    pauses: bool = False
    filters_metadata: bool = False
    deployment: Deployment | None = None
    models: tuple[str, ...] = ()

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


PLAIN = Provider("", "", speaks=True, methods=METHODS, pauses=True)
"""A server of which nothing is known: the protocol as it is written."""


def load(path: Path) -> tuple[Provider, ...]:
    """The providers of the file, in its order. Raises EndpointError with the file and the entry."""
    reading = Reading(path)
    return tuple(_read(reading, where, entry) for where, entry in reading.entries("providers"))


def _read(reading: Reading, where: str, entry: dict[str, Any]) -> Provider:
    limits = reading.mapping(entry.get("limits") or {}, f"{where}, limits")
    if not all(isinstance(value, int) and value > 0 for value in limits.values()):
        raise reading.error(where, "'limits' must be whole numbers above 0")
    file = reading.mapping(entry.get("file") or {}, f"{where}, file")
    return Provider(
        name=reading.text(entry, "name", where),
        label=reading.text(entry, "label", where),
        speaks=entry.get("speaks") is True,
        base_url=reading.text(entry, "base_url", where, ""),
        practice=entry.get("practice") is True,
        differs=tuple(reading.figure(fact, f"{where}, differs", number=False) for fact in entry.get("differs") or ()),
        statuses=_read_statuses(reading, f"{where}, statuses", entry.get("statuses") or {}),
        extra_body=reading.mapping(entry.get("extra_body") or {}, f"{where}, extra_body"),
        limits=limits,
        ends=tuple(_read_ending(reading, f"{where}, ends", ending) for ending in entry.get("ends") or ()),
        note=reading.text(entry, "note", where, ""),
        key_variable=reading.text(entry, "key_variable", where, ""),
        methods=_read_choices(reading, f"{where}, methods", entry.get("methods") or ["supervised"], METHODS),
        hyperparameters=_read_hyperparameters(reading, f"{where}, hyperparameters", entry.get("hyperparameters") or {}),
        old_form=entry.get("old_form") is True,
        byte_order_mark=file.get("byte_order_mark") is True,
        tells_file_status=file.get("status", True) is not False,
        pauses=entry.get("pauses") is True,
        filters_metadata=entry.get("filters_metadata") is True,
        deployment=_read_deployment(reading, f"{where}, deployment", entry.get("deployment")),
        models=tuple(str(model) for model in entry.get("models") or ()),
    )


def _read_statuses(reading: Reading, where: str, value: Any) -> dict[str, JobState]:
    """The server's word -> one of our states."""
    states = {state.value: state for state in JobState}
    found = reading.mapping(value, where)
    for word, state in found.items():
        if state not in states:
            raise reading.error(where, f"'{word}' must be one of: {', '.join(states)}")
    return {str(word): states[state] for word, state in found.items()}


def _read_choices(reading: Reading, where: str, value: Any, choices: tuple[str, ...]) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if not all(one in choices for one in found):
        raise reading.error(where, f"only these may stand here: {', '.join(choices)}")
    return tuple(found)


def _read_hyperparameters(reading: Reading, where: str, value: Any) -> dict[str, str]:
    found = reading.mapping(value, where)
    for kind in found.values():
        _read_choices(reading, where, kind, KINDS)
    return {str(name): str(kind) for name, kind in found.items()}


def _read_deployment(reading: Reading, where: str, value: Any) -> Deployment | None:
    """`path` begins with one "/", so that the request, and the key with it, stays at the same server."""
    if value is None:
        return None
    entry = reading.mapping(value, where)
    path = reading.text(entry, "path", where, "")
    if path and not (path.startswith("/") and not path.startswith("//") and "\\" not in path):
        raise reading.error(where, "'path' must begin with one /, and name no server")
    return Deployment(reading.figure(entry, where, number=False), path)


def _read_ending(reading: Reading, where: str, value: Any) -> Ending:
    entry = reading.mapping(value, where)
    day = reading.day(entry.get("day"), where)
    if day is None:
        raise reading.error(where, "'day' must be a date")
    models = tuple(str(model) for model in entry.get("models") or ())
    return Ending(day, reading.figure(entry, where, number=False), models)
