"""The worker follows jobs beside its other work, at our own trainer from one end to the other."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftcore.dataset.sample import keep_upload
from ftcore.records import LOCAL, Endpoint, Job, JobState, Project, Snapshot, TaskState
from ftcore.store import endpoints, job_files, jobs, models, tasks
from ftcore.store.database import Database
from ftcore.store.projects import create
from ftcore.supervision import child_environment
from ftcore.worker import loop
from ftcore.worker.loop import work
from ftcore.workspace import Workspace
from tests.conftest import ROOT, write_csv
from tests.faults.supervised import wait_for
from tests.fixtures_trainer import TrainerProcess
from tests.training.faulty import now_of, plan, snapshot

__all__ = ["snapshot"]


@pytest.fixture
def silent_server() -> Iterator[str]:
    """The base_url of a server that takes every connection and never answers."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(256)
        yield f"http://127.0.0.1:{server.getsockname()[1]}/v1"


def test_a_hundred_jobs_at_a_server_that_never_answers_keep_no_import_waiting(
    db: Database, workspace: Workspace, snapshot: Snapshot, silent_server: str, tmp_path: Path
) -> None:
    with db.write() as c:
        silent = endpoints.put(c, "silent", base_url=silent_server, key_source="")
        project = create(c, "Others")
    for number in range(100):
        job = plan(db, snapshot, silent, f"job-{number}")
        with db.write() as c:
            jobs.change(c, job.id, state=JobState.RUNNING, remote_id=f"ftjob-{number}")
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(workspace, stop), daemon=True)
    worker.start()
    try:
        time.sleep(2)
        task = _queue_import(db, workspace, project, tmp_path)
        wait_for(lambda: _state(db, task) == TaskState.DONE, 20, "the import")
    finally:
        stop.set()
        worker.join(10)


def _queue_import(db: Database, workspace: Workspace, project: Project, folder: Path) -> int:
    path = write_csv(folder / "g.csv", [(f"question {i}", f"answer number {i}") for i in range(30)])
    file = keep_upload(workspace.folder("uploads"), path)
    payload = {"project_id": project.id, "file": file, "name": path.name, "who": "t"}
    with db.write() as c:
        return tasks.put(c, "import", payload, project_id=project.id).id


def _state(db: Database, task_id: int) -> TaskState:
    with db.read() as c:
        return tasks.get(c, task_id).state


def test_a_job_without_anybody_who_follows_it_gets_somebody(db: Database, snapshot: Snapshot) -> None:
    with db.write() as c:
        local = endpoints.put(c, LOCAL, base_url="http://127.0.0.1:9/v1", key_source="", practice=True)
    job = plan(db, snapshot, local)
    with db.write() as c:
        c.exec_driver_sql("DELETE FROM tasks")
    loop._take_up_open_jobs(db)
    with db.read() as c:
        assert tasks.is_open(c, f"reconcile:{job.key}")


def test_a_task_that_follows_a_job_is_never_given_up(db: Database, snapshot: Snapshot) -> None:
    with db.write() as c:
        local = endpoints.put(c, LOCAL, base_url="http://127.0.0.1:9/v1", key_source="", practice=True)
    plan(db, snapshot, local)
    clock = time.time()
    with db.write() as c:
        for _ in range(4 * tasks.ATTEMPTS):
            clock += tasks.REST_SECONDS + tasks.LEASE_SECONDS
            tasks.lease(c, clock=clock)
        clock += tasks.REST_SECONDS + tasks.LEASE_SECONDS
        assert tasks.lease(c, clock=clock) or tasks.lease(c, clock=clock + tasks.REST_SECONDS + 1)


@pytest.mark.model
@pytest.mark.faults
@pytest.mark.timeout(400)
def test_our_own_trainers_job_outlives_its_worker_and_its_end_is_noticed_within_ten_seconds(
    db: Database, workspace: Workspace, snapshot: Snapshot, trainer_server: TrainerProcess, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text(trainer_server.token)
    with db.write() as c:
        source = f"file:{token}"
        local = endpoints.put(c, LOCAL, base_url=trainer_server.base_url.strip(), key_source=source, practice=True)
    job = _short(db, snapshot, local)
    first = _start(workspace)
    try:
        wait_for(lambda: now_of(db, job).step >= 1, 180, "the first step")
    finally:
        first.kill()
        first.wait()
    second = _start(workspace)
    try:
        wait_for(lambda: _ended_there(trainer_server, now_of(db, job)), 240, "the end there")
        began = time.monotonic()
        wait_for(lambda: now_of(db, job).state.ended, 60, "the end here")
        noticed = time.monotonic() - began
        wait_for(lambda: not _fetching(db, job), 60, "the results")
    finally:
        second.kill()
        second.wait()
    print(f"noticed within {noticed:.1f} s")
    assert noticed < 10
    ended = now_of(db, job)
    assert (ended.state, ended.error) == (JobState.SUCCEEDED, "")
    remote = trainer_server.client().fine_tuning.jobs.list(limit=100).data
    assert [one.id for one in remote if (one.metadata or {}).get("tuneworthy_job") == job.key] == [ended.remote_id]
    with db.read() as c:
        assert [one.name for one in job_files.of_job(c, job.id)]
        assert {one.kind for one in models.of_project(c, job.project_id)} == {"tuned", "checkpoint"}


def _short(db: Database, snapshot: Snapshot, local: Endpoint) -> Job:
    job = plan(db, snapshot, local, f"job-{time.time_ns()}", share=0.4)
    with db.write() as c:
        short = {"n_epochs": 2, "batch_size": 8}
        jobs.change(c, job.id, base_model="smollm2-135m-instruct", hyperparameters=short)
    return job


def _start(workspace: Workspace) -> subprocess.Popen[bytes]:
    """A worker as the supervisor starts it, which takes over from a dead one sooner."""
    code = (
        "import ftcore.store.tasks as t; t.LEASE_SECONDS = 2.0; import ftcore.worker.watch as w; w.RENEW_SECONDS = 0.5; "
        "from ftcore.worker.__main__ import main; main()"
    )
    environment = {**child_environment(), "TUNEWORTHY_HOME": str(workspace.root)}
    with (workspace.folder("logs") / "worker.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=log, stderr=log)


def _ended_there(server: TrainerProcess, job: Job) -> bool:
    return bool(server.client().fine_tuning.jobs.retrieve(job.remote_id).finished_at)


def _fetching(db: Database, job: Job) -> bool:
    with db.read() as c:
        return tasks.is_open(c, f"results:{job.key}")
