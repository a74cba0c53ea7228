"""The worker's loop: lease a task, do it, write down how it ended."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy.exc import OperationalError

from ftcore.records import Task
from ftcore.store import jobs, tasks
from ftcore.store.database import Database
from ftcore.worker.handlers import HANDLERS, Postponed
from ftcore.worker.local_endpoint import keep_local_endpoint
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace

log = logging.getLogger("tuneworthy.worker")
IDLE_SECONDS = 0.2
AT_ONCE = 4
"""A long evaluation must not keep an import or a job's reconciliation waiting."""


def work(workspace: Workspace, stop: threading.Event) -> None:
    """Works until `stop` is set. What is running then is given up unfinished: the next worker takes it up again."""
    db = workspace.open_database()
    free, mine = threading.Semaphore(AT_ONCE), set[int]()
    _take_up_open_jobs(db)
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="task")
    while not stop.is_set():
        free.acquire()
        task = _next(db, workspace, mine)
        if task is None:
            free.release()
            stop.wait(IDLE_SECONDS)
            continue
        mine.add(task.id)
        pool.submit(_do, db, workspace, task, free, mine)
    pool.shutdown(wait=False, cancel_futures=True)


def _take_up_open_jobs(db: Database) -> None:
    """A job that has not ended is followed again, whatever became of the task that followed it."""
    with db.write() as c:
        for job in jobs.open_jobs(c):
            tasks.revive(c, f"reconcile:{job.key}")


def _next(db: Database, workspace: Workspace, mine: set[int]) -> Task | None:
    """The next task, leased. A database that is busy for long must not end the worker: it looks again."""
    try:
        keep_local_endpoint(db, workspace)
        return _lease(db, mine)
    except OperationalError:
        log.exception("the database did not answer; looking again")
        return None


def _lease(db: Database, mine: set[int]) -> Task | None:
    with db.read() as c:
        if not tasks.something_due(c):  # an idle worker must not take the write lock five times a second
            return None
    with db.write() as c:
        return tasks.lease(c, skip=tuple(mine))


def _do(db: Database, workspace: Workspace, task: Task, free: threading.Semaphore, mine: set[int]) -> None:
    started = time.monotonic()
    try:
        with Watch(db, task) as watch:
            _end(db, task, workspace, watch)
    except tasks.LostLease:
        log.warning("task %d (%s) was taken over by another worker", task.id, task.kind)
    except Exception:
        log.exception("task %d (%s) could not be ended", task.id, task.kind)
    finally:
        mine.discard(task.id)
        free.release()
        log.debug("task %d (%s) took %.2f s", task.id, task.kind, time.monotonic() - started)


def _end(db: Database, task: Task, workspace: Workspace, watch: Watch) -> None:
    try:
        result = HANDLERS[task.kind](db, workspace, task, watch)
    except tasks.LostLease:
        raise
    except Postponed as later:
        with db.write() as c:
            tasks.postpone(c, task, later.seconds)
    except Cancelled:
        with db.write() as c:
            tasks.fail(c, task, "Stopped, as asked.", cancelled=True)
    except Exception as error:  # the task fails with a sentence; the worker lives
        log.exception("task %d (%s) failed", task.id, task.kind)
        with db.write() as c:
            tasks.fail(c, task, str(error) or type(error).__name__)
    else:
        with db.write() as c:
            tasks.finish(c, task, result)
