"""Approved examples become a snapshot: what a job trains on and a run is tested on."""

from __future__ import annotations

from sqlalchemy import Connection

from ftcore.chat import count_tokens
from ftcore.dataset.snapshots import digest
from ftcore.records import Snapshot, SnapshotRow, Split, Status
from ftcore.store import examples, projects, snapshots


def take_snapshot(c: Connection, project_id: int, *, who: str) -> Snapshot:
    """Copies the approved examples. Two snapshots of the same approved examples are one: they have the same digest."""
    rows = rows_to_freeze(c, project_id)
    tokens = sum(count_tokens(row.training) for row in rows)
    return snapshots.take(c, project_id, rows, digest=digest(rows), tokens=tokens, who=who)


def rows_to_freeze(c: Connection, project_id: int) -> list[SnapshotRow]:
    """What a snapshot would hold now: the approved examples, each under the project's short system prompt where it has
    none of its own."""
    project = projects.get(c, project_id)
    return [
        SnapshotRow(
            example.id,
            example.split or Split.TRAIN,
            example.training if example.training.system else example.training.with_system(project.tuned_prompt),
            example.private,
        )
        for example in examples.every(c, project_id, status=Status.APPROVED)
    ]
