"""Fine-tuning jobs with their events and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ftcore.records import Job, JobEvent, JobState, Metric
from ftcore.store.projects import touch
from ftcore.store.schema import job_events, job_metrics, jobs, now

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
        touch(c, get(c, job_id).project_id)
    return done


def request_cancel(c: Connection, job_id: int) -> None:
    change(c, job_id, cancel_requested=True)


def add_events(c: Connection, job_id: int, found: Sequence[JobEvent]) -> int:
    """Keeps events that are not there yet (by their id at the server); gives their number."""
    rows = [
        {
            "job_id": job_id,
            "remote_id": e.id,
            "level": e.level,
            "message": e.message,
            "data": e.data,
            "created_at": e.created_at,
        }
        for e in found
    ]
    if not rows:
        return 0
    before = _number(c, job_id)
    c.execute(upsert(job_events).on_conflict_do_nothing(), rows)
    return _number(c, job_id) - before


def add_metrics(c: Connection, job_id: int, found: Sequence[Metric]) -> None:
    """Keeps metrics by their step; a step told again takes the newer figures."""
    for m in found:
        values = {name: getattr(m, name) for name in Metric.__dataclass_fields__}
        told = {name: value for name, value in values.items() if value is not None and name != "step"}
        query = upsert(job_metrics).values(job_id=job_id, **values)
        c.execute(query.on_conflict_do_update(index_elements=["job_id", "step"], set_=told))


def events(c: Connection, job_id: int, *, limit: int = 500) -> list[JobEvent]:
    """The latest events, the newest first."""
    query = select(job_events).where(job_events.c.job_id == job_id)
    query = query.order_by(job_events.c.created_at.desc(), job_events.c.id.desc())
    return [
        JobEvent(r["remote_id"], r["created_at"], r["level"], r["message"], r["data"])
        for r in c.execute(query.limit(limit)).mappings()
    ]


def metrics(c: Connection, job_id: int) -> list[Metric]:
    query = select(job_metrics).where(job_metrics.c.job_id == job_id).order_by(job_metrics.c.step)
    return [Metric(**{name: r[name] for name in Metric.__dataclass_fields__}) for r in c.execute(query).mappings()]


def known_event_ids(c: Connection, job_id: int) -> set[str]:
    return set(c.execute(select(job_events.c.remote_id).where(job_events.c.job_id == job_id)).scalars())


def _number(c: Connection, job_id: int) -> int:
    return len(known_event_ids(c, job_id))


def _job(row: RowMapping) -> Job:
    values = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**values, "state": JobState(row["state"])})
