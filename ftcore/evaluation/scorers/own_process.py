"""One child process that scores with a file of the user's, a line of JSON at a time."""

from __future__ import annotations

import json
import math
import os
import select
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

_PROGRAM = Path(__file__).with_name("own_child.py")
_START = 20.0
"""Seconds that the file may take to be read: it may import something large."""
_LONGEST = 10_000
_GONE = "The file's code ended the process or used more memory than it may."


class Child:
    """Started at the first question. `ended`: it is no more, and a new one is needed."""

    def __init__(self, path: str, seconds: float) -> None:
        self.ended = False
        self._seconds = seconds
        self._folder = tempfile.TemporaryDirectory(prefix="tuneworthy-scorer-")
        self._rest = b""
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM), path, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
            close_fds=True,
        )
        for pipe in (self._process.stdin, self._process.stdout):
            os.set_blocking(pipe.fileno(), False)  # type: ignore[union-attr]
        self._problem = self._begin()

    def ask(self, answer: str, expected: str) -> tuple[float, str]:
        """(score, "") or (NaN, why there is none)."""
        if self._problem:
            return math.nan, self._problem
        line = json.dumps([answer, expected]).encode("ascii") + b"\n"
        said = self._exchange(line, self._seconds)
        return self._read(said)

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        self.ended = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, 9)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        self._folder.cleanup()

    def _begin(self) -> str:
        said = self._exchange(b"", _START)
        if isinstance(said, str):
            return said
        value = _value(said)
        return "" if value.get("ready") else str(value.get("error") or _GONE)[:300]

    def _read(self, said: bytes | str) -> tuple[float, str]:
        if isinstance(said, str):
            return math.nan, said
        value = _value(said)
        score = value.get("score")
        if isinstance(score, bool) or not isinstance(score, int | float):
            return math.nan, str(value.get("error") or "The file's code gave no number.")[:300]
        if not math.isfinite(score) or not 0 <= score <= 1:
            return math.nan, f"The file's code gave {score:g}; a score goes from 0 to 1."
        return float(score), ""

    def _exchange(self, line: bytes, seconds: float) -> bytes | str:
        """Sends a line and gives the one that comes back, or says why there is none. Both ends may block, so both are
        watched."""
        until = time.monotonic() + seconds
        sending, receiving = self._process.stdin.fileno(), self._process.stdout.fileno()  # type: ignore[union-attr]
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or len(self._rest) > _LONGEST:
                self.close()
                return f"The file's code took longer than {seconds:g} seconds." if left <= 0 else _GONE
            try:
                ready = _ready(receiving, sending if line else None, left)
                if sending in ready:
                    line = line[os.write(sending, line[:60_000]) :]
                if receiving in ready:
                    came = os.read(receiving, 65_536)
                    if not came:
                        self.close()
                        return _GONE
                    self._rest += came
            except BlockingIOError:
                continue
            except (OSError, ValueError):
                self.close()
                return _GONE
        said, _, self._rest = self._rest.partition(b"\n")
        return said


def _ready(receiving: int, sending: int | None, seconds: float) -> set[int]:
    """Which of the two pipes can be used, or has ended. Not `select.select`, which knows only the first 1,024 files."""
    waiting = select.poll()
    waiting.register(receiving, select.POLLIN)
    if sending is not None:
        waiting.register(sending, select.POLLOUT)
    return {pipe for pipe, _ in waiting.poll(seconds * 1000)}


def _value(said: bytes) -> dict[str, object]:
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
