"""What is known here of jobs that exist at a server, and the tasks that look there and bring them in."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ftcore.records import Job, Task
from ftcore.store import jobs as job_store
from ftcore.store import tasks as task_store
from ftcore.store.schema import endpoints, jobs, tasks


def at_server(c: Connection, base_url: str) -> dict[str, Job]:
    """The jobs that are known at this address, whichever connection it has here (removed ones too), by their id there."""
    query = select(jobs.c.id).join(endpoints, endpoints.c.id == jobs.c.endpoint_id)
    known = c.execute(query.where(endpoints.c.base_url == base_url, jobs.c.remote_id != "")).scalars()
    return {job.remote_id: job for job in (job_store.get(c, id_) for id_ in known)}


def by_keys(c: Connection, keys: set[str]) -> dict[str, Job]:
    """Our own jobs by the numbers under which they were asked for."""
    found = (job_store.find(c, key) for key in keys)
    return {job.key: job for job in found if job is not None}


def on_files(c: Connection, base_url: str, training_file: str, validation_file: str) -> Job | None:
    """A job that was brought in from this address and learnt from these files, if there is one."""
    query = select(jobs.c.id).join(endpoints, endpoints.c.id == jobs.c.endpoint_id)
    same = (jobs.c.training_file_id == training_file, jobs.c.validation_file_id == validation_file)
    query = query.where(endpoints.c.base_url == base_url, jobs.c.origin == "found", *same)
    id_ = c.execute(query.order_by(jobs.c.id).limit(1)).scalar()
    return job_store.get(c, id_) if id_ is not None else None


def every(c: Connection, endpoint_id: int) -> list[Job]:
    """The jobs that were brought in from an endpoint, the newest first."""
    query = select(jobs.c.id).where(jobs.c.endpoint_id == endpoint_id, jobs.c.origin == "found")
    return [job_store.get(c, id_) for id_ in c.execute(query.order_by(jobs.c.created_at.desc())).scalars()]


def task(c: Connection, key: str) -> Task | None:
    """The task of this key, whatever became of it."""
    id_ = c.execute(select(tasks.c.id).where(tasks.c.key == key)).scalar()
    return task_store.get(c, id_) if id_ is not None else None


def tasks_of(c: Connection, kind: str, endpoint_id: int) -> list[Task]:
    """The tasks of a kind that are about this endpoint (by their payload), the newest first."""
    query = select(tasks.c.id).where(tasks.c.kind == kind, tasks.c.payload["endpoint_id"].as_integer() == endpoint_id)
    return [task_store.get(c, id_) for id_ in c.execute(query.order_by(tasks.c.id.desc())).scalars()]
