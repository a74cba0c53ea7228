"""That a project was erased: when, by whom and how much, and what could not be erased yet. No name and no text of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from ftcore.store.schema import now, tombstones

ERASING, ERASED = "erasing", "erased"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`numbers` holds `state` ("erasing" or "erased"), how many examples, snapshots, runs, calls and jobs there were, and in
    `remote` and `files` the ids of what has still to be erased elsewhere."""

    id: int
    project_id: int
    who: str
    numbers: dict[str, Any]
    created_at: datetime

    @property
    def finished(self) -> bool:
        return self.numbers.get("state") == ERASED and not self.left

    @property
    def left(self) -> list[dict[str, Any]]:
        """What servers still hold, a record an endpoint: `endpoint`, `jobs`, `files`, `models`."""
        return list(self.numbers.get("remote", ()))


def put(c: Connection, project_id: int, *, who: str, numbers: dict[str, Any]) -> Tombstone:
    """Sets a project's tombstone; one that stands already is given back as it is."""
    known = of_project(c, project_id)
    if known is not None:
        return known
    values = {"project_id": project_id, "who": who, "numbers": numbers, "created_at": now()}
    return get(c, c.execute(insert(tombstones).values(**values)).lastrowid)


def get(c: Connection, tombstone_id: int) -> Tombstone:
    return _tombstone(c.execute(select(tombstones).where(tombstones.c.id == tombstone_id)).mappings().one())


def of_project(c: Connection, project_id: int) -> Tombstone | None:
    row = c.execute(select(tombstones).where(tombstones.c.project_id == project_id)).mappings().first()
    return _tombstone(row) if row else None


def every(c: Connection) -> list[Tombstone]:
    """The newest first."""
    return [_tombstone(row) for row in c.execute(select(tombstones).order_by(tombstones.c.id.desc())).mappings()]


def note(c: Connection, tombstone_id: int, **numbers: Any) -> None:
    """Writes into the numbers; None takes one out."""
    known = get(c, tombstone_id).numbers | numbers
    kept = {name: value for name, value in known.items() if value is not None}
    c.execute(update(tombstones).where(tombstones.c.id == tombstone_id).values(numbers=kept))


def _tombstone(row: RowMapping) -> Tombstone:
    return Tombstone(**{name: row[name] for name in Tombstone.__dataclass_fields__})
