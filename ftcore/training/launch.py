"""A launch: the snapshot, the intent and the task that follows it are written together, or none of them."""

from __future__ import annotations

import uuid
from typing import Any

from ftcore.dataset.freeze import take_snapshot
from ftcore.records import Endpoint, Job, Severity
from ftcore.store import jobs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.training.preflight import examine, leaks, leaving


class NotFit(Exception):
    """The approved examples cannot be trained on; the text says why and what to do."""


def launch(
    db: Database,
    project_id: int,
    endpoint: Endpoint,
    *,
    base_model: str,
    who: str,
    epochs: int | None = None,
    seed: int = 0,
    learning_rate_multiplier: float | None = None,
    batch_size: int | None = None,
    key: str = "",
    private_confirmed: bool = False,
) -> Job:
    """Plans a job on the examples that are approved now; the worker sends it. `epochs` None means "auto". Private rows go to
    another machine only when that was confirmed (`private_confirmed`).

    The same `key` again (a button pressed twice) gives the same job. Raises NotFit; nothing was written then.
    """
    wanted: dict[str, Any] = {
        "n_epochs": epochs,
        "learning_rate_multiplier": learning_rate_multiplier,
        "batch_size": batch_size,
    }
    with db.write() as c:
        known = jobs.find(c, key) if key else None
        if known is not None:
            return known
        snapshot = take_snapshot(c, project_id, who=who)
        rows = list(snapshots.rows(c, snapshot.id))
        found = [*examine(rows, leaks(c, project_id, rows)), *leaving(rows, endpoint, confirmed=private_confirmed)]
        errors = [finding.sentence for finding in found if finding.severity == Severity.ERROR]
        if errors:
            raise NotFit(" ".join(errors))
        system = rows[0].training.system if rows else ""
        job = jobs.plan(
            c,
            project_id,
            snapshot_id=snapshot.id,
            endpoint_id=endpoint.id,
            key=key or uuid.uuid4().hex,
            base_model=base_model,
            hyperparameters={name: value for name, value in wanted.items() if value is not None},
            system_prompt=system,
            seed=seed,
            who=who,
        )
        tasks.put(c, "reconcile", {"job_id": job.id}, project_id=project_id, key=f"reconcile:{job.key}")
        return job


def cancel(db: Database, job_id: int) -> None:
    """Asks for the job to be stopped; the worker tells the server."""
    with db.write() as c:
        jobs.request_cancel(c, job_id)
