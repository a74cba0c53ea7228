"""Approved examples for which there are two answers: one that somebody corrected, or a second one that was judged worse."""

from __future__ import annotations

from sqlalchemy import Connection, Text, and_, or_, select, type_coerce

from ftcore.records import Status
from ftcore.store.schema import examples, snapshot_rows


def candidates(c: Connection, project_id: int) -> list[int]:
    """Ids of approved examples that may give a pair, oldest first: whether they do, their texts say."""
    original = type_coerce(examples.c.original, Text)  # JSON null until the first edit of the conversation
    edited = and_(examples.c.version > 1, original.is_not(None), original != "null")
    query = select(examples.c.id).where(
        examples.c.project_id == project_id,
        ~examples.c.trashed,
        examples.c.status == Status.APPROVED,
        or_(examples.c.worse != "", edited),
    )
    return list(c.execute(query.order_by(examples.c.id)).scalars())


def in_snapshot(c: Connection, snapshot_id: int) -> bool:
    """Whether its rows are pairs of answers."""
    mine = (snapshot_rows.c.snapshot_id == snapshot_id, snapshot_rows.c.worse != "")
    return c.execute(select(snapshot_rows.c.id).where(*mine).limit(1)).first() is not None
