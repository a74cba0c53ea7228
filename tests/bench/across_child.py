"""A process of its own that compares generated rows by streaming and says how much memory that took: `python -m
tests.bench.across_child ROWS`. The rows lie in a file, as they would in a store, and are read again by their place in it."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ftcore.chat import parse_line
from ftcore.dataset.answers import profile
from ftcore.dataset.checks.across import Across
from ftcore.dataset.limits import Limits
from ftcore.records import TrainingExample
from tests.bench.chat_rows import generate

PORTION, BLOCK = 5_000, 20_000


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        places = _write(Path(folder) / "rows.jsonl", rows)
        before = _peak()
        with (Path(folder) / "rows.jsonl").open("rb") as file:

            def fetch(ids: Sequence[int]) -> dict[int, TrainingExample]:
                found = {}
                for id_ in ids:
                    file.seek(places[id_])
                    found[id_] = parse_line(file.readline())
                return found

            began = time.perf_counter()
            across = Across(Path(folder) / "across")
            for start in range(0, rows, PORTION):
                ids = range(start, min(rows, start + PORTION))
                across.add(ids, list(fetch(ids).values()))
            added = time.perf_counter()
            light = profile(list(fetch(range(min(rows, 1000))).values()))
            found = Counter(problem.code for _, problem in across.findings(fetch, Limits(), light))
            ended = time.perf_counter()
    report = {"rows": rows, "peak_mb": _peak(), "before_mb": before, "add_s": added - began, "find_s": ended - added}
    print(json.dumps(report | {"found": found}))


def _write(path: Path, rows: int) -> array[int]:
    """Writes the rows, block by block (each with its own copies), and gives where each begins."""
    places = array("q")
    with path.open("wb") as file:
        for seed in range(-(-rows // BLOCK)):
            for line in generate(min(BLOCK, rows - seed * BLOCK), seed=seed * 10).lines:
                places.append(file.tell())
                file.write(line.encode() + b"\n")
    return places


def _peak() -> float:
    """Megabytes of resident memory, at most so far. (What `getrusage` says is the parent's where a child was forked from a big one.)"""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.open() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
