"""What a person can do about a job of which nobody knows whether it exists."""

from __future__ import annotations

from ftcore.records import JobState
from ftcore.store import endpoints, jobs
from ftcore.store.database import Database
from ftcore.store.schema import now


def look_again(db: Database, job_id: int) -> None:
    """Has the worker look into the server's list now, instead of when its turn comes."""
    with db.write() as c:
        jobs.follow_soon(c, jobs.get(c, job_id))


def did_not_start(db: Database, job_id: int, who: str) -> bool:
    """Somebody has looked at the server's own page: the job is not there. It ends as cancelled, and nothing is sent again; a new
    launch is a new job. False when the job is not, or is no longer, unknown: then it stays as it is."""
    with db.write() as c:
        job = jobs.get(c, job_id)
        server = endpoints.get(c, job.endpoint_id).name
        said = (
            f"{who or 'Somebody'} looked at {server} on {now():%d %B %Y} and said that this job did not start there. "
            "Nothing was sent again."
        )
        ended = {"state": JobState.CANCELLED, "error": said, "finished_at": now(), "looked_at": None, "wish": ""}
        done = jobs.change(c, job_id, expected=JobState.UNKNOWN, **ended)
        if done:
            jobs.note(c, job_id, "did-not-start", said)
        return done
