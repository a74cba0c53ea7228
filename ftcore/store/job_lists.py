"""Jobs of all projects: all of them, those since a moment, and those that tell how fast an endpoint is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Select, select

from ftcore.records import Endpoint, Job, JobState
from ftcore.store import endpoints
from ftcore.store.schema import jobs


def all_jobs(c: Connection) -> list[tuple[Job, Endpoint]]:
    """Every job of the workspace, launched or found, with its endpoint; the oldest first."""
    return _with_endpoints(c, _jobs(c, select(jobs).order_by(jobs.c.id)))


def jobs_since(c: Connection, moment: datetime) -> list[tuple[Job, Endpoint]]:
    """Those that were launched here at this moment or later; what was only brought in was paid before."""
    launched = (jobs.c.created_at >= moment, jobs.c.origin != "found")
    return _with_endpoints(c, _jobs(c, select(jobs).where(*launched).order_by(jobs.c.id)))


def succeeded_at(c: Connection, endpoint_id: int, *, limit: int = 50) -> list[Job]:
    """The latest jobs of an endpoint that made a model, of all projects, the newest first."""
    query = select(jobs).where(jobs.c.endpoint_id == endpoint_id, jobs.c.state == JobState.SUCCEEDED)
    return _jobs(c, query.order_by(jobs.c.id.desc()).limit(limit))


def _with_endpoints(c: Connection, found: list[Job]) -> list[tuple[Job, Endpoint]]:
    servers = {id_: endpoints.get(c, id_) for id_ in {job.endpoint_id for job in found}}
    return [(job, servers[job.endpoint_id]) for job in found]


def _jobs(c: Connection, query: Select[tuple[object, ...]]) -> list[Job]:
    names = Job.__dataclass_fields__
    return [
        Job(**{**{name: row[name] for name in names}, "state": JobState(row["state"])})
        for row in c.execute(query).mappings()
    ]
