"""How a child process knows that its supervisor is gone, and ends too: a killed supervisor leaves nothing behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import psutil

PID = "TUNEWORTHY_SUPERVISOR_PID"
BORN = "TUNEWORTHY_SUPERVISOR_BORN"
"""A pid is used again by the system; together with the time of birth it names one process."""
LOOK_SECONDS = 1.0
GRACE_SECONDS = 2.0


def child_environment() -> dict[str, str]:
    """The environment for a child of this process."""
    return {**os.environ, PID: str(os.getpid()), BORN: repr(psutil.Process().create_time())}


def end_with_supervisor(stop: Callable[[], None] | None = None) -> None:
    """Ends this process soon after the supervisor named in the environment ends; without one it runs on its own.

    `stop` is asked first; whoever is still there after two seconds is ended hard. At most four seconds pass in all.
    """
    if PID not in os.environ:
        return
    pid, born = int(os.environ[PID]), float(os.environ.get(BORN, "nan"))
    threading.Thread(target=_watch, args=(pid, born, stop), name="supervision", daemon=True).start()


def _watch(pid: int, born: float, stop: Callable[[], None] | None) -> None:
    while _alive(pid, born):
        time.sleep(LOOK_SECONDS)
    if stop is not None:
        stop()
        time.sleep(GRACE_SECONDS)
    os._exit(0)


def _alive(pid: int, born: float) -> bool:
    try:
        process = psutil.Process(pid)
        same = born != born or abs(process.create_time() - born) < 0.01
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
