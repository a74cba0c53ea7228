"""Fine-tuning jobs. Their events and metrics are in `job_history`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from ftcore.records import Job, JobState
from ftcore.store import tasks
from ftcore.store.job_history import (
    add_events,
    add_metrics,
    events,
    fill_metrics,
    has_event,
    known_event_ids,
    metrics,
    note,
    notes,
    shows_metadata,
)
from ftcore.store.projects import touch
from ftcore.store.schema import jobs, now

__all__ = [
    "OPEN",
    "add_events",
    "add_metrics",
    "change",
    "events",
    "files",
    "fill_metrics",
    "find",
    "follow_soon",
    "get",
    "has_event",
    "hindrance",
    "known_event_ids",
    "looked_at",
    "metrics",
    "note",
    "notes",
    "of_project",
    "open_jobs",
    "plan",
    "request_cancel",
    "see",
    "shows_metadata",
    "use_file",
    "withdraw_wish",
]

OPEN = (JobState.PLANNED, JobState.SUBMITTING, JobState.SUBMITTED, JobState.RUNNING, JobState.PAUSED, JobState.UNKNOWN)


def plan(
    c: Connection,
    project_id: int,
    *,
    snapshot_id: int,
    endpoint_id: int,
    key: str,
    base_model: str,
    hyperparameters: dict[str, Any],
    system_prompt: str,
    seed: int,
    who: str,
    **also: Any,
) -> Job:
    """Writes the intent to train. The same key again gives the job that is already there. `also` are further columns:
    method, suffix, group, share, estimated_tokens, rate, cost_low, cost_high, origin."""
    known = find(c, key)
    if known is not None:
        return known
    values = {
        "snapshot_id": snapshot_id,
        "endpoint_id": endpoint_id,
        "key": key,
        "base_model": base_model,
        "hyperparameters": hyperparameters,
        "system_prompt": system_prompt,
        "seed": seed,
        "created_by": who,
        **also,
    }
    id_ = c.execute(insert(jobs).values(project_id=project_id, created_at=now(), **values)).lastrowid
    touch(c, project_id)
    return get(c, id_)


def get(c: Connection, job_id: int) -> Job:
    return _job(c.execute(select(jobs).where(jobs.c.id == job_id)).mappings().one())


def find(c: Connection, key: str) -> Job | None:
    row = c.execute(select(jobs).where(jobs.c.key == key)).mappings().first()
    return _job(row) if row else None


def of_project(c: Connection, project_id: int) -> list[Job]:
    """The jobs of a project, the newest first."""
    query = select(jobs).where(jobs.c.project_id == project_id).order_by(jobs.c.id.desc())
    return [_job(row) for row in c.execute(query).mappings()]


def open_jobs(c: Connection) -> list[Job]:
    """Every job that has not ended, the oldest first."""
    return [_job(r) for r in c.execute(select(jobs).where(jobs.c.state.in_(OPEN)).order_by(jobs.c.id)).mappings()]


def files(c: Connection, job_id: int) -> tuple[str, str]:
    """(id of the training file, id of the validation file) at the endpoint; "" where none was sent yet."""
    row = c.execute(select(jobs.c.training_file_id, jobs.c.validation_file_id).where(jobs.c.id == job_id)).one()
    return row[0], row[1]


def use_file(c: Connection, endpoint_id: int, remote_id: str) -> list[int]:
    """The jobs that have not ended and learn from this file of the endpoint."""
    query = select(jobs.c.id).where(jobs.c.endpoint_id == endpoint_id, jobs.c.state.in_(OPEN))
    either = (jobs.c.training_file_id == remote_id) | (jobs.c.validation_file_id == remote_id)
    return list(c.execute(query.where(either)).scalars())


def looked_at(c: Connection, job_id: int) -> datetime | None:
    """When a listing at the server was first found not to hold this job, whose creation got no answer."""
    return c.execute(select(jobs.c.looked_at).where(jobs.c.id == job_id)).scalar_one()


def change(c: Connection, job_id: int, *, expected: JobState | None = None, **values: Any) -> bool:
    """Writes columns of a job, only while it is in the `expected` state when one is given: False when it was not."""
    if not values:
        return True
    query = update(jobs).where(jobs.c.id == job_id)
    if expected is not None:
        query = query.where(jobs.c.state == expected)
    done = c.execute(query.values(**values)).rowcount == 1
    if done:
        job = get(c, job_id)
        touch(c, job.project_id)
        if values.get("wish") or values.get("cancel_requested"):
            follow_soon(c, job)
    return done


def request_cancel(c: Connection, job_id: int) -> None:
    change(c, job_id, cancel_requested=True)


def withdraw_wish(c: Connection, job_id: int, wish: str) -> None:
    """The server has been told; a wish that somebody has had since stays."""
    c.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.wish == wish).values(wish=""))
    touch(c, get(c, job_id).project_id)


def see(c: Connection, job_id: int, moment: datetime) -> None:
    """Writes when the server last answered for a job. Nothing of the project has changed by that: pages do not read again."""
    c.execute(update(jobs).where(jobs.c.id == job_id).values(seen_at=moment))


def hindrance(c: Connection, job: Job) -> str:
    """What the worker met when it last looked at the job, a sentence; "" when nothing was in its way."""
    return tasks.message_of(c, f"reconcile:{job.key}")


def follow_soon(c: Connection, job: Job) -> None:
    """Makes the worker look at a job now, instead of when its turn comes; queues the looking where nobody looks any more."""
    key = f"reconcile:{job.key}"
    tasks.put(c, "reconcile", {"job_id": job.id}, project_id=job.project_id, key=key)
    tasks.revive(c, key)
    tasks.hurry(c, key)


def _job(row: RowMapping) -> Job:
    values = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**values, "state": JobState(row["state"])})
