"""What can be done to many rows at once: an action as a value, what it makes of one row, and its name in the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ftcore.dataset import patterns, turns
from ftcore.dataset.checks import Limits, Profile, fixes
from ftcore.dataset.patterns import Pattern
from ftcore.records import Example, Split, Status, TrainingExample
from ftcore.store import examples

STATUS, TAG, UNTAG, SPLIT, SYSTEM = "status", "tag", "untag", "split", "system"
REPLACE, PRIVATE, IGNORE, TRASH, FIX = "replace", "private", "ignore", "trash", "fix"
KINDS = (STATUS, TAG, UNTAG, SPLIT, SYSTEM, REPLACE, PRIVATE, IGNORE, TRASH, FIX)
ABOUT_TEXTS = (SYSTEM, REPLACE, FIX)
"""Rows are checked again after these."""
FIELDS = ("prompt", "response", "system")


@dataclass(frozen=True, slots=True)
class Replacement:
    """Find and replace. `pattern`: `find` is a regular expression, and `put` may name its groups; `case`: capital and small
    letters differ."""

    find: str
    put: str
    fields: tuple[str, ...] = ("response",)
    pattern: bool = False
    case: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """The safe fix of one kind of problem, in the light of the data set as it was when somebody looked at the preview."""

    code: str
    limits: Limits
    light: Profile


@dataclass(frozen=True, slots=True)
class Action:
    """`value` is a status, a split, a tag, a text, a problem's code, true or false, a Replacement or a Repair, after `kind`."""

    kind: str
    value: Any

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is nothing that can be done to rows.")

    def to_json(self) -> dict[str, Any]:
        value = self.value
        if self.kind == REPLACE:
            value = asdict(value)
        if self.kind == FIX:
            value = {"code": value.code, "limits": value.limits.to_json(), "light": value.light.to_json()}
        return {"kind": self.kind, "value": value}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Action:
        value = kept["value"]
        if kept["kind"] == REPLACE:
            value = Replacement(**{**value, "fields": tuple(value["fields"])})
        if kept["kind"] == FIX:
            value = Repair(value["code"], Limits.from_json(value["limits"]), Profile.from_json(value["light"]))
        return cls(kept["kind"], value)


@dataclass(frozen=True, slots=True)
class Made:
    """What an action makes of one row: the journal's values, and at how many places a text was replaced."""

    values: Mapping[str, Any]
    places: int = 0


def maker(action: Action) -> Callable[[Example], Made]:
    """What the action makes of a row. Raises PatternError for a pattern that cannot be read, ValueError for a value that is none."""
    value = action.value
    if action.kind == REPLACE:
        pattern = patterns.read(value.find, plain=not value.pattern, case=value.case)
        return lambda row: _replaced(row, value, pattern)
    if action.kind == FIX:
        return lambda row: _fixed(row, value)
    plain: dict[str, Callable[[Example], Mapping[str, Any]]] = {
        STATUS: lambda row: {"status": Status(value).value},
        TAG: lambda row: {"tags": [*row.tags, *([] if value in row.tags else [value])]},
        UNTAG: lambda row: {"tags": [tag for tag in row.tags if tag != value]},
        SPLIT: lambda row: {"split": Split(value).value},
        SYSTEM: lambda row: _training(row, row.training.with_system(value)),
        PRIVATE: lambda row: {"private": bool(value)},
        IGNORE: lambda row: {"ignored": sorted({*row.ignored, value})},
        TRASH: lambda row: {"trashed": bool(value)},
    }
    make = plain[action.kind]
    return lambda row: Made(make(row))


def told(action: Action, number: int) -> str:
    """Its name in the journal: "Rejected 412 examples"."""
    rows = "1 example" if number == 1 else f"{number:,} examples"
    value = action.value
    if action.kind == REPLACE:
        return f"Replaced “{_short(value.find)}” by “{_short(value.put)}” in {rows}"
    if action.kind == FIX:
        return f"Repaired “{value.code.replace('_', ' ')}” in {rows}"
    if action.kind == STATUS:
        return {"approved": f"Approved {rows}", "rejected": f"Rejected {rows}"}.get(value, f"Made {rows} drafts again")
    return {
        TAG: f"Tagged {rows} “{_short(str(value))}”",
        UNTAG: f"Took the tag “{_short(str(value))}” off {rows}",
        SPLIT: f"Moved {rows} to {value}",
        SYSTEM: f"Set the instructions of {rows}" if value else f"Took the instructions out of {rows}",
        PRIVATE: f"Marked {rows} {'private' if value else 'as not private'}",
        IGNORE: f"Ignored a problem at {rows}",
        TRASH: f"Moved {rows} to the trash" if value else f"Gave {rows} back from the trash",
    }[action.kind]


def _replaced(row: Example, wanted: Replacement, pattern: Pattern) -> Made:
    training, places = row.training, 0

    def change(text: str) -> str:
        nonlocal places
        new, number = pattern.replace(text, wanted.put)
        places += number
        return new

    for name in FIELDS:
        at = place_of(training, name) if name in wanted.fields else None
        if at is not None:
            training = turns.map_text(training, at, change)
    return Made(_training(row, training), places if training != row.training else 0)


def _fixed(row: Example, wanted: Repair) -> Made:
    repaired = fixes.fix(row.training, wanted.code, wanted.limits, wanted.light)
    return Made(_training(row, repaired), 1) if repaired is not None else Made({})


def place_of(training: TrainingExample, name: str) -> int | None:
    """The turn that a conversation's prompt, response or system message is: the last question, the last answer, the first
    instructions."""
    roles = {"prompt": ("user",), "response": ("assistant",), "system": ("system", "developer")}[name]
    places = [at for at, message in enumerate(training.messages) if message.get("role") in roles]
    return (places[0] if name == "system" else places[-1]) if places else None


def _training(row: Example, training: TrainingExample) -> Mapping[str, Any]:
    return {} if training == row.training else {"training": examples.to_json(training)}


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
