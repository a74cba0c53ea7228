"""What a job has been through: the server's events and metrics, and notes of our own among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ftcore.records import JobEvent, Metric
from ftcore.store.schema import job_events, job_metrics, jobs, now

OURS = "tuneworthy:"
"""What the id of a note of our own begins with: no server's event has such an id."""
SHOWS_METADATA = "lists-metadata"


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


def note(
    c: Connection,
    job_id: int,
    name: str,
    said: str,
    *,
    level: str = "info",
    data: dict[str, Any] | None = None,
    again: bool = False,
) -> None:
    """Keeps a sentence of our own among the events. The same `name` is kept once: as it was said first, or, `again`, last."""
    row = {"level": level, "message": said, "data": data or {}}
    query = upsert(job_events).values(job_id=job_id, remote_id=f"{OURS}{name}", created_at=now(), **row)
    keys = ["job_id", "remote_id"]
    c.execute(
        query.on_conflict_do_update(index_elements=keys, set_=row)
        if again
        else query.on_conflict_do_nothing(index_elements=keys)
    )


def notes(c: Connection, job_id: int, beginning: str) -> list[JobEvent]:
    """Our own notes of names that begin so, in the order in which they were written, without the mark of their ids."""
    mine = (job_events.c.job_id == job_id, job_events.c.remote_id.startswith(f"{OURS}{beginning}", autoescape=True))
    query = select(job_events).where(*mine).order_by(job_events.c.id)
    return [
        JobEvent(r["remote_id"].removeprefix(OURS), r["created_at"], r["level"], r["message"], r["data"])
        for r in c.execute(query).mappings()
    ]


def has_event(c: Connection, job_id: int, name: str) -> bool:
    """Whether a note of our own of this name is there."""
    query = select(job_events.c.id).where(job_events.c.job_id == job_id, job_events.c.remote_id == f"{OURS}{name}")
    return c.execute(query).first() is not None


def shows_metadata(c: Connection, endpoint_id: int) -> bool:
    """Whether this endpoint's list of jobs has ever shown the number under which we sent one."""
    there = (jobs.c.endpoint_id == endpoint_id, job_events.c.remote_id == f"{OURS}{SHOWS_METADATA}")
    query = select(job_events.c.id).join(jobs, job_events.c.job_id == jobs.c.id).where(*there)
    return c.execute(query.limit(1)).first() is not None


def add_metrics(c: Connection, job_id: int, found: Sequence[Metric]) -> None:
    """Keeps metrics by their step; a step told again takes the newer figures."""
    for m in found:
        values = {name: getattr(m, name) for name in Metric.__dataclass_fields__}
        told = {name: value for name, value in values.items() if value is not None and name != "step"}
        query = upsert(job_metrics).values(job_id=job_id, **values)
        c.execute(query.on_conflict_do_update(index_elements=["job_id", "step"], set_=told))


def fill_metrics(c: Connection, job_id: int, found: Sequence[Metric]) -> None:
    """Keeps metrics where there are none yet: what the events told before stays."""
    for m in found:
        values = {name: getattr(m, name) for name in Metric.__dataclass_fields__}
        query = upsert(job_metrics).values(job_id=job_id, **values)
        kept = {
            name: func.coalesce(job_metrics.c[name], getattr(query.excluded, name))
            for name in values
            if name not in ("step", "total_steps")
        }
        c.execute(query.on_conflict_do_update(index_elements=["job_id", "step"], set_=kept))


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
    query = select(func.count()).select_from(job_events).where(job_events.c.job_id == job_id)
    return int(c.execute(query).scalar_one())
