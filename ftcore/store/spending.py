"""Jobs as what they cost: those of a time, and those of an endpoint that tell how fast it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, select

from ftcore.records import Endpoint, Job, JobState
from ftcore.store import endpoints
from ftcore.store.schema import jobs


def jobs_since(c: Connection, moment: datetime) -> list[tuple[Job, Endpoint]]:
    """Every job that was launched, here or there, at this moment or later, with its endpoint; the oldest first."""
    servers: dict[int, Endpoint] = {}
    found = []
    for job in _jobs(c, select(jobs).where(jobs.c.created_at >= moment).order_by(jobs.c.id)):
        if job.endpoint_id not in servers:
            servers[job.endpoint_id] = endpoints.get(c, job.endpoint_id)
        found.append((job, servers[job.endpoint_id]))
    return found


def succeeded_at(c: Connection, endpoint_id: int, *, limit: int = 50) -> list[Job]:
    """The latest jobs of an endpoint that made a model, of all projects, the newest first."""
    query = select(jobs).where(jobs.c.endpoint_id == endpoint_id, jobs.c.state == JobState.SUCCEEDED)
    return _jobs(c, query.order_by(jobs.c.id.desc()).limit(limit))


def _jobs(c: Connection, query: Select[tuple[object, ...]]) -> list[Job]:
    names = Job.__dataclass_fields__
    return [
        Job(**{**{name: row[name] for name in names}, "state": JobState(row["state"])})
        for row in c.execute(query).mappings()
    ]
