"""What has to be made safe in a database that was restored from a backup: the original may still be at work."""

from __future__ import annotations

from sqlalchemy import Connection, update

from ftcore.records import LOCAL, JobState, TaskState
from ftcore.store.schema import endpoints, jobs, now, runs, tasks

SAID = "This workspace was restored from a backup while it was under way. Start it again if it is still wanted."


def settle(c: Connection) -> dict[str, int]:
    """Ends what must not be begun a second time: tasks, runs, and jobs that may not have been asked for yet. Jobs that are known
    at their server are followed on, which costs nothing. The address of the embedded server is forgotten: that of the old
    place would be another's. Gives how many of each."""
    open_tasks = tasks.c.state.in_((TaskState.QUEUED, TaskState.RUNNING)) & (tasks.c.kind != "erase")
    unsure = jobs.c.state.in_((JobState.PLANNED, JobState.SUBMITTING, JobState.UNKNOWN))
    under_way = runs.c.state.in_(("queued", "running"))
    ended = {"finished_at": now(), "error": SAID}
    c.execute(update(endpoints).where(endpoints.c.name == LOCAL).values(base_url="", key_source=""))
    return {
        "tasks": c.execute(update(tasks).where(open_tasks).values(state=TaskState.CANCELLED, **ended)).rowcount,
        "jobs": c.execute(update(jobs).where(unsure).values(state=JobState.FAILED, **ended)).rowcount,
        "runs": c.execute(update(runs).where(under_way).values(state="failed", **ended)).rowcount,
    }
