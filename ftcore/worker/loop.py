"""The worker's loop: lease a task, do it, write down how it ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy.exc import OperationalError

from ftcore.records import Task
from ftcore.store import jobs, tasks
from ftcore.store.database import Database
from ftcore.worker import following
from ftcore.worker.handlers import HANDLERS, Postponed
from ftcore.worker.local_endpoint import keep_local_endpoint
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace

log = logging.getLogger("tuneworthy.worker")
IDLE_SECONDS = 0.2
ADDRESS_SECONDS = 1.0
"""So often it is looked whether our own trainer listens at another address."""
AT_ONCE = 4
"""A long evaluation must not keep an import waiting."""
FOLLOWING_AT_ONCE = 6
"""Threads for tasks that wait for servers. They are beside the others: a hundred jobs keep no import waiting."""
OPEN_JOBS_SECONDS = 60.0
"""So often it is looked whether every open job has somebody who follows it."""


class Lane:
    """Threads for some kinds of tasks: `kinds` (none named = all) `but` these."""

    def __init__(self, threads: int, *, kinds: Collection[str] = (), but: Collection[str] = ()) -> None:
        self.kinds, self.but = tuple(kinds), tuple(but)
        self.free = threading.Semaphore(threads)
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="task")

    def takes(self, kinds: set[str]) -> bool:
        """Whether one of these is for this lane."""
        return any((not self.kinds or kind in self.kinds) and kind not in self.but for kind in kinds)


class Doing:
    """What this worker is doing, and a signal that a thread has become free."""

    def __init__(self) -> None:
        self.ids: set[int] = set()
        self.changed = threading.Event()

    def rest(self, stop: threading.Event) -> None:
        if not stop.is_set():
            self.changed.wait(IDLE_SECONDS)
        self.changed.clear()


def work(workspace: Workspace, stop: threading.Event) -> None:
    """Works until `stop` is set. What is running then is given up unfinished: the next worker takes it up again."""
    db = workspace.open_database()
    doing, looked, kept = Doing(), -OPEN_JOBS_SECONDS, -ADDRESS_SECONDS
    lanes = (Lane(AT_ONCE, but=following.HANDLERS), Lane(FOLLOWING_AT_ONCE, kinds=following.HANDLERS))
    while not stop.is_set():
        if time.monotonic() - looked >= OPEN_JOBS_SECONDS:
            looked = time.monotonic()
            _patiently(partial(_take_up_open_jobs, db))
        if time.monotonic() - kept >= ADDRESS_SECONDS:
            kept = time.monotonic()
            _patiently(partial(keep_local_endpoint, db, workspace))
        if not _patiently(partial(_start_what_is_due, db, workspace, lanes, doing)):
            doing.rest(stop)
    for lane in lanes:
        lane.pool.shutdown(wait=False, cancel_futures=True)


def _patiently(what: Callable[[], bool | None]) -> bool:
    """A database that is busy for long must not end the worker: it looks again."""
    try:
        return bool(what())
    except OperationalError:
        log.exception("the database did not answer; looking again")
        return False


def _take_up_open_jobs(db: Database) -> None:
    """A job that has not ended is followed, whatever became of the task that followed it."""
    with db.read() as c:
        lonely = [job for job in jobs.open_jobs(c) if not tasks.is_open(c, f"reconcile:{job.key}")]
    for job in lonely:
        with db.write() as c:
            jobs.follow_soon(c, job)


def _start_what_is_due(db: Database, workspace: Workspace, lanes: Sequence[Lane], doing: Doing) -> bool:
    """One question to the database while there is nothing to do: an idle worker must not take the write lock five times a
    second."""
    with db.read() as c:
        kinds = tasks.kinds_due(c, skip=tuple(doing.ids))
    started = [_start(db, workspace, lane, doing) for lane in lanes if lane.takes(kinds)]
    return any(started)


def _start(db: Database, workspace: Workspace, lane: Lane, doing: Doing) -> bool:
    """Leases a task for a free thread of the lane; whether there was one of each."""
    if not lane.free.acquire(blocking=False):
        return False
    try:
        task = _lease(db, lane, doing)
    except BaseException:
        lane.free.release()
        raise
    if task is None:
        lane.free.release()
        return False
    doing.ids.add(task.id)
    lane.pool.submit(_do, db, workspace, task, lane, doing)
    return True


def _lease(db: Database, lane: Lane, doing: Doing) -> Task | None:
    skip = tuple(doing.ids)
    with db.write() as c:
        return tasks.lease(c, skip=skip, kinds=lane.kinds, but=lane.but)


def _do(db: Database, workspace: Workspace, task: Task, lane: Lane, doing: Doing) -> None:
    started = time.monotonic()
    try:
        with Watch(db, task) as watch:
            _end(db, task, workspace, watch)
    except tasks.LostLease:
        log.warning("task %d (%s) was taken over by another worker", task.id, task.kind)
    except Exception:
        log.exception("task %d (%s) could not be ended", task.id, task.kind)
    finally:
        doing.ids.discard(task.id)
        lane.free.release()
        doing.changed.set()
        log.debug("task %d (%s) took %.2f s", task.id, task.kind, time.monotonic() - started)


def _end(db: Database, task: Task, workspace: Workspace, watch: Watch) -> None:
    try:
        result = HANDLERS[task.kind](db, workspace, task, watch)
    except tasks.LostLease:
        raise
    except Postponed as later:
        with db.write() as c:
            tasks.postpone(c, task, later.seconds)
            if later.also is not None:
                later.also(c)
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
