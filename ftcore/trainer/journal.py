"""The training child's diary, `metrics.jsonl`: one JSON object a line, written through to the disk at once.

The child only appends, the server only reads: killed at any moment, at most the last line is torn, and is not counted.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Entry = dict[str, Any]


class Journal:
    """Appends entries. Opening cuts off a torn last line."""

    def __init__(self, path: Path):
        keep = _whole_length(path)
        self._file = path.open("ab")
        self._file.truncate(keep)

    def write(self, kind: str, **fields: Any) -> None:
        line = json.dumps({"kind": kind, **{key: _finite(value) for key, value in fields.items()}})
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def read(path: Path, start: int = 0) -> Iterator[tuple[int, Entry]]:
    """The whole lines from byte `start` on, each with the byte where the next begins."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                return
            start += len(line)
            yield start, json.loads(line)


def steps(path: Path) -> dict[int, Entry]:
    """The first entry of every step: one that was done again after a restart counts once."""
    found: dict[int, Entry] = {}
    for _, entry in read(path):
        if entry["kind"] == "step":
            found.setdefault(entry["step"], entry)
    return found


def _whole_length(path: Path) -> int:
    if not path.is_file():
        return 0
    content = path.read_bytes()
    return content.rfind(b"\n") + 1


def _finite(value: Any) -> Any:
    """JSON has no NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
