"""G7: an import is whole or goes on, however its process dies."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ftcore.records import Project, Split
from ftcore.store import examples, imports
from ftcore.store.database import Database, integrity
from tests.conftest import times, write_csv

IMPORTER = """
import sys
from pathlib import Path
from ftcore.dataset.intake import take_in
from ftcore.store.database import open_database
db = open_database(Path(sys.argv[1]))
def progress(done, total, what):
    print(what, done, flush=True)
take_in(db, int(sys.argv[2]), Path(sys.argv[3]), name="f.csv", who="t", task_id=5, part=100, progress=progress)
"""
ROWS = 800


@pytest.mark.faults
def test_a_killed_import_goes_on_without_doubles_and_loses_nothing(
    db: Database, project: Project, tmp_path: Path
) -> None:
    rows = [(f"Where is shelf {i} of room {i * 7 % 97}?\nSecond line {i}.", f"In room {i}.") for i in range(ROWS)]
    rows[500] = ("", "an answer to nothing")
    path = write_csv(tmp_path / "f.csv", rows)
    arguments = [str(db.path), str(project.id), str(path)]
    deaths, seen = 0, []
    while not _imported(db):
        importer = subprocess.Popen([sys.executable, "-c", IMPORTER, *arguments], stdout=subprocess.PIPE, text=True)
        assert importer.stdout is not None
        importer.stdout.readline()  # it is at work
        time.sleep(random.uniform(0.3, 0.3 + 0.6 * (deaths + 1)))
        importer.kill()
        importer.communicate()
        deaths += 1
        with db.read() as c:
            assert integrity(c) == "ok"
            begun = imports.of_task(c, 5)
            there = examples.counts(c, project.id).total
        assert there == (begun.accepted if begun else 0), "rows and what is told of them differ"
        seen.append(there)
        assert deaths < times(60, 200), "it never ends"
    with db.read() as c:
        (one,) = imports.of_project(c, project.id)
        lines = [row.line for row in examples.every(c, project.id)]
        aside = [row.line for row in imports.rejected(c, one.id)]
        splits = {row.split for row in examples.every(c, project.id)}
    assert seen == sorted(seen)
    assert (one.read, one.accepted, one.rejected) == (ROWS, ROWS - 1, 1)
    starts = [2 + 2 * i - (i > 500) for i in range(ROWS)]  # the empty question has one line only
    assert sorted([*lines, *aside]) == starts
    assert aside == [starts[500]]
    assert splits == set(Split)


def _imported(db: Database) -> bool:
    with db.read() as c:
        one = imports.of_task(c, 5)
    return one is not None and one.state == imports.DONE
