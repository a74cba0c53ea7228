"""The request that creates a job, as it is remembered: who sends it, until when, and whether it is over.

Between the intent and the reply only the process that sends may do anything. Another one that takes the job over waits until
this request can no longer arrive: its sender has said so, or is no more. As long as the sender's process lives, stopped or
asleep though it may be, the bytes may still leave; then nothing is asked for again.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from dataclasses import dataclass, replace

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ftcore.records import JobEvent
from ftcore.store import jobs
from ftcore.store.database import Database

POST_SECONDS = 60.0
"""The request that creates a job takes no longer, whatever the server does."""
NAME = "asked-"
SAME = 120.0
"""Seconds that the birth of one process may seem to move when the clock is put right; to take a dead process for a living one
only delays."""
log = logging.getLogger("tuneworthy.worker")
_under_way: set[str] = set()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Intent:
    """One request for one job. `born` is when the sending process began (seconds since 1970): a process's number alone is given
    to others later. `until` is the moment after which it is not sent any more."""

    name: str
    mark: str
    pid: int
    born: float
    at: float
    until: float
    over: bool = False


def write(c: Connection, job_id: int, server: str) -> Intent:
    """Remembers that this process is about to ask `server`; part of the transaction that makes the job `submitting`."""
    number, moment = len(jobs.notes(c, job_id, NAME)) + 1, time.time()
    intent = Intent(f"{NAME}{number}", uuid.uuid4().hex, os.getpid(), _born(os.getpid()), moment, moment + POST_SECONDS)
    said = f"We ask {server} for this job." if number == 1 else f"We ask {server} for this job once more."
    jobs.note(c, job_id, intent.name, said, data=_data(intent))
    with _lock:
        _under_way.add(intent.mark)
    return intent


def latest(c: Connection, job_id: int) -> Intent | None:
    found = jobs.notes(c, job_id, NAME)
    return _read(found[-1]) if found else None


def finish(db: Database, job_id: int, intent: Intent) -> None:
    """Says that nothing of this request leaves any more. It is a fact about this process alone, so that it is written whoever
    holds the job by now. Where it cannot be written, this process still knows it."""
    with _lock:
        _under_way.discard(intent.mark)
    try:
        with db.write() as c:
            told = {note.id: note.message for note in jobs.notes(c, job_id, intent.name)}
            if intent.name in told:
                data = _data(replace(intent, over=True))
                jobs.note(c, job_id, intent.name, told[intent.name], data=data, again=True)
    except SQLAlchemyError:
        log.exception("job %d: it could not be written that its request is over", job_id)


def is_over(intent: Intent | None) -> bool:
    """Whether the request can no longer be sent. (What was sent and is still on its way is what the 30 seconds between two looks
    are for: the system gives it up after 20, `patience.UNHEARD_SECONDS`.)"""
    if intent is None or intent.over:
        return True
    if intent.pid == os.getpid():  # this process, or one that was before it under the same number
        with _lock:
            return intent.mark not in _under_way
    return not _lives(intent) and time.time() > intent.until


def _lives(intent: Intent) -> bool:
    import psutil

    try:
        process = psutil.Process(intent.pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - intent.born) < SAME
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:  # it may not be asked: then it may still live
        return True


def _born(pid: int) -> float:
    import psutil

    return float(psutil.Process(pid).create_time())


def _data(intent: Intent) -> dict[str, object]:
    names = ("mark", "pid", "born", "at", "until", "over")
    return {name: getattr(intent, name) for name in names}


def _read(note: JobEvent) -> Intent:
    return Intent(note.id, **note.data)
