"""Immutable copies of the approved examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, RowMapping, insert, select

from ftcore.records import Snapshot, SnapshotRow, Split
from ftcore.store.examples import from_json, to_json
from ftcore.store.schema import now, snapshot_rows, snapshots


def take(
    c: Connection, project_id: int, rows: Sequence[SnapshotRow], *, digest: str, tokens: int, who: str
) -> Snapshot:
    """Keeps the rows under their digest; the same digest again gives the snapshot that is already there."""
    query = select(snapshots.c.id).where(snapshots.c.project_id == project_id, snapshots.c.digest == digest)
    known = c.execute(query).scalar()
    if known is not None:
        return get(c, known)
    numbers = {side.value: sum(1 for row in rows if row.split == side) for side in Split}
    values = {"digest": digest, "tokens": tokens, "created_by": who, "created_at": now(), **numbers}
    id_ = c.execute(insert(snapshots).values(project_id=project_id, **values)).lastrowid
    copies = [
        {
            "snapshot_id": id_,
            "example_id": row.example_id,
            "split": row.split,
            "training": to_json(row.training),
            "private": row.private,
        }
        for row in rows
    ]
    if copies:
        c.execute(insert(snapshot_rows), copies)
    return get(c, id_)


def get(c: Connection, snapshot_id: int) -> Snapshot:
    return _snapshot(c.execute(select(snapshots).where(snapshots.c.id == snapshot_id)).mappings().one())


def of_project(c: Connection, project_id: int) -> list[Snapshot]:
    query = select(snapshots).where(snapshots.c.project_id == project_id).order_by(snapshots.c.id.desc())
    return [_snapshot(row) for row in c.execute(query).mappings()]


def rows(c: Connection, snapshot_id: int, split: Split | None = None) -> Iterator[SnapshotRow]:
    """The rows of a snapshot (of one split), in the order in which they were taken."""
    query = select(snapshot_rows).where(snapshot_rows.c.snapshot_id == snapshot_id).order_by(snapshot_rows.c.id)
    if split is not None:
        query = query.where(snapshot_rows.c.split == split)
    for row in c.execute(query).mappings():
        yield SnapshotRow(row["example_id"], Split(row["split"]), from_json(row["training"]), row["private"])


def _snapshot(row: RowMapping) -> Snapshot:
    return Snapshot(**{name: row[name] for name in Snapshot.__dataclass_fields__})
