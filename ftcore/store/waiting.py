"""Jobs whose tasks wait for their next look: seen together, and put off together where nothing has happened.

Nobody holds such a task. It is put off only if it still waits as it was read: the same fence, the same time. Whoever leased it
meanwhile, or made it due at once (a wish, "look again"), is not overruled.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from ftcore.records import Job, JobState
from ftcore.store.schema import jobs, tasks

THERE = (JobState.SUBMITTED, JobState.RUNNING, JobState.PAUSED)
"""A job of these is at its server for certain."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A job and its task as they were read; `due` and `until` are seconds since 1970."""

    job: Job
    task_id: int
    fence: int
    due: float


def waiting_jobs(c: Connection, endpoint_id: int) -> list[Waiting]:
    """The jobs at an endpoint of which nothing is asked, whose next look waits for its time."""
    asked = jobs.c.cancel_requested | (jobs.c.wish != "") | jobs.c.looked_at.is_not(None)
    query = (
        select(jobs, tasks.c.id.label("task_id"), tasks.c.fence, tasks.c.lease_until)
        .join(tasks, tasks.c.key == "reconcile:" + jobs.c.key)
        .where(jobs.c.endpoint_id == endpoint_id, jobs.c.state.in_(THERE), jobs.c.remote_id != "", ~asked)
        .where(tasks.c.state == "queued", tasks.c.lease_until.is_not(None))
        .order_by(jobs.c.id)
    )
    rows = c.execute(query).mappings()
    return [Waiting(_job(row), row["task_id"], row["fence"], row["lease_until"]) for row in rows]


def put_off(c: Connection, times: Collection[tuple[Waiting, float | None]]) -> None:
    """Gives each task another time (None = at once), in one statement; those that no longer wait as they were read keep theirs."""
    if not times:
        return
    mine = (tasks.c.id == bindparam("task"), tasks.c.fence == bindparam("held"), tasks.c.state == "queued")
    query = update(tasks).where(*mine, tasks.c.lease_until == bindparam("was")).values(lease_until=bindparam("until"))
    values = [{"task": one.task_id, "held": one.fence, "was": one.due, "until": until} for one, until in times]
    c.execute(query, values)


def see_all(c: Connection, job_ids: Collection[int], moment: datetime) -> None:
    """`jobs.see` for many."""
    if job_ids:
        c.execute(update(jobs).where(jobs.c.id.in_(job_ids)).values(seen_at=moment))


def _job(row: RowMapping) -> Job:
    values = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**values, "state": JobState(row["state"])})
