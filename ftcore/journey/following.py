"""Watching the store while the worker works: a progress bar for each long step."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ftcore import supervisor
from ftcore.journey.wish import JourneyError
from ftcore.records import Task, TaskState
from ftcore.store import tasks
from ftcore.store.database import Database

LOOK_SECONDS = 0.2
ASK_SECONDS = 5.0
SILENT_SECONDS = 180.0
"""A server that is silent for so long has gone for good."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bars:
    """A progress bar for each long step, drawn from what the store says while the worker works."""

    progress: Progress
    worker: threading.Thread
    server: supervisor.Child | None = None
    """The trainer server that we started ourselves: it is started again when it dies."""
    answers: Callable[[], bool] = lambda: True
    """Whether the trainer server answers."""

    def follow(self, look: Callable[[], tuple[bool, int, int, T]], title: str) -> T:
        """Draws a bar until `look` says that it has ended, and gives what it saw last."""
        bar = self.progress.add_task(title, total=None)
        heard = time.monotonic()
        while True:
            if self.server is not None:
                self.server.look(lambda said: self.progress.console.print(said, markup=False))
            if time.monotonic() - heard > ASK_SECONDS and self.answers():
                heard = time.monotonic()
            if time.monotonic() - heard > SILENT_SECONDS:
                raise JourneyError(
                    "The trainer server does not answer any more. What was finished is kept; start again."
                )
            ended, done, total, seen = look()
            self.progress.update(bar, completed=done, total=total or None)
            if ended:
                self.progress.update(bar, completed=total or 1, total=total or 1)
                return seen
            if not self.worker.is_alive():
                raise JourneyError("The worker stopped unexpectedly. What was finished is kept in the workspace.")
            time.sleep(LOOK_SECONDS)


def follow_task(db: Database, task: Task, bars: Bars, title: str) -> Task:
    def look() -> tuple[bool, int, int, Task]:
        with db.read() as c:
            now = tasks.get(c, task.id)
        return now.state not in (TaskState.QUEUED, TaskState.RUNNING), now.done, now.total, now

    try:
        return bars.follow(look, title)
    except KeyboardInterrupt:
        with db.write() as c:
            tasks.request_cancel(c, task.id)
        raise


@contextmanager
def progress_bars(console: Console) -> Iterator[Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield progress
