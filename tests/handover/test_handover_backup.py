"""A backup of a running workspace, and the workspace made of it: whole or absent, without a key."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.handover import backup
from ftcore.handover.errors import HandoverError
from ftcore.records import LOCAL, JobState, Project
from ftcore.store import endpoints, examples, jobs, projects, snapshots, tasks
from ftcore.store.database import Database, integrity
from ftcore.workspace import Workspace, open_workspace
from tests.handover.conftest import fill

CANARY = "sk-zanzibarquux"


def test_a_restored_workspace_holds_what_the_backed_up_one_held(
    db: Database, workspace: Workspace, shelves: tuple[Project, list[int]], tmp_path: Path
) -> None:
    (workspace.folder("reports") / "project-1").mkdir()
    (workspace.folder("reports") / "project-1" / "report.html").write_text("<p>Report")
    (workspace.folder("exports") / "project-1-train.jsonl").write_text("{}\n")
    made = backup.backup(workspace, tmp_path / "safe.zip")
    assert made.files == 3
    restored = backup.restore(made.path, tmp_path / "new")
    assert restored.projects == 1
    place = open_workspace(tmp_path / "new")
    assert (place.root / "reports" / "project-1" / "report.html").read_text() == "<p>Report"
    again = place.open_database()
    with db.read() as c, again.read() as d:
        assert integrity(d) == "ok"
        assert examples.every(d, shelves[0].id) == examples.every(c, shelves[0].id)
        assert snapshots.of_project(d, shelves[0].id) == snapshots.of_project(c, shelves[0].id)
    again.close()


def test_keys_tokens_uploads_and_logs_are_not_in_it(
    db: Database, workspace: Workspace, shelves: tuple[Project, list[int]], tmp_path: Path
) -> None:
    workspace.trainer_token.write_text(CANARY)
    for name in (
        "secrets",
        "secrets.json",
        ".env",
        "logs/app.log",
        "uploads/u.csv",
        "trainer/trainer.db",
        "exports/.x.part",
    ):
        (workspace.root / name).parent.mkdir(exist_ok=True)
        (workspace.root / name).write_text(CANARY)
    (workspace.root / "exports" / "link").symlink_to(workspace.trainer_token)
    made = backup.backup(workspace, tmp_path / "safe.zip")
    with zipfile.ZipFile(made.path) as archive:
        names = archive.namelist()
        assert all(CANARY.encode() not in archive.read(name) for name in names)
    assert sorted(names) == ["manifest.json", "tuneworthy.db"]
    assert not list(workspace.root.glob(".backup-*"))


def test_a_backup_is_consistent_while_somebody_writes(
    db: Database, workspace: Workspace, shelves: tuple[Project, list[int]], tmp_path: Path
) -> None:
    project, ids = shelves
    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            edits = [CellEdit(id_, None, {"note": f"both {n}"}) for id_ in ids[6:8]]
            curation.save(db, project.id, edits, who="w")

    curation.save(db, project.id, [CellEdit(id_, None, {"note": "both 0"}) for id_ in ids[6:8]], who="w")
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            made = backup.backup(workspace, tmp_path / f"{n}.zip")
            backup.restore(made.path, tmp_path / f"new{n}")
    finally:
        stop.set()
        writer.join()
    for n in range(3):
        opened = open_workspace(tmp_path / f"new{n}").open_database()
        with opened.read() as c:
            assert integrity(c) == "ok"
            assert len({row.note for row in examples.get_many(c, ids[6:8])}) == 1
        opened.close()


def test_a_workspace_that_is_not_empty_is_left_alone(db: Database, workspace: Workspace, tmp_path: Path) -> None:
    made = backup.backup(workspace, tmp_path / "safe.zip")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(HandoverError, match="not empty"):
        backup.restore(made.path, tmp_path / "full")
    with pytest.raises(HandoverError, match="not empty"):
        backup.restore(made.path, workspace.root)
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"
    (tmp_path / "empty").mkdir()
    assert backup.restore(made.path, tmp_path / "empty").projects == 0


def test_what_was_under_way_is_not_begun_a_second_time(
    db: Database, workspace: Workspace, shelves: tuple[Project, list[int]], tmp_path: Path
) -> None:
    with db.write() as c:
        (newest, *_) = snapshots.of_project(c, shelves[0].id)
        server = endpoints.put(c, LOCAL, base_url="http://127.0.0.1:9/v1", key_source="file:/old/place")
        for key, state in (("planned", JobState.PLANNED), ("known", JobState.RUNNING)):
            job = jobs.plan(
                c,
                shelves[0].id,
                snapshot_id=newest.id,
                endpoint_id=server.id,
                key=key,
                base_model="b",
                hyperparameters={},
                system_prompt="",
                seed=0,
                who="DK",
            )
            jobs.change(c, job.id, state=state)
        tasks.put(c, "reconcile", {"job_id": 1}, project_id=shelves[0].id)
    made = backup.backup(workspace, tmp_path / "safe.zip")
    restored = backup.restore(made.path, tmp_path / "new")
    assert restored.stopped == {"tasks": 1, "jobs": 1, "runs": 0}
    opened = open_workspace(tmp_path / "new").open_database()
    with opened.read() as c:
        assert [jobs.find(c, key).state for key in ("planned", "known")] == [JobState.FAILED, JobState.RUNNING]  # type: ignore[union-attr]
        assert "restored from a backup" in jobs.find(c, "planned").error  # type: ignore[union-attr]
        assert endpoints.get(c, server.id).key_source == ""
        assert tasks.open_tasks(c, shelves[0].id) == []
    opened.close()


@pytest.mark.parametrize("how", ["no zip", "cut", "changed", "newer", "outside"])
def test_a_file_that_is_no_whole_backup_makes_no_workspace(
    db: Database, workspace: Workspace, tmp_path: Path, how: str
) -> None:
    path = backup.backup(workspace, tmp_path / "safe.zip").path
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts["manifest.json"])
    if how == "changed":
        parts["tuneworthy.db"] = parts["tuneworthy.db"][:-1] + b"x"
    if how == "newer":
        manifest["version"] = 99
    if how == "outside":
        manifest["sha256"]["exports/../../../evil"] = "0"
        parts["exports/../../../evil"] = b"x"
    parts["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, made in parts.items():
            archive.writestr(name, made)
    if how == "no zip":
        path.write_bytes(b"GIF89a")
    if how == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(HandoverError, match=r"Nothing was (restored|taken in)"):
        backup.restore(path, tmp_path / "new" / "place")
    assert not (tmp_path / "new" / "place").exists()
    assert list((tmp_path / "new").iterdir()) == []


BACKER = """
import sys
from pathlib import Path
from ftcore.handover import backup
from ftcore.workspace import open_workspace
print("ready", flush=True)
if sys.argv[1] == "backup":
    backup.backup(open_workspace(Path(sys.argv[2])), Path(sys.argv[3]))
else:
    backup.restore(Path(sys.argv[3]), Path(sys.argv[2]))
"""


@pytest.mark.faults
@pytest.mark.parametrize("what", ["backup", "restore"])
def test_a_kill_leaves_the_old_or_nothing(db: Database, workspace: Workspace, tmp_path: Path, what: str) -> None:
    with db.write() as c:
        project = projects.create(c, "p")
    fill(db, project.id, 6_000)
    path, root = tmp_path / "safe.zip", tmp_path / "new"
    backup.backup(workspace, path)
    old = path.read_bytes()
    for wait in (0.0, 0.1, 0.3):
        place = workspace.root if what == "backup" else root
        worker = subprocess.Popen([sys.executable, "-c", BACKER, what, str(place), str(path)], stdout=subprocess.PIPE)
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(wait)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        if what == "backup":
            assert path.read_bytes() == old or zipfile.ZipFile(path).testzip() is None
        elif root.exists():
            opened = open_workspace(root).open_database()
            with opened.read() as c:
                assert integrity(c) == "ok"
                assert examples.counts(c, project.id).total == 6_000
            opened.close()
            return
