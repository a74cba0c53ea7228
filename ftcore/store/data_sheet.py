"""Numbers that the data sheet of a training set wants, counted where the rows are."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, or_, select

from ftcore.records import Split
from ftcore.store.schema import calls, examples, imports, rejected_rows, snapshot_rows

MOST_REASONS = 200
"""Reasons with a figure in each of them are as many as rows: beyond so many the rest counts as "other reasons"."""


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
    found: Counter[str] = Counter()
    for at, (reason, count) in enumerate(c.execute(query)):
        found[reason if at < MOST_REASONS else "other reasons"] += count
    return found.most_common()


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


def asked_of(c: Connection, run_id: int) -> dict[str, int]:
    """How many questions of a run were sent, by arm; alternatives that were tried count with their arm."""
    query = select(calls.c.arm, func.count()).where(calls.c.run_id == run_id).group_by(calls.c.arm)
    found: Counter[str] = Counter()
    for arm, number in c.execute(query):
        found[str(arm).split("#")[0]] += number
    return dict(found)
