"""Numbers that the data sheet of a training set wants, counted where the rows are."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select

from ftcore.records import Split
from ftcore.store.schema import examples, imports, rejected_rows, snapshot_rows


def reasons(c: Connection, project_id: int) -> list[tuple[str, int]]:
    """(why, how many) of all rows that imports set aside, the most frequent first. A sentence may quote what stood in a row."""
    number = func.count()
    query = (
        select(rejected_rows.c.reason, number)
        .join(imports, imports.c.id == rejected_rows.c.import_id)
        .where(imports.c.project_id == project_id)
        .group_by(rejected_rows.c.reason)
        .order_by(number.desc(), rejected_rows.c.reason)
    )
    return [(reason, count) for reason, count in c.execute(query)]


def private_in(c: Connection, snapshot_id: int, split: Split | None = None) -> int:
    """How many rows of a snapshot (of one split) are private: marked so then, or since."""
    mine = [snapshot_rows.c.snapshot_id == snapshot_id, or_(snapshot_rows.c.private, examples.c.private)]
    if split is not None:
        mine.append(snapshot_rows.c.split == split)
    rows = snapshot_rows.join(examples, examples.c.id == snapshot_rows.c.example_id, isouter=True)
    return int(c.execute(select(func.count()).select_from(rows).where(*mine)).scalar_one())


def private_of(c: Connection, project_id: int) -> int:
    """How many approved examples are private."""
    mine = (examples.c.project_id == project_id, examples.c.status == "approved", ~examples.c.trashed)
    return int(c.execute(select(func.count()).where(*mine, examples.c.private)).scalar_one())


def edited(c: Connection, project_id: int) -> int:
    """How many approved examples somebody changed after the import."""
    mine = (examples.c.project_id == project_id, examples.c.status == "approved", ~examples.c.trashed)
    changed = func.json_type(examples.c.original) != "null"
    return int(c.execute(select(func.count()).where(*mine, changed)).scalar_one())
