"""Every process killed in turn while a job runs: the job is finished once, and no edit is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from openai import OpenAI

from ftcore.dataset.curation import CellEdit, approve_clean, save
from ftcore.dataset.intake import take_in
from ftcore.records import LOCAL, Job, JobState, Project
from ftcore.store import endpoints, examples, jobs, projects
from ftcore.store.database import Database, integrity
from ftcore.training.launch import launch
from ftcore.workspace import Workspace
from tests.conftest import ROOT, write_csv
from tests.faults.supervised import Supervised, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.model]
SHELVES = ["lamp", "chair", "kettle", "clock", "mirror", "rug", "vase", "stool", "basket", "candle", "tray", "bench"]


@pytest.fixture
def running(workspace: Workspace, starter_model: Path) -> Iterator[Supervised]:
    supervised = Supervised(workspace).start()
    yield supervised
    supervised.stop()


def shop(db: Database, folder: Path) -> Project:
    with db.write() as c:
        project = projects.create(c, "Shelves")
    rows = [(f"Where do I find the {thing}?", f"The {thing} is in aisle {i}.") for i, thing in enumerate(SHELVES)]
    take_in(db, project.id, write_csv(folder / "shelves.csv", rows), name="shelves.csv", who="t", test_rows=1)
    approve_clean(db, project.id, who="t")
    return project


def state(db: Database, job: Job) -> Job:
    with db.read() as c:
        return jobs.get(c, job.id)


@pytest.mark.timeout(480)
def test_a_job_outlives_the_death_of_every_process(running: Supervised, db: Database, tmp_path: Path) -> None:
    project = shop(db, tmp_path)
    wait_for(lambda: endpoint_of(db) is not None, 20, "the local endpoint")
    job = launch(db, project.id, endpoint_of(db), base_model="smollm2-135m-instruct", who="t", epochs=20)  # type: ignore[arg-type]
    with db.read() as c:
        edited = examples.page(c, project.id).rows[0]
    for number, kind in enumerate(("worker", "app", "trainer", "child")):
        wait_for(lambda n=number: state(db, job).step > n or state(db, job).state.ended, 120, "a step")
        saved = save(db, project.id, [CellEdit(edited.id, None, {"note": f"before the {kind} died"})], who="t")
        assert saved.changed == (edited.id,)
        assert not state(db, job).state.ended, "the job was too short to be killed"
        running.kill(kind)
    children = running.everybody()
    assert running.process is not None
    running.process.kill()
    running.process.wait()
    _, left = psutil.wait_procs(children, timeout=5)
    assert left == []
    running.start()
    wait_for(lambda: state(db, job).state.ended, 240, "the job's end")
    ended = state(db, job)
    assert (ended.state, ended.error) == (JobState.SUCCEEDED, "")
    with db.read() as c:
        steps = [metric.step for metric in jobs.metrics(c, job.id)]
        assert examples.get(c, edited.id).note == "before the child died"
        assert integrity(c) == "ok"
    assert steps == list(range(1, ended.total_steps + 1))
    remote = client(running.workspace).fine_tuning.jobs.list().data
    assert [one.id for one in remote] == [ended.remote_id]


def test_a_second_start_opens_the_running_address(running: Supervised) -> None:
    command = [sys.executable, "-m", "ftcore.cli", "up", "--no-browser", "--workspace", str(running.workspace.root)]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 0
    assert running.workspace.address.read_text() in second.stdout
    assert "already running" in second.stdout


def test_stopping_stops_everything(running: Supervised) -> None:
    children = running.everybody()
    assert len(children) >= 3
    started = time.monotonic()
    running.stop()
    assert time.monotonic() - started < 15
    _, left = psutil.wait_procs(children, timeout=1)
    assert left == []
    assert not running.workspace.address.exists()


def endpoint_of(db: Database) -> object:
    with db.read() as c:
        return endpoints.find(c, LOCAL)


def client(workspace: Workspace) -> OpenAI:
    token = workspace.trainer_token.read_text().strip()
    return OpenAI(base_url=workspace.trainer_address.read_text().strip(), api_key=token)
