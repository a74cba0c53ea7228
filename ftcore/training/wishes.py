"""What somebody asks of a job that is under way. The worker tells the server, and keeps what came of it."""

from __future__ import annotations

from ftcore.store import jobs
from ftcore.store.database import Database


def pause(db: Database, job_id: int) -> None:
    """Asks for a break: the server keeps what has been learnt, and goes on when asked."""
    with db.write() as c:
        jobs.change(c, job_id, wish="pause")


def resume(db: Database, job_id: int) -> None:
    with db.write() as c:
        jobs.change(c, job_id, wish="resume")
