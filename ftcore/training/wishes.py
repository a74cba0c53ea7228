"""What somebody asks of a job that is under way. The worker tells the server, and keeps what came of it."""

from __future__ import annotations

from ftcore.records import JobState
from ftcore.store import jobs
from ftcore.store.database import Database
from ftcore.store.schema import now


def pause(db: Database, job_id: int) -> None:
    """Asks for a break: the server keeps what has been learnt, and goes on when asked."""
    with db.write() as c:
        jobs.change(c, job_id, wish="pause")


def resume(db: Database, job_id: int) -> None:
    with db.write() as c:
        jobs.change(c, job_id, wish="resume")


def look_again(db: Database, job_id: int) -> None:
    """Has the worker look now for a job whose request got no answer, instead of when its turn comes."""
    with db.write() as c:
        jobs.follow_soon(c, jobs.get(c, job_id))


def did_not_start(db: Database, job_id: int, *, who: str) -> bool:
    """Somebody looked at the server and found no such job: it ends here, and nothing is sent again. False when it is no longer
    unknown (it was found meanwhile)."""
    said = f"{who or 'Somebody'} looked at the server: this training did not start there. Nothing was sent again."
    with db.write() as c:
        return jobs.change(
            c, job_id, expected=JobState.UNKNOWN, state=JobState.CANCELLED, error=said, finished_at=now()
        )
