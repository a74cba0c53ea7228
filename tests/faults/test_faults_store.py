"""G1: no acknowledged edit is lost, however the process dies."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ftcore.records import TrainingExample
from ftcore.store import examples, imports, projects
from ftcore.store.database import Database, integrity
from ftcore.store.examples import NewExample
from tests.conftest import times

WRITER = """
import sys
from pathlib import Path
from ftcore.dataset.curation import CellEdit, save
from ftcore.store.database import open_database
db = open_database(Path(sys.argv[1]))
ids = [int(i) for i in sys.argv[3].split(",")]
for n in range(100_000):
    save(db, int(sys.argv[2]), [CellEdit(ids[n % len(ids)], None, {"note": f"note {n}"})], who="w")
    print(ids[n % len(ids)], n, flush=True)
"""


@pytest.mark.faults
def test_an_edit_survives_a_killed_process(db: Database, workspace: object, tmp_path: Path) -> None:
    with db.write() as c:
        project = projects.create(c, "p")
        import_id = imports.start(c, project.id, file_name="f", sha256="", shape="", who="t")
        talk = TrainingExample([{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}])
        examples.add(c, project.id, [NewExample(talk)] * 5, import_id=import_id, source="f", who="t")
        ids = examples.ids_of_import(c, import_id)
    for _ in range(times(4, 1000)):
        arguments = [str(db.path), str(project.id), ",".join(map(str, ids))]
        writer = subprocess.Popen([sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told = [writer.stdout.readline()]  # it is at work
        time.sleep(random.uniform(0, 0.25))
        writer.kill()
        told += writer.stdout.readlines()
        writer.wait()
        last = {int(i): int(n) for i, n in (line.split() for line in told if line.endswith("\n"))}
        with db.read() as c:
            kept = {row.id: int(row.note.split()[1]) for row in examples.get_many(c, last)}
            assert integrity(c) == "ok"
        assert all(kept[i] >= n for i, n in last.items())
