"""`tuneworthy up`: starts the app, the worker and the trainer server, keeps them running, and stops them all.

One lock a workspace: the lock is the operating system's, so that it ends with this process however that ends. The children
notice by themselves when this process is gone (`supervision`).
"""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from ftcore.app_files import app_dir
from ftcore.supervision import child_environment
from ftcore.workspace import Workspace

FIRST_PORT = 8501
TRAINER_PORT = 8701
BACK_OFF = (0.2, 1.0, 3.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
"""A child that ran so long is well again: its back-off begins anew."""
STOP_SECONDS = 5.0

Say = Callable[[str], None]


@dataclass
class Child:
    """A process that is started again when it ends. It writes to a file, never to a pipe that nobody reads."""

    name: str
    arguments: list[str]
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    due: float = 0.0
    _file: IO[bytes] | None = field(default=None, repr=False)

    def look(self, say: Say) -> None:
        """Starts the process when it is not running and its back-off is over."""
        if self.process is not None and self.process.poll() is None:
            if self.failures and time.monotonic() - self.started > STEADY_SECONDS:
                self.failures = 0
            return
        if self.process is not None:
            wait = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
            self.failures += 1
            self.due = time.monotonic() + wait
            if self.failures > 1 and "--port" in self.arguments:  # another program may have taken the port meanwhile
                self.arguments[self.arguments.index("--port") + 1] = str(_free_port(None, first=TRAINER_PORT))
            say(f"The {self.name} ended (exit code {self.process.returncode}); starting it again. Its log: {self.log}")
            self.process = None
        if time.monotonic() >= self.due:
            self.start()

    def start(self) -> None:
        self._close()
        self._file = self.log.open("ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, *self.arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            env=self.environment,
            cwd=app_dir(),
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops its children in order
        )

    def stop(self, until: float) -> None:
        """Waits for the end of a process that was already asked to end; after `until` it is ended hard."""
        if self.process is not None:
            try:
                self.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._close()

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class AlreadyRunning(Exception):
    """Somebody runs this workspace already; `address` is where ("" when it has not said so yet)."""

    def __init__(self, address: str) -> None:
        super().__init__(f"Tuneworthy is already running for this workspace: {address or 'it is just starting'}")
        self.address = address


def up(workspace: Workspace, *, port: int | None, say: Say, opened: Callable[[str], None]) -> None:
    """Runs until Ctrl-C or SIGTERM. `opened` is called once with the address when the app answers.

    Raises AlreadyRunning, and OSError when a port that was asked for is taken.
    """
    lock = FileLock(workspace.lock)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(_read(workspace.address)) from None
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    address = f"http://127.0.0.1:{_free_port(port)}"
    children = _children(workspace, address)
    try:
        workspace.trainer_address.unlink(missing_ok=True)
        for child in children:
            child.start()
        threading.Thread(target=_announce, args=(workspace, address, opened, ended), daemon=True).start()
        while not ended.wait(0.25):
            for child in children:
                child.look(say)
    finally:
        for child in children:
            child.ask_to_end()
        until = time.monotonic() + STOP_SECONDS
        for child in children:
            child.stop(until)
        workspace.address.unlink(missing_ok=True)
        lock.release()


def has_trainer() -> bool:
    """Whether the `local` extra is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("torch", "transformers", "fastapi"))


def trainer_child(workspace: Workspace, port: int = 0) -> Child:
    arguments = ["-m", "ftcore.trainer", "--workspace", str(workspace.root), "--port", str(port)]
    return Child("trainer server", arguments, workspace.folder("logs") / "trainer.log", _environment(workspace))


def _children(workspace: Workspace, address: str) -> list[Child]:
    logs, environment = workspace.folder("logs"), _environment(workspace)
    app = ["-m", "ftcore.ui.process", str(app_dir() / "app.py"), "--server.port", address.rpartition(":")[2]]
    children = [
        Child("app", app, logs / "app.log", environment),
        Child("worker", ["-m", "ftcore.worker"], logs / "worker.log", environment),
    ]
    if has_trainer():
        children.append(trainer_child(workspace, _free_port(None, first=TRAINER_PORT)))
    return children


def _environment(workspace: Workspace) -> dict[str, str]:
    return {**child_environment(), "TUNEWORTHY_HOME": str(workspace.root)}


def _announce(workspace: Workspace, address: str, opened: Callable[[str], None], ended: threading.Event) -> None:
    """Waits until the app answers, then says where it is: in the workspace, and to the user."""
    while not ended.wait(0.1):
        if answers(f"{address}/_stcore/health"):
            write_whole(workspace.address, address)
            opened(address)
            return


def answers(url: str, *, token: str = "") -> bool:
    """Whether a GET on this loopback address is answered with 200, to whoever has the `token` when one is given."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})  # noqa: S310
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def write_whole(path: Path, text: str) -> None:
    """A reader sees the old text or the new one, never half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text)
    os.replace(temporary, path)


def _free_port(wanted: int | None, *, first: int = FIRST_PORT) -> int:
    """The port that was asked for, or the first free one from `first` on. Raises OSError when none is free."""
    for port in [wanted] if wanted else [*range(first, first + 50), 0]:
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"Port {wanted} is taken by another program. Name another one with --port, or leave it out.")


def _read(path: Path) -> str:
    return path.read_text().strip() if path.exists() else ""
