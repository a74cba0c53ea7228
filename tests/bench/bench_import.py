"""A large file into an empty project, in a process of its own: how long it takes and how much memory, with every check and the
split. TUNEWORTHY_BENCH_IMPORT_ROWS says how many chat rows of 1.2 kB; 20,000 when it does not (850,000 are 1 GB).

The baseline reads the whole file with the standard library and puts it into a bare table of SQLite: no check, no full text.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.chat_rows import generate
from tests.bench.measure import Row

ROWS = int(os.environ.get("TUNEWORTHY_BENCH_IMPORT_ROWS", "20000"))
AT_ONCE = 100_000
"""Rows that are made together; planted copies are among the same ones."""

OURS = """
import json, resource, sys, time
from pathlib import Path
from ftcore.dataset.intake import take_in
from ftcore.store import projects
from ftcore.store.database import open_database
db = open_database(Path(sys.argv[2]) / "bench.db")
with db.write() as c:
    project = projects.create(c, "bench")
spent, last, steps = {}, [time.perf_counter(), ""], set()
def progress(done, total, what):
    moment = time.perf_counter()
    spent[last[1]] = spent.get(last[1], 0.0) + moment - last[0]
    last[:] = [moment, what]
    steps.add((what, done))
began = time.perf_counter()
one = take_in(db, project.id, Path(sys.argv[1]), name="rows.jsonl", who="b", progress=progress)
progress(0, 0, "")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": one.accepted, "seconds": time.perf_counter() - began, "megabytes": peak,
                  "phases": {k: round(v, 1) for k, v in spent.items() if k}, "steps": len(steps)}))
"""

BARE = """
import json, resource, sqlite3, sys, time
began = time.perf_counter()
with open(sys.argv[1], encoding="utf-8") as file:
    rows = [json.loads(line) for line in file]
table = sqlite3.connect(sys.argv[2] + "/bare.db")
table.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, training TEXT)")
table.executemany("INSERT INTO rows (training) VALUES (?)", [(json.dumps(row),) for row in rows])
table.commit()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"rows": len(rows), "seconds": time.perf_counter() - began, "megabytes": peak}))
"""


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = write_rows(Path(folder) / "rows.jsonl", ROWS)
        ours, bare = (_child(program, file, folder) for program in (OURS, BARE))
        size = file.stat().st_size / 1e6
        how = ", ".join(f"{what} {seconds:g} s" for what, seconds in ours["phases"].items())
        what = f"{ours['rows']:,} chat rows ({size:,.0f} MB) imported"
        yield Row(what, ours["seconds"], bare["seconds"], f"one run; {how}; {ours['steps']:,} steps of progress")
        yield Row(f"{what}: memory", ours["megabytes"], bare["megabytes"], "peak resident memory", "MB")


def write_rows(path: Path, number: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for start in range(0, number, AT_ONCE):
            rows = generate(min(AT_ONCE, number - start), seed=1 + start)
            file.writelines(f"{line}\n" for line in rows.lines)
    return path


def _child(program: str, file: Path, folder: str) -> dict:  # type: ignore[type-arg]
    done = subprocess.run(
        [sys.executable, "-c", program, str(file), folder], check=True, capture_output=True, text=True
    )
    found: dict = json.loads(done.stdout)  # type: ignore[type-arg]
    return found


if __name__ == "__main__":
    for row in run():
        print(row.what, row.show(row.ours), "/", row.show(row.baseline), row.how)
