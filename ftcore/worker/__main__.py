"""`python -m ftcore.worker`: the worker as a process, for the workspace named by TUNEWORTHY_HOME."""

from __future__ import annotations

import logging
import signal
import threading

from ftcore.supervision import end_with_supervisor
from ftcore.worker.loop import work
from ftcore.workspace import open_workspace


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would log every poll
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    end_with_supervisor(stop.set)
    work(open_workspace(), stop)


if __name__ == "__main__":
    main()
