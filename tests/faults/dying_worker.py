"""A worker that dies, or is stopped as a laptop that sleeps, once for every job: at a moment that was drawn before.

A moment is the point before and after each transaction, and before and after each piece that is sent to or read from a server.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from ftcore.store import tasks
from ftcore.store.database import Database
from ftcore.training import calling, intent, looking, patience, submitting, uploading
from ftcore.worker import following, loop, pacing, watch
from ftcore.workspace import Workspace

LEASE_SECONDS = 1.5
CREATING = tuple(
    f"creating, {what}"
    for what in (
        "between the last look and the sending of the body",
        "between the last look and the sending of the head",
        "after sending",
        "before reading",
        "after reading",
        "before a transaction",
        "before a commit",
        "after a transaction",
    )
)
"""The moments around the request that creates a job."""
_acting = threading.local()


def main(root: str, folder: str, mutations: tuple[str, ...] = ()) -> None:
    """Works in the workspace `root`. FOLDER/deaths.json: job id -> [number or name of a moment, "kill" or "stop"];
    FOLDER/moments/ID counts them, FOLDER/died/ID says where it happened."""
    log = os.open(f"{folder}/worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.INFO, force=True)
    _be_quick()
    _mutate(mutations)
    _count_moments(Path(folder))
    loop.work(Workspace(Path(root)), threading.Event())


def _be_quick() -> None:
    tasks.LEASE_SECONDS, tasks.REST_SECONDS, watch.RENEW_SECONDS = LEASE_SECONDS, 1.0, 0.4
    looking.SURE_SECONDS = {True: 0.4, False: 0.4}
    looking.AGAIN_SECONDS = {True: 0.2, False: 0.2}
    looking.LONGEST_SECONDS = 1.0
    intent.POST_SECONDS = calling.CALL_SECONDS = calling.LONGEST_WAIT = 1.2
    uploading.UPLOAD_SECONDS, uploading.BYTES_A_SECOND = 1.2, 100_000_000
    pacing.FIRST_SECONDS = pacing.LONGEST_SECONDS = pacing.LOCAL_SECONDS = 0.1
    pacing.AFTER_FAULT, pacing.AT_ONE_ENDPOINT, pacing.APART = 0.05, 6, 0.0
    pacing.LONGEST_AFTER_FAULT = {True: 0.4, False: 0.4}
    following.FAULT_SECONDS, following.BUSY_SECONDS, following.FETCH_AGAIN = 0.3, 0.1, (0.1, 0.1)
    loop.OPEN_JOBS_SECONDS, loop.IDLE_SECONDS = 1.0, 0.05


def _mutate(names: tuple[str, ...]) -> None:
    """Rules that are broken on purpose: the proof must find each of them."""
    if "no fence" in names:
        following._hold = lambda c, task: None
    if "retries" in names:
        whole = submitting.connect
        submitting.connect = lambda endpoint, **how: whole(endpoint, **{**how, "max_retries": 2})
    if "blind" in names:
        submitting.REFUSALS = (*submitting.REFUSALS, 408, 409, 500)
    if "one look" in names:
        looking.SURE_SECONDS = {True: -1.0, False: -1.0}
        intent.is_over = lambda found: True
    if "asks the hiding" in names:
        looking.jobs.shows_metadata = lambda c, endpoint_id: True


def _count_moments(folder: Path) -> None:
    deaths = json.loads((folder / "deaths.json").read_text())

    def moment(what: str) -> None:
        job = str(getattr(_acting, "job", ""))
        if job not in deaths:
            return
        with (folder / "moments" / job).open("ab") as file:
            file.write(b".")
            number = file.tell()
        at, how = deaths[job]
        what = f"creating, {what}" if getattr(_acting, "creating", False) else what
        if what == at or (isinstance(at, int) and number >= at):
            with suppress(FileExistsError):
                (folder / "died" / job).open("x").write(f"{how} {what} {number}")
                os.kill(os.getpid(), signal.SIGSTOP if how == "stop" else signal.SIGKILL)

    _watch_steps()
    _watch_transactions(moment)
    _watch_connections(moment)


def _watch_steps() -> None:
    whole = following.take_step

    def take_step(db: Database, job_id: int, *others: Any, **named: Any) -> Any:
        _acting.job, _acting.creating = job_id, False
        try:
            return whole(db, job_id, *others, **named)
        finally:
            _acting.job = ""

    following.take_step = take_step


def _watch_transactions(moment: Any) -> None:
    whole = Database.write

    @contextmanager
    def write(self: Database) -> Iterator[Connection]:
        moment("before a transaction")
        with whole(self) as c:
            yield c
        moment("after a transaction")

    Database.write = write  # type: ignore[method-assign]
    event.listen(Engine, "commit", lambda c: moment("before a commit"))


def _watch_connections(moment: Any) -> None:
    stream = patience._Stream

    def watched(name: str, before: str, after: str) -> None:
        whole = getattr(stream, name)

        def call(self: Any, *how: Any, **named: Any) -> Any:
            moment(before)
            found = whole(self, *how, **named)
            moment(after)
            return found

        setattr(stream, name, call)

    check = submitting.Sending.__call__

    def checked(self: Any) -> None:
        check(self)
        again, _acting.creating = _acting.creating, True
        moment(f"between the last look and the sending of the {'body' if again else 'head'}")

    submitting.Sending.__call__ = checked  # type: ignore[method-assign]
    watched("write", "before sending", "after sending")
    watched("read", "before reading", "after reading")
