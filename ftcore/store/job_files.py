"""The result files of jobs, as their servers gave them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as upsert

from ftcore.store.projects import touch
from ftcore.store.schema import job_files, jobs, now


@dataclass(frozen=True, slots=True)
class JobFile:
    """`remote_id` is its id at the endpoint; `bytes` the size of its content, which `content` reads."""

    id: int
    job_id: int
    remote_id: str
    name: str
    bytes: int
    created_at: datetime | None = None


def keep(c: Connection, job_id: int, *, remote_id: str, name: str, content: bytes) -> None:
    """Keeps a file; fetched again, it replaces the one before."""
    told = {"name": name, "content": content, "created_at": now()}
    query = upsert(job_files).values(job_id=job_id, remote_id=remote_id, **told)
    c.execute(query.on_conflict_do_update(index_elements=["job_id", "remote_id"], set_=told))
    touch(c, c.execute(select(jobs.c.project_id).where(jobs.c.id == job_id)).scalar_one())


def of_job(c: Connection, job_id: int) -> list[JobFile]:
    """The files of a job without their contents, the oldest first."""
    columns = [job_files.c[name] for name in ("id", "job_id", "remote_id", "name", "created_at")]
    query = select(*columns, func.length(job_files.c.content).label("bytes"))
    rows = c.execute(query.where(job_files.c.job_id == job_id).order_by(job_files.c.id)).mappings()
    return [JobFile(**{name: row[name] for name in JobFile.__dataclass_fields__}) for row in rows]


def content(c: Connection, file_id: int) -> bytes:
    return bytes(c.execute(select(job_files.c.content).where(job_files.c.id == file_id)).scalar_one())
