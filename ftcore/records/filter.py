"""Which examples, and in which order: what a table shows, a review goes through, a bulk action touches or an export takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

from ftcore.records.example import Split, Status

ANY, NONE = "any", "none"


@dataclass(frozen=True, slots=True)
class Filter:
    """Everything that is set must hold.

    `text`: every word is somewhere in the texts, as the beginning of a word. `problem` is a code, or "any" error or warning,
    or "none". `answer` is one exactly, such as a label. `split` may be "none": not in any split yet. Tokens and length (characters of the answer) are ranges with
    both ends included. `row_set` is a stored set of rows: what a pattern found, what is similar to a row, what was chosen on
    the map. `trashed` shows the trash instead of the project.
    """

    text: str = ""
    status: Status | None = None
    split: Split | str | None = None
    problem: str = ""
    tag: str = ""
    answer: str = ""
    source: str = ""
    min_tokens: int | None = None
    max_tokens: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    changed_since: datetime | None = None
    changed_by: str = ""
    several_turns: bool = False
    has_note: bool = False
    private: bool = False
    row_set: int | None = None
    trashed: bool = False

    def without(self, name: str) -> Filter:
        """The same filter with one part taken away."""
        return replace(self, **{name: _DEFAULTS[name]})

    def parts(self) -> dict[str, Any]:
        """The parts that are set, by name, in the order of the fields."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != _DEFAULTS[f.name]}

    def to_json(self) -> dict[str, Any]:
        """What is set, as JSON and addresses take it: texts, numbers and true."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in self.parts().items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Filter:
        """From `to_json`, or from an address, where every value is a text. What is unknown or cannot be read is left out:
        an address may come from anywhere."""
        return cls(**{name: read for name, value in values.items() if (read := _read(name, value)) is not None})


SORTABLE = (
    "row",
    "status",
    "split",
    "system",
    "prompt",
    "response",
    "tags",
    "tokens",
    "length",
    "problems",
    "source",
    "note",
    "changed_by",
    "changed_at",
    "rank",
)
"""What rows can be sorted by. Texts are sorted by their first 40 characters; `rank` is the order of a stored set of rows (the
most similar first), and without one that of the rows."""


@dataclass(frozen=True, slots=True)
class Sort:
    by: str = "row"
    descending: bool = False

    def to_text(self) -> str:
        """For an address: "tokens", or "-tokens" for the largest first."""
        return f"-{self.by}" if self.descending else self.by

    @classmethod
    def from_text(cls, text: str) -> Sort:
        by = text.removeprefix("-")
        return cls(by, text.startswith("-")) if by in SORTABLE else cls()


_DEFAULTS: dict[str, Any] = {f.name: f.default for f in fields(Filter)}
LONGEST = 500


def _read(name: str, value: Any) -> Any:
    kind = _KINDS.get(name)
    if kind is None or value is None:
        return None
    try:
        return kind(value)
    except (ValueError, TypeError, OverflowError):
        return None


def _text(value: Any) -> str:
    return str(value)[:LONGEST]


def _number(value: Any) -> int:
    number = int(value)
    if not 0 <= number < 2**53:
        raise ValueError(number)
    return number


def _flag(value: Any) -> bool | None:
    return True if str(value).lower() in ("true", "1", "yes") else None


def _moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _split(value: Any) -> Split | str:
    return NONE if value == NONE else Split(value)


_BY_HINT = {str: _text, bool: _flag, Status | None: Status, int | None: _number, datetime | None: _moment}
_KINDS: dict[str, Any] = {
    name: _split if name == "split" else _BY_HINT[hint] for name, hint in get_type_hints(Filter).items()
}
