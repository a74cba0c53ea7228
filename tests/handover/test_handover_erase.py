"""Erase everywhere: nothing of a project is found afterwards, whatever happened on the way."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from sqlalchemy import select, text

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.handover import erase
from ftcore.records import LOCAL, Answer, JobState, Split
from ftcore.store import (
    endpoints,
    erasing,
    examples,
    imports,
    job_files,
    jobs,
    models,
    projects,
    runs,
    snapshots,
    tasks,
    tombstones,
    uploads,
)
from ftcore.store.database import Database, integrity
from ftcore.store.schema import examples as table
from ftcore.store.schema import metadata
from ftcore.workspace import Workspace
from tests.conftest import times
from tests.fixtures_trainer import TrainerProcess, training_lines, upload
from tests.handover.conftest import fill, holding, rich

CANARY = "zanzibarquux"


def erase_now(db: Database, workspace: Workspace, project_id: int) -> tombstones.Tombstone:
    return erase.finish(db, workspace, erase.begin(db, project_id, who="DK").id)


def used(db: Database, workspace: Workspace, project_id: int) -> None:
    """What the app leaves in the workspace: a job, a run with calls, uploads, exports, reports, vectors."""
    with db.write() as c:
        (newest, *_) = snapshots.of_project(c, project_id)
        server = endpoints.put(c, LOCAL, base_url="http://127.0.0.1:9/v1", key_source="", practice=True)
        job = jobs.plan(
            c,
            project_id,
            snapshot_id=newest.id,
            endpoint_id=server.id,
            key=f"key-{project_id}",
            base_model="b",
            hyperparameters={},
            system_prompt=CANARY,
            seed=0,
            who="DK",
        )
        jobs.change(c, job.id, state=JobState.SUCCEEDED, fine_tuned_model="ft:b:x")
        models.keep(c, server.id, "ft:b:x", base_model="b", job_id=job.id)
        models.change(c, models.of_project(c, project_id)[0].id, note=CANARY)
        job_files.keep(c, job.id, remote_id="r", name="metrics.csv", content=CANARY.encode())
        values = {"snapshot_id": newest.id, "endpoint_id": server.id, "job_id": job.id, "scorer": "exact_match"}
        run = runs.plan(c, project_id, **values, arms=[], delta=0.1, seed=0, max_tokens=9, total=1, created_by="DK")
        runs.keep_call(c, run.id, Split.TEST, "k", Answer("1", "base", "m", f"It is {CANARY}."))
        tasks.put(c, "import", {"file": "upload-1.csv", "name": CANARY}, project_id=project_id)
    for folder, name in (
        ("uploads", "upload-1.csv"),
        ("exports", f"project-{project_id}-train.jsonl"),
        ("exports", f"{newest.digest[:16]}-train.jsonl"),
        ("reports", f"project-{project_id}/report.html"),
        ("meaning", f"{project_id}/keys-0.bin"),
    ):
        path = workspace.folder(folder) / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(CANARY)


def test_a_canary_is_found_nowhere_after_erasing(db: Database, workspace: Workspace) -> None:
    project, ids = rich(db, CANARY, name=f"About {CANARY}")
    curation.save(db, project.id, [CellEdit(ids[3], None, {"note": f"once {CANARY}"})], who="DK")
    curation.save(db, project.id, [CellEdit(ids[3], None, {"note": "edited away"})], who="DK")
    used(db, workspace, project.id)
    other, _ = rich(db, "harbour", "Another")
    assert len(holding(workspace.root, CANARY)) > 5
    stone = erase_now(db, workspace, project.id)
    assert holding(workspace.root, CANARY) == []
    assert stone.numbers["examples"] == 12
    assert (stone.numbers["snapshots"], stone.numbers["runs"], stone.numbers["calls"]) == (2, 1, 1)
    assert "file" not in str(stone.numbers["remote"]).replace("files", "")
    with db.read() as c:
        assert integrity(c) == "ok"
        assert [row.name for row in projects.every(c)] == [other.name]
        assert examples.counts(c, other.id).total == 11
        c.exec_driver_sql("INSERT INTO examples_fts (examples_fts) VALUES ('integrity-check')")
        found = c.execute(text("SELECT count(*) FROM examples_fts WHERE examples_fts MATCH 'harbour'")).scalar_one()
    assert found == 12


def test_a_tombstone_stays_and_tells_no_texts(db: Database, workspace: Workspace) -> None:
    project, _ = rich(db, CANARY, name=CANARY)
    erase_now(db, workspace, project.id)
    with db.read() as c:
        (stone,) = tombstones.every(c)
    assert (stone.project_id, stone.who, stone.finished) == (project.id, "DK", True)
    assert CANARY not in str(stone)


def test_nothing_of_the_project_is_left_in_any_table(db: Database, workspace: Workspace) -> None:
    project, _ = rich(db)
    used(db, workspace, project.id)
    erase_now(db, workspace, project.id)
    with db.read() as c:
        left = {t.name: len(c.execute(select(t)).all()) for t in metadata.sorted_tables}
    assert {name for name, number in left.items() if number} <= {"endpoints", "tombstones", "tasks"}


def test_from_the_beginning_on_the_project_is_out_of_sight(db: Database, workspace: Workspace) -> None:
    project, _ = rich(db)
    erase.begin(db, project.id, who="DK")
    again = erase.begin(db, project.id, who="EM")
    with db.read() as c:
        assert projects.every(c) == []
        assert tombstones.every(c) == [again]
    assert again.who == "DK"
    with pytest.raises(LookupError):
        erase.begin(db, 999, who="DK")


def test_a_copy_made_before_an_update_is_erased_when_it_holds_the_project(db: Database, workspace: Workspace) -> None:
    rich(db, "harbour", "Another")
    older = db.path.with_name("tuneworthy.db.before-0001-20260101-000000")
    with closing(sqlite3.connect(db.path)) as source, closing(sqlite3.connect(older)) as copy:
        source.backup(copy)
    project, _ = rich(db, CANARY)
    newer = db.path.with_name("tuneworthy.db.before-0002-20260201-000000")
    with closing(sqlite3.connect(db.path)) as source, closing(sqlite3.connect(newer)) as copy:
        source.backup(copy)
    erase_now(db, workspace, project.id)
    assert (older.exists(), newer.exists()) == (True, False)
    assert holding(workspace.root, CANARY) == []


ERASER = """
import sys
from ftcore.handover import erase
from ftcore.workspace import open_workspace
workspace = open_workspace(Path(sys.argv[1]))
db = workspace.open_database()
print("ready", flush=True)
erase.finish(db, workspace, erase.begin(db, int(sys.argv[2]), who="DK").id)
"""


@pytest.mark.faults
def test_erasing_that_is_killed_at_any_point_is_finished_when_it_is_begun_again(
    db: Database, workspace: Workspace
) -> None:
    rich(db, "harbour", "Another")
    for _ in range(times(3, 60)):
        project, _ = rich(db, CANARY)
        fill(db, project.id, 3_000, CANARY)
        used(db, workspace, project.id)
        command = [sys.executable, "-c", ERASER, str(workspace.root), str(project.id)]
        eraser = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert eraser.stdout is not None
        eraser.stdout.readline()
        time.sleep(random.uniform(0, 1.2))
        eraser.kill()
        eraser.wait()
        stone = erase_now(db, workspace, project.id)
        assert stone.numbers["state"] == "erased"
        assert holding(workspace.root, CANARY) == []
        with db.read() as c:
            assert integrity(c) == "ok"
            assert len(projects.every(c)) == 1
            assert c.execute(select(table.c.id).where(table.c.project_id == project.id)).first() is None


def test_what_a_server_holds_is_erased_there_and_listed_while_it_does_not_answer(
    db: Database, workspace: Workspace
) -> None:
    server = TrainerProcess(workspace.root).start()
    try:
        lines = training_lines()
        lines[0]["messages"][1]["content"] += CANARY
        sent = upload(server.client(), lines)
        project, _ = rich(db)
        used(db, workspace, project.id)
        with db.write() as c:
            (job,) = jobs.of_project(c, project.id)
            jobs.change(c, job.id, training_file_id=sent, remote_id="ftjob-" + "0" * 24)
            _address(c, server)
        weights = workspace.root / "trainer" / "jobs" / ("ftjob-" + "0" * 24)
        weights.mkdir(parents=True)
        (weights / "log.txt").write_text(CANARY)
        server.kill()
        stone = erase_now(db, workspace, project.id)
        assert not stone.finished
        assert stone.left[0]["files"] == [sent]
        assert stone.left[0]["why"] == "the server does not answer"
        assert any("trainer" in name for name in holding(workspace.root, CANARY))
        server.start()
        with db.write() as c:
            _address(c, server)
        stone = erase.finish(db, workspace, stone.id)
        assert stone.finished
        assert server.client().files.list().data == []
        assert holding(workspace.root, CANARY) == []
    finally:
        server.stop()


def _address(c, server: TrainerProcess) -> None:  # type: ignore[no-untyped-def]
    token = f"file:{server.workspace / 'trainer-token'}"
    endpoints.put(c, LOCAL, base_url=server.base_url, key_source=token, practice=True)


def test_a_rejected_row_is_erased_too(db: Database, workspace: Workspace) -> None:
    from ftcore.records import Rejected

    with db.write() as c:
        project = projects.create(c, "p")
        import_id = imports.start(c, project.id, file_name="f", sha256="", shape="", who="DK")
        imports.finish(c, import_id, accepted=0, rejected=[Rejected(2, "empty", f'{{"a": "{CANARY}"}}')])
    erase_now(db, workspace, project.id)
    assert holding(workspace.root, CANARY) == []


def test_what_was_sent_is_deleted_at_its_server_and_what_was_only_brought_in_is_not(
    db: Database, workspace: Workspace
) -> None:
    project, _ = rich(db, "harbour", "Mine")
    used(db, workspace, project.id)
    with db.write() as c:
        server = endpoints.find(c)
        assert server is not None
        (newest, *_) = snapshots.of_project(c, project.id)
        uploads.keep(c, server.id, newest.id, sha256="0" * 64, remote_id="file-sent", name="t.jsonl", size=3)
        job = jobs.plan(
            c,
            project.id,
            snapshot_id=newest.id,
            endpoint_id=server.id,
            key="found",
            base_model="b",
            hyperparameters={},
            system_prompt="",
            seed=0,
            who="DK",
            origin="found",
        )
        jobs.change(c, job.id, remote_id="ftjob-theirs", training_file_id="file-theirs", fine_tuned_model="ft:theirs")
        (there,) = erasing.traces(c, project.id)
    assert there["files"] == ["file-sent"]
    assert there["models"] == ["ft:b:x"]
    assert "ftjob-theirs" not in str(there)
