"""The worker and the trainer server of a journey: those that run in the workspace, or our own for as long as we need them."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ftcore import supervisor
from ftcore.journey.wish import JourneyError
from ftcore.records import LOCAL, Endpoint
from ftcore.store import endpoints
from ftcore.store.database import Database
from ftcore.worker.local_endpoint import keep_local_endpoint
from ftcore.workspace import Workspace

LOOK_SECONDS = 0.2
SERVER_SECONDS = 90.0


def must_be_able_to_train(workspace: Workspace) -> None:
    """What is missing is said before anything is imported."""
    if address_of(workspace):
        return
    if not supervisor.has_trainer():
        raise JourneyError("Local training is not installed. Install it with: pip install 'tuneworthy[local]'")
    from ftcore.trainer import starter

    if not starter.is_ready():
        raise JourneyError(starter.MISSING)


@contextmanager
def running_worker(workspace: Workspace) -> Iterator[threading.Thread]:
    from ftcore.worker.loop import work

    stop = threading.Event()
    thread = threading.Thread(target=work, args=(workspace, stop), name="worker", daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        stop.set()
        thread.join(timeout=2)


@contextmanager
def running_trainer(workspace: Workspace, db: Database) -> Iterator[tuple[Endpoint, supervisor.Child | None]]:
    """The trainer server that runs in this workspace, or one of our own for as long as we need it."""
    running = address_of(workspace)
    if running:
        yield _endpoint(db, workspace), None
        return
    workspace.trainer_address.unlink(missing_ok=True)
    child = supervisor.trainer_child(workspace)
    child.start()
    try:
        _wait_for_server(workspace, child)
        yield _endpoint(db, workspace), child
    finally:
        child.ask_to_end()
        child.stop(time.monotonic() + supervisor.STOP_SECONDS)


def _wait_for_server(workspace: Workspace, child: supervisor.Child) -> None:
    until = time.monotonic() + SERVER_SECONDS
    while not address_of(workspace):
        process: subprocess.Popen[bytes] | None = child.process
        if process is None or process.poll() is not None or time.monotonic() > until:
            raise JourneyError(f"The trainer server did not start. Its log: {child.log}")
        time.sleep(LOOK_SECONDS)


def address_of(workspace: Workspace) -> str:
    """The base_url of a trainer server that answers, or ""."""
    try:
        address = workspace.trainer_address.read_text().strip()
    except FileNotFoundError:
        return ""
    try:
        token = workspace.trainer_token.read_text().strip()
    except FileNotFoundError:
        return ""
    # Not /health: another workspace's server may have taken the port, and would not know our token.
    return address if supervisor.answers(f"{address}/models", token=token) else ""


def _endpoint(db: Database, workspace: Workspace) -> Endpoint:
    keep_local_endpoint(db, workspace)
    with db.read() as c:
        found = endpoints.find(c, LOCAL)
    assert found is not None
    return found
