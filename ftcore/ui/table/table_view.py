"""What the table shows: filter, order, columns and the place in the order. As a value, as an address, and as a saved view."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ftcore.records import Filter, Sort
from ftcore.store.examples import Cursor

COLUMNS: dict[str, str] = {
    "status": "Status",
    "split": "Split",
    "system": "Instructions",
    "prompt": "They write",
    "response": "You answer",
    "tags": "Tags",
    "tokens": "Tokens",
    "length": "Length",
    "problems": "Problems",
    "source": "Source",
    "note": "Note",
    "changed_by": "Changed by",
    "changed_at": "Changed at",
    "turns": "Turns",
    "line": "Line",
    "key": "Key",
}
"""Every column that can be chosen, in the curator's words."""
USUAL = ("status", "prompt", "response", "problems", "split", "tags", "note")
PLACE = ("after", "before", "page")
NAMES = (*Filter.__dataclass_fields__, "sort", "columns", *PLACE)
"""What of an address belongs to the table."""


@dataclass(frozen=True, slots=True)
class View:
    """`after` or `before` is the place in the order where the page begins or ends; `number` is only for the reader."""

    where: Filter = field(default_factory=Filter)
    sort: Sort = field(default_factory=Sort)
    columns: tuple[str, ...] = USUAL
    after: Cursor | None = None
    before: Cursor | None = None
    number: int = 1

    def showing(self, where: Filter) -> View:
        """The same table with another filter, from its beginning."""
        return replace(self.from_the_start(), where=where)

    def sorted_by(self, sort: Sort) -> View:
        return replace(self.from_the_start(), sort=sort)

    def with_columns(self, columns: tuple[str, ...]) -> View:
        """At least one column, in the order chosen."""
        return replace(self, columns=tuple(c for c in columns if c in COLUMNS) or USUAL)

    def from_the_start(self) -> View:
        return replace(self, after=None, before=None, number=1)

    def to_json(self) -> dict[str, Any]:
        """What a saved view keeps: not the place."""
        return {"filter": self.where.to_json(), "sort": self.sort.to_text(), "columns": list(self.columns)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> View:
        """From `to_json`; what cannot be read is left as usual."""
        where, columns = kept.get("filter"), kept.get("columns")
        view = cls(
            Filter.from_json(where) if isinstance(where, Mapping) else Filter(),
            Sort.from_text(str(kept.get("sort", ""))),
        )
        return view.with_columns(tuple(map(str, columns))) if isinstance(columns, list) else view

    def to_address(self) -> dict[str, str]:
        """As an address has it. The order is always in it: by that, an address of the table is known."""
        said = {name: _said(value) for name, value in self.where.to_json().items()}
        said["sort"] = self.sort.to_text()
        if self.columns != USUAL:
            said["columns"] = ",".join(self.columns)
        for name, place in (("after", self.after), ("before", self.before)):
            if place is not None:
                said[name] = json.dumps(place, ensure_ascii=False, separators=(",", ":"))
        return said | ({"page": str(self.number)} if self.number > 1 else {})

    @classmethod
    def from_address(cls, said: Mapping[str, str]) -> View:
        """An address may come from anywhere: what cannot be read is left out."""
        view = cls(Filter.from_json(said), Sort.from_text(said.get("sort", "")))
        view = view.with_columns(tuple(said["columns"].split(","))) if said.get("columns") else view
        after, before = (_place(said.get(name), view.sort) for name in ("after", "before"))
        if after is None and before is None:
            return view
        page = said.get("page", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1
        return replace(view, after=after, before=before if after is None else None, number=max(1, number))


def _said(value: Any) -> str:
    return "true" if value is True else str(value)


def _place(text: str | None, sort: Sort) -> Cursor | None:
    """A place in the order, when it is one: [what the row is sorted by, its number]."""
    if not text or len(text) > 2_000:
        return None
    try:
        value, row = json.loads(text)
        ok = isinstance(row, int) and 0 <= row < 2**53 and _fits(value, sort)
    except (ValueError, TypeError, RecursionError):
        return None
    return (value, row) if ok else None


def _fits(value: Any, sort: Sort) -> bool:
    from datetime import datetime

    if sort.by in ("row", "tokens", "length", "problems"):
        return isinstance(value, int) and abs(value) < 2**53
    if sort.by == "changed_at":
        datetime.fromisoformat(value)
    return isinstance(value, str)
