"""One worker's turn at one job: what it knows, and how it writes.

Every write names the worker's hold on the task (its fence) in the same transaction: a worker that was taken for dead (a laptop
that slept) and comes back finds that it may write nothing, and stops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openai
from sqlalchemy import Connection

from ftcore.endpoints.adapter import Adapter
from ftcore.records import LOCAL, Endpoint, Job, JobState
from ftcore.store import jobs, tasks
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.training.calling import client_of

Hold = Callable[[Connection], object]
RESULTS = "results"
"""The kind of task that fetches what a job left behind."""


def held_by_nobody(c: Connection) -> None:
    """For a program that works on a database alone."""


@dataclass(frozen=True, slots=True)
class Turn:
    """`job` is as it was at the beginning of the turn."""

    db: Database
    job: Job
    endpoint: Endpoint
    adapter: Adapter
    exports: Path
    hold: Hold

    @property
    def client(self) -> openai.OpenAI:
        return client_of(self.endpoint)

    @property
    def ours(self) -> bool:
        """The project's own trainer: it lists what it has committed, and an Idempotency-Key makes one job there."""
        return self.endpoint.practice or self.endpoint.name == LOCAL

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction of whoever holds the task. Raises LostLease, and nothing is written."""
        with self.db.write() as c:
            self.hold(c)
            yield c

    def note(self, name: str, said: str, *, level: str = "info") -> None:
        """Keeps a sentence of our own among the job's events; the same `name` is kept once."""
        with self.write() as c:
            jobs.note(c, self.job.id, name, said, level=level)

    def end(self, state: JobState, *, error: str = "") -> None:
        """Ends a job that has not been sent, or that the server no longer knows."""
        with self.write() as c:
            end(c, self.job, state, error=error)


def end(c: Connection, job: Job, state: JobState, **values: Any) -> None:
    """Writes the end of a job; what it left at the server is fetched by a task of its own."""
    values = {"finished_at": now(), "wish": "", "queue_position": None, "estimated_finish": None, **values}
    jobs.change(c, job.id, state=state, **values)
    if job.remote_id:
        tasks.put(c, RESULTS, {"job_id": job.id}, project_id=job.project_id, key=f"{RESULTS}:{job.key}")
