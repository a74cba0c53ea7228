"""The child process of `own_process.py`: limits itself, then reads the user's file and scores line after line.

It is started with an empty environment, isolated from this program's packages' settings, in an empty folder. It ends
when its parent does. Only the standard library is used here, for it is run as a file.
"""

from __future__ import annotations

import json
import math
import os
import resource
import runpy
import sys
import threading
import time

MEMORY = 2 * 1024**3
"""Bytes of address space: room for numpy."""
PROCESSOR_SECONDS = 3_600
FILE_BYTES = 1024**2
OPEN_FILES = 64


def limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (wanted, wanted))
        except (ValueError, OSError):
            continue  # a system that does not know this limit; the others hold


def end_with(parent: int) -> None:
    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


def main(path: str, parent: int) -> None:
    limit()
    end_with(parent)
    # What the file prints must not be taken for an answer.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1)
    lines = os.fdopen(os.dup(0), "r", encoding="utf-8")
    os.dup2(nothing, 0)

    def say(value: dict[str, object]) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    try:
        score = runpy.run_path(path)["score"]
    except BaseException as error:  # noqa: BLE001 - whatever a file can do
        say({"error": f"The file cannot be used: {describe(error)}"})
        return
    say({"ready": True})
    for line in lines:
        try:
            answer, expected = json.loads(line)
            found = float(score(answer, expected))
            say({"score": found} if math.isfinite(found) else {"error": f"The file's code gave {found}."})
        except BaseException as error:  # noqa: BLE001
            say({"error": f"The file's code failed: {describe(error)}"})


def describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200].encode("ascii", "replace").decode("ascii")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
