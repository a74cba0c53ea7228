"""Training the data of a job that was brought in once more, here or at another endpoint, and asking which model is better.

The question is put directly: both models answer the same rows, which neither was trained on. It is not a run of Evaluate: there are
no other arms, and nothing is claimed beyond these two models on these rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from ftcore.records import Endpoint, Job, SnapshotRow, Split, Status
from ftcore.store import examples, found, jobs, pairs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.filters import Filter
from ftcore.training.launch import NotFit, launch_all
from ftcore.training.rescue import COMPARE
from ftcore.training.settings import MOST_EPOCHS, Settings

MOST_ASKED = 200
"""Rows that both models are asked: more would cost more than they tell."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows that neither model was trained on. `source` says where they are from: the project's test rows, or else the validation
    rows of the job, which were only watched."""

    rows: tuple[SnapshotRow, ...]
    source: str


def settings_of(c: Connection, job: Job) -> Settings:
    """The settings of a job, as far as every server knows them."""
    epochs = job.hyperparameters.get("n_epochs")
    whole = isinstance(epochs, int) and not isinstance(epochs, bool) and 1 <= epochs <= MOST_EPOCHS
    method = "dpo" if pairs.in_snapshot(c, job.snapshot_id) else "supervised"
    return Settings(method=method, epochs=epochs if whole else None, seed=job.seed)


def retrain(
    db: Database,
    job: Job,
    endpoint: Endpoint,
    *,
    base_model: str,
    who: str,
    private_confirmed: bool = False,
    acknowledged: Collection[str] | None = None,
) -> Job:
    """Launches the same snapshot at `endpoint`, and has the two models compared once it has ended, where there are rows to
    compare them on. Asked twice, it is one job.
    Raises NotFit with a sentence; nothing was written then."""
    with db.read() as c:
        settings, rows = settings_of(c, job), snapshots.get(c, job.snapshot_id).train
    if not rows:
        raise NotFit(
            "The training rows of this job did not come along: its file was gone. There is nothing to train on."
        )
    name = hashlib.sha256(f"{job.key} {endpoint.id} {base_model}".encode()).hexdigest()[:32]
    made = launch_all(
        db,
        job.project_id,
        endpoint,
        base_model=base_model,
        who=who,
        settings=settings,
        key=f"again-{name}",
        private_confirmed=private_confirmed,
        acknowledged=acknowledged,
        snapshot_id=job.snapshot_id,
    )[0]
    with db.read() as c:
        rows_there = bool(held_out(c, job).rows)
    if rows_there:
        compare_later(db, job, made)
    return made


def compare_later(db: Database, before: Job, after: Job) -> None:
    """Queues the comparison of two jobs' models; it waits until `after` has ended. One that failed is begun again, and keeps the
    answers that it has."""
    with db.write() as c:
        key = key_of(before, after)
        tasks.put(c, COMPARE, {"before": before.id, "after": after.id}, project_id=before.project_id, key=key)
        known = found.task(c, key)
        if known is not None and known.error:
            tasks.revive(c, key)


def key_of(before: Job, after: Job) -> str:
    return f"{COMPARE}:{before.id}:{after.id}"


def again(c: Connection, job: Job) -> list[Job]:
    """The trainings of the same rows that were launched here since, the newest first."""
    return [one for one in jobs.of_project(c, job.project_id) if one.key.startswith("again-") and one.id != job.id]


def held_out(c: Connection, job: Job) -> HeldOut:
    """The rows for the comparison: approved test rows of the project that are in no training row word for word, else the
    validation rows of the job's snapshot."""
    trained = {_asked(row) for row in snapshots.rows(c, job.snapshot_id, Split.TRAIN)}
    waiting = Filter(status=Status.APPROVED, split=Split.TEST)
    test = [
        SnapshotRow(row.id, Split.TEST, row.training, row.private)
        for several in examples.stream(c, job.project_id, waiting)
        for row in several
    ]
    fresh = [row for row in test if _asked(row) not in trained]
    if fresh:
        return HeldOut(tuple(fresh[:MOST_ASKED]), "test")
    watched = [row for row in snapshots.rows(c, job.snapshot_id, Split.VALIDATION) if _asked(row) not in trained]
    return HeldOut(tuple(watched[:MOST_ASKED]), "validation" if watched else "")


def _asked(row: SnapshotRow) -> str:
    return "\n".join(str(message.get("content")) for message in row.training.asked() if message["role"] != "system")
