"""The worker's part of jobs: following them, fetching what they leave, removing their files."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection

from ftcore.endpoints import EndpointError
from ftcore.records import LOCAL, Endpoint, Job, JobState, Task
from ftcore.store import endpoints, jobs, tasks
from ftcore.store.database import Database
from ftcore.store.tasks import LostLease
from ftcore.training import results, uploading
from ftcore.training.reconcile import NoAnswer, Step, take_step
from ftcore.training.turn import RESULTS
from ftcore.worker import registry
from ftcore.worker.pacing import Pace
from ftcore.worker.rounds import take_round
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace

FAULT_SECONDS = 15.0
BUSY_SECONDS = 2.0
"""How long a job waits whose server is being asked about enough others."""
FETCH_AGAIN = (2.0, 10.0, 60.0, 300.0)
"""Seconds after which what could not be fetched is tried again; then it is said, and left."""
PACE = Pace()
log = logging.getLogger("tuneworthy.worker")


class Postponed(Exception):
    """The task has done what it could for now and wants to be called again after `seconds`. `also` is written in the transaction
    that puts it back."""

    def __init__(self, seconds: float, also: Callable[[Connection], None] | None = None) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds
        self.also = also


def reconcile(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: job_id. One step of a job, then again until it has ended."""
    with db.read() as c:
        job = jobs.get(c, task.payload["job_id"])
        endpoint = endpoints.get(c, job.endpoint_id)
    ours = endpoint.practice or endpoint.name == LOCAL
    if not _urgent(job) and (wait := PACE.closed(endpoint.id)):
        raise Postponed(wait + BUSY_SECONDS)
    with PACE.asking(endpoint.id) as free:
        if not free:
            raise Postponed(BUSY_SECONDS * random.uniform(0.5, 1.5))
        try:
            if (lightly := PACE.is_quiet(job.id)) and not ours and not _urgent(job):
                _go_round(db, workspace, task, job, endpoint)
            step = take_step(
                db,
                job.id,
                workspace.folder("exports"),
                partial(_hold, task=task),
                job=job,
                lightly=lightly,
            )
        except NoAnswer as error:
            _tell(watch, str(error))
            wait = PACE.after_fault(job.id, endpoint.id, asked=error.seconds, everywhere=error.everywhere, ours=ours)
            raise Postponed(wait) from error
        except (LostLease, Postponed):
            raise
        except Exception as error:  # a job must never be left behind by a fault of ours: it is looked at again
            log.exception("job %d could not be followed", job.id)
            _tell(watch, f"Following the job failed ({type(error).__name__}); it is tried again.")
            raise Postponed(FAULT_SECONDS) from error
    if step.ended:
        PACE.forget(job.id)
        return {}
    _tell(watch, "")  # what was in the way is no longer
    raise Postponed(_wait(step, endpoint.id, ours=ours))


def _go_round(db: Database, workspace: Workspace, task: Task, job: Job, endpoint: Endpoint) -> None:
    """Looks at all quiet jobs of the endpoint together. Raises Postponed when that was the look at `job`."""
    found = take_round(db, workspace, job, endpoint, PACE)
    if found is None:
        return
    if found.itself:
        raise Postponed(PACE.after_round(endpoint.id), found.write)
    with db.write() as c:
        tasks.hold(c, task)
        found.write(c)


def _wait(step: Step, endpoint_id: int, *, ours: bool) -> float:
    if step.seconds is not None:
        return step.seconds
    return PACE.next(step.job.id, endpoint_id, state=step.job.state, changed=step.changed, ours=ours)


def _urgent(job: Job) -> bool:
    """What a person asked for is tried even at a server that has been silent."""
    return job.cancel_requested or bool(job.wish) or job.state == JobState.UNKNOWN


def _hold(c: Any, *, task: Task) -> None:
    tasks.hold(c, task)


def _tell(watch: Watch, said: str) -> None:
    """The same sentence is written once: every write makes the pages read again."""
    if watch.task.message != said:
        watch.progress(0, 0, said)


def fetch(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: job_id. Fetches the files and checkpoints of a job that has ended; a few times, when it fails."""
    fetched = results.fetch_results(db, task.payload["job_id"])
    if fetched.faults and task.done < len(FETCH_AGAIN):
        _count_try(db, task, fetched.faults[0])
        raise Postponed(FETCH_AGAIN[task.done])
    if fetched.faults:
        results.give_up(db, task.payload["job_id"], fetched)
    return {"files": fetched.files, "checkpoints": fetched.checkpoints, "faults": list(fetched.faults)}


def remove_files(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: job_id. Takes the files that were sent for a job away from its endpoint."""
    try:
        return {"stays": uploading.remove_files(db, task.payload["job_id"])}
    except NoAnswer as error:
        if task.done >= len(FETCH_AGAIN):
            raise EndpointError(f"{error} The files stay there for now; ask again later.") from error
        _count_try(db, task, str(error))
        raise Postponed(FETCH_AGAIN[task.done]) from error


def _count_try(db: Database, task: Task, said: str) -> None:
    with db.write() as c:
        if tasks.hold(c, task, done=task.done + 1, total=len(FETCH_AGAIN) + 1, message=said):
            raise Cancelled


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {
    "reconcile": reconcile,
    RESULTS: fetch,
    uploading.REMOVE: remove_files,
    **registry.HANDLERS,
}
"""All of them wait for servers: the loop does them beside the others, so that a server that never answers keeps no import waiting."""
