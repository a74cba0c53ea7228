"""What a file would change in a project, as a value that a screen shows and a task's result keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SHOWN = 50
"""So many rows of each kind are shown with their texts."""
LONGEST = 2_000
"""Characters of a text that is shown."""


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    """In the file only."""
    BOTH = "both"
    """In the file, and by people here."""
    UNCHANGED = "unchanged"
    MISSING = "missing"
    """Here, and not in the file any more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: `old` is what stands here, `new` what the file says, each as text; `fields` are the names of what differs."""

    kind: Kind
    key: str
    line: int | None
    example_id: int | None
    fields: tuple[str, ...]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """`by` tells how rows were found again: id (in a table that this app wrote), key, or conversation. Numbers are of rows:
    `edited_here` of those unchanged in the file that people changed here, `trashed` of those that lie in the trash here, `repeated`
    of those whose key came before in the file, `set_aside` of those that cannot be read. `same_file`: this very file was imported
    already."""

    by: str
    read: int = 0
    new: int = 0
    changed: int = 0
    both: int = 0
    unchanged: int = 0
    missing: int = 0
    edited_here: int = 0
    trashed: int = 0
    repeated: int = 0
    set_aside: int = 0
    same_file: bool = False
    first: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """True when the file says what it said when it was imported."""
        return not (self.new or self.changed or self.both or self.missing)

    def to_json(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        shown = {kind: [_row(one) for one in several] for kind, several in self.first.items()}
        return values | {"first": shown}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Difference:
        first = {kind: tuple(_shown(row) for row in rows) for kind, rows in value["first"].items()}
        return cls(**{**value, "first": first})


def _row(one: Shown) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Shown.__dataclass_fields__} | {"fields": list(one.fields)}


def _shown(row: Mapping[str, Any]) -> Shown:
    return Shown(**{**row, "kind": Kind(row["kind"]), "fields": tuple(row["fields"])})
