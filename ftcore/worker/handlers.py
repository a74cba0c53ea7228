"""Which function does which kind of task. A handler may be begun again at any time: it must be safe to repeat."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.store.tasks import LostLease
from ftcore.training.reconcile import NoAnswer, advance
from ftcore.worker import bulk, export, handover, intake, meaning, registry, splitting
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace

Handler = Callable[[Database, Workspace, Task, Watch], dict[str, Any]]
FOLLOW_SECONDS = 0.7
NO_ANSWER_SECONDS = 3.0
FAULT_SECONDS = 15.0
log = logging.getLogger("tuneworthy.worker")


class Postponed(Exception):
    """The task has done what it could for now and wants to be called again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def reconcile(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: job_id. One step of a job, then again until it has ended."""
    try:
        ended = advance(db, task.payload["job_id"], workspace.folder("exports"))
    except NoAnswer as error:
        watch.progress(0, 0, str(error))
        raise Postponed(NO_ANSWER_SECONDS) from error
    except LostLease:
        raise
    except Exception as error:  # a job must never be left behind by a fault of ours: it is looked at again
        log.exception("job %d could not be followed", task.payload["job_id"])
        watch.progress(0, 0, f"Following the job failed ({error}); it is tried again.")
        raise Postponed(FAULT_SECONDS) from error
    if not ended:
        raise Postponed(FOLLOW_SECONDS)
    return {}


def evaluate(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: run_id."""
    from ftcore.worker.evaluate import carry_out  # scipy and numpy load here, not at the worker's start

    return carry_out(db, task.payload["run_id"], watch)


HANDLERS: dict[str, Handler] = {
    **intake.HANDLERS,
    "reconcile": reconcile,
    "evaluate": evaluate,
    "count": bulk.count,
    "pattern": bulk.search,
    "bulk": bulk.change,
    "turn": bulk.turn,
    "meaning": meaning.read,
    "keep_best": meaning.keep_best,
    **handover.HANDLERS,
    **splitting.HANDLERS,
    **export.HANDLERS,
    **registry.HANDLERS,
}
