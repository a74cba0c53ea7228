"""The history of one example: what it was after each change, put together from the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ftcore.records import TrainingExample
from ftcore.store.examples import from_json
from ftcore.store.journal import FIELDS
from ftcore.store.schema import changes, edits, examples


@dataclass(frozen=True, slots=True)
class Version:
    """The example as it was after one change (or as it was imported: `change_id` 0). `fields` are what the change changed,
    `values` everything that a change may change, as the journal writes it."""

    change_id: int
    label: str
    who: str
    at: datetime | None
    fields: tuple[str, ...]
    values: Mapping[str, Any]

    @property
    def training(self) -> TrainingExample:
        return from_json(self.values["training"])


def versions(c: Connection, example_id: int) -> list[Version]:
    """All states of an example, the newest first; changes that were taken back are not among them.

    Raises LookupError when there is no such example.
    """
    columns = (examples.c.created_at, *(examples.c[name] for name in FIELDS))
    row = c.execute(select(*columns).where(examples.c.id == example_id)).mappings().first()
    if row is None:
        raise LookupError(f"Example {example_id} is not in this workspace.")
    now: dict[str, Any] = {name: row[name] for name in FIELDS}
    query = (
        select(edits.c.before, edits.c.after, changes)
        .join(changes, changes.c.id == edits.c.change_id)
        .where(edits.c.example_id == example_id, changes.c.state == "done")
        .order_by(edits.c.id.desc())
    )
    found = []
    for edit in c.execute(query).mappings():
        found.append(Version(edit["id"], edit["label"], edit["who"], edit["at"], tuple(edit["after"]), dict(now)))
        now |= edit["before"]
    return [*found, Version(0, "Imported", "", row["created_at"], (), now)]
