"""A task's hold on its row: renews the lease in the background, writes the progress, hears of a cancel."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from sqlalchemy.exc import OperationalError

from ftcore.records import Task
from ftcore.store import tasks
from ftcore.store.database import Database

RENEW_SECONDS = 8.0
TELL_SECONDS = 0.3


class Cancelled(Exception):
    """The user asked for this task to stop."""


class Watch:
    """`with Watch(db, task) as watch:` holds the lease; `watch.progress(...)` may raise Cancelled or LostLease."""

    def __init__(self, db: Database, task: Task) -> None:
        self._db = db
        self.task = task
        self._told = 0.0
        self._ended = threading.Event()
        self._lost = False
        self.cancelled = False
        self._thread = threading.Thread(target=self._renew, name=f"lease-{task.id}", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, done: int, total: int, message: str) -> None:
        """Tells how far the task is (written at most three times a second), and stops it when it must stop."""
        moment = time.monotonic()
        if moment - self._told >= TELL_SECONDS or (total and done >= total):
            self._told = moment
            with self._db.write() as c:
                self.cancelled |= tasks.hold(c, self.task, done=done, total=total, message=message)
        self.check()

    def check(self) -> None:
        if self._lost:
            raise tasks.LostLease(f"task {self.task.id} was taken over")
        if self.cancelled:
            raise Cancelled

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            try:
                with self._db.write() as c:
                    self.cancelled |= tasks.hold(c, self.task)
            except tasks.LostLease:
                self._lost = True
                return
            except OperationalError:  # the database is busy or the disk is full: the next renewal may succeed
                continue
