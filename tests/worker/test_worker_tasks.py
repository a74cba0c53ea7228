"""The worker does what is queued, says how it ended, and is replaced when it dies."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftcore.dataset.sample import keep_upload
from ftcore.records import Project, Task, TaskState
from ftcore.store import examples, imports, tasks
from ftcore.store.database import Database
from ftcore.worker.loop import work
from ftcore.workspace import Workspace
from tests.conftest import ROOT, times, write_csv


@pytest.fixture
def worker(workspace: Workspace) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(workspace, stop), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(10)


def queue_import(db: Database, workspace: Workspace, project: Project, path: Path) -> Task:
    file = keep_upload(workspace.folder("uploads"), path)
    payload = {"project_id": project.id, "file": file, "name": path.name, "who": "t"}
    with db.write() as c:
        return tasks.put(c, "import", payload, project_id=project.id)


def ended(db: Database, task: Task, seconds: float = 60) -> Task:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with db.read() as c:
            now = tasks.get(c, task.id)
        if now.state not in (TaskState.QUEUED, TaskState.RUNNING):
            return now
        time.sleep(0.05)
    raise AssertionError(f"the task is still {now.state}")


def test_an_import_is_done_and_counted(
    db: Database, workspace: Workspace, project: Project, worker: None, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "f.csv", [(f"question {i}", f"answer number {i}") for i in range(30)] + [("", "x")])
    done = ended(db, queue_import(db, workspace, project, path))
    assert (done.state, done.result["read"], done.result["accepted"], done.result["rejected"]) == (
        TaskState.DONE,
        31,
        30,
        1,
    )
    with db.read() as c:
        (rejected,) = imports.rejected(c, done.result["import_id"])
        assert rejected.line == 32


def test_a_file_that_cannot_be_read_fails_in_words_and_the_next_task_is_done(
    db: Database, workspace: Workspace, project: Project, worker: None, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.csv", write_csv(tmp_path / "good.csv", [("a question", "a good answer")])
    bad.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    first, second = queue_import(db, workspace, project, bad), queue_import(db, workspace, project, good)
    failed = ended(db, first)
    assert failed.state == TaskState.FAILED
    assert "Nothing was imported" in failed.error
    assert ended(db, second).state == TaskState.DONE


@pytest.mark.faults
def test_an_import_whose_worker_is_killed_is_taken_up_again_and_nothing_comes_twice(
    db: Database, workspace: Workspace, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = 4000
    for round_ in range(times(2, 20)):
        path = write_csv(
            tmp_path / "f.csv", [(f"round {round_} question {i}", f"answer number {i}") for i in range(rows)]
        )
        task = queue_import(db, workspace, project, path)
        code = "import sys, ftcore.store.tasks as t; t.LEASE_SECONDS = 1.0; import ftcore.worker.watch as w; w.RENEW_SECONDS = 0.3; from ftcore.worker.__main__ import main; main()"
        environment = {"TUNEWORTHY_HOME": str(workspace.root), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
        for wait in (1.2 + 0.3 * round_, None):
            process = subprocess.Popen(
                [sys.executable, "-c", code], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
            )
            try:
                if wait is None:
                    assert ended(db, task).state == TaskState.DONE
                else:
                    time.sleep(wait)
            finally:
                process.kill()
                process.wait()
        with db.read() as c:
            assert examples.counts(c, project.id).total == rows * (round_ + 1)
            assert sum(one.accepted for one in imports.of_project(c, project.id)) == rows * (round_ + 1)
