"""G3: a job is never started twice nor forgotten, whatever becomes of the reply."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ftcore.dataset.curation import CellEdit, approve_clean, save
from ftcore.dataset.intake import take_in
from ftcore.records import Endpoint, Job, JobState, Project, Status
from ftcore.store import endpoints, examples, jobs, tasks
from ftcore.store.database import Database
from ftcore.training import looking, reconcile
from ftcore.training.launch import NotFit, cancel, launch
from ftcore.training.reconcile import NoAnswer, advance
from ftcore.worker.loop import work
from ftcore.workspace import Workspace
from tests.conftest import write_csv
from tests.faults.protocol_server import FAULTS, Remote, protocol_server
from tests.training.faulty import endpoint, remote

__all__ = ["endpoint", "remote"]

GREETINGS = ["hello", "good day", "where is it", "it broke", "too small", "thank you", "call me", "never again"]


@pytest.fixture
def letters(db: Database, project: Project, tmp_path: Path) -> Project:
    rows = [
        (f"{GREETINGS[i % 8]}, said customer {chr(97 + i)}", f"reply to {chr(97 + i)}, kindly given.")
        for i in range(24)
    ]
    take_in(db, project.id, write_csv(tmp_path / "letters.csv", rows), name="letters.csv", who="t", test_rows=4)
    approve_clean(db, project.id, who="t")
    return project


def settle(db: Database, job: Job, exports: Path, until: Callable[[Job], bool] = lambda job: job.state.ended) -> Job:
    """Calls `advance` as the worker would, until the job is as wanted."""
    for _ in range(1000):
        with contextlib.suppress(NoAnswer):
            advance(db, job.id, exports)
        with db.read() as c:
            seen = jobs.get(c, job.id)
        if until(seen):
            return seen
        time.sleep(0.02)
    raise AssertionError(f"it stayed {seen.state}")


@pytest.fixture(autouse=True)
def _sure_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SURE_SECONDS", {True: 0.1, False: 0.1})


@pytest.mark.parametrize(
    "fault",
    ["", *FAULTS],
)
def test_one_launch_is_one_job(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote, tmp_path: Path, fault: str
) -> None:
    remote.faults = [fault] if fault else []
    job = launch(db, letters.id, endpoint, base_model="m", who="t")
    ended = settle(db, job, tmp_path)
    assert ended.state == JobState.SUCCEEDED
    assert ended.fine_tuned_model == f"ft:{ended.remote_id}"
    assert remote.creates == 1
    assert [j["metadata"][reconcile.KEY] for j in remote.jobs] == ["somebody else's", job.key]


def test_a_server_that_ignores_the_filter_gives_us_nobody_elses_job(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.ignores_filter = True
    remote.faults = ["reset_before"]
    ended = settle(db, launch(db, letters.id, endpoint, base_model="m", who="t"), tmp_path)
    assert ended.remote_id == "ftjob-1"


def test_a_refusal_fails_the_job_with_the_servers_words(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.faults = ["refuse_400"]
    ended = settle(db, launch(db, letters.id, endpoint, base_model="m", who="t"), tmp_path)
    assert (ended.state, remote.creates) == (JobState.FAILED, 0)
    assert "no: 400" in ended.error


def test_a_button_pressed_twice_launches_once(db: Database, letters: Project, endpoint: Endpoint) -> None:
    first = launch(db, letters.id, endpoint, base_model="m", who="t", key="click-1")
    second = launch(db, letters.id, endpoint, base_model="m", who="t", key="click-1")
    assert first.id == second.id
    with db.read() as c:
        assert len(tasks.open_tasks(c, letters.id, "reconcile")) == 1


def test_too_few_examples_are_refused_before_anything_is_written(
    db: Database, project: Project, endpoint: Endpoint, tmp_path: Path
) -> None:
    take_in(
        db,
        project.id,
        write_csv(tmp_path / "f.csv", [("one question", "one answer"), ("two", "second answer"), ("three", "third")]),
        name="f.csv",
        who="t",
    )
    approve_clean(db, project.id, who="t")
    with pytest.raises(NotFit, match="no server trains on fewer than 10"):
        launch(db, project.id, endpoint, base_model="m", who="t")
    with db.read() as c:
        assert jobs.of_project(c, project.id) == []


def test_a_server_that_repeats_its_events_for_ever_is_read_once(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.repeats_events = True
    ended = settle(db, launch(db, letters.id, endpoint, base_model="m", who="t"), tmp_path)
    with db.read() as c:
        theirs = sorted(e.id for e in jobs.events(c, ended.id) if not e.id.startswith("tuneworthy:"))
        assert theirs == ["e1", "e2", "e3"]
        assert [metric.step for metric in jobs.metrics(c, ended.id)] == [1, 2, 3]


def test_a_status_nobody_knows_is_no_success(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.status = "SUCCESSFULLY_CONFUSED"
    job = launch(db, letters.id, endpoint, base_model="m", who="t")
    seen = settle(db, job, tmp_path, until=lambda job: job.remote_status == remote.status)
    assert (seen.state, seen.remote_status) == (JobState.RUNNING, "SUCCESSFULLY_CONFUSED")


def test_a_cancelled_job_is_cancelled_at_the_server(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.status = "running"
    job = launch(db, letters.id, endpoint, base_model="m", who="t")
    settle(db, job, tmp_path, until=lambda job: job.state == JobState.RUNNING)
    cancel(db, job.id)
    assert settle(db, job, tmp_path).state == JobState.CANCELLED


def test_a_server_that_is_away_is_asked_again_and_nothing_is_lost(
    db: Database, letters: Project, remote: Remote, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("k")
    with db.write() as c:
        away = endpoints.put(c, "away", base_url="http://127.0.0.1:9/v1", key_source=f"file:{tmp_path / 'key'}")
    job = launch(db, letters.id, away, base_model="m", who="t")
    with pytest.raises(NoAnswer):
        advance(db, job.id, tmp_path)
    with protocol_server(remote) as url:
        with db.write() as c:
            endpoints.put(c, "away", base_url=url, key_source=away.key_source)
        assert settle(db, job, tmp_path).state == JobState.SUCCEEDED
    assert remote.creates == 1


def test_a_key_that_is_refused_while_the_job_runs_says_nothing_about_the_job(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = launch(db, letters.id, endpoint, base_model="m", who="t")
    settle(db, job, tmp_path, until=lambda job: job.state == JobState.SUBMITTED)
    remote.refusals = [401, 403, 409, 404]
    assert settle(db, job, tmp_path).state == JobState.SUCCEEDED


def test_an_approved_row_that_was_emptied_is_named_before_anything_is_sent(
    db: Database, letters: Project, endpoint: Endpoint, remote: Remote
) -> None:
    with db.read() as c:
        row = next(r for r in examples.page(c, letters.id).rows if r.status == Status.APPROVED)
    save(db, letters.id, [CellEdit(row.id, None, {"response": ""})], who="t")
    with pytest.raises(NotFit, match=f"example {row.id}"):
        launch(db, letters.id, endpoint, base_model="m", who="t")


def test_a_job_whose_task_was_given_up_is_followed_again_by_the_next_worker(
    db: Database, letters: Project, endpoint: Endpoint, workspace: Workspace
) -> None:
    job = launch(db, letters.id, endpoint, base_model="m", who="t")
    with db.write() as c:
        task = tasks.lease(c)
        assert task is not None
        tasks.fail(c, task, "given up")
    stop = threading.Event()
    worker = threading.Thread(target=work, args=(workspace, stop), daemon=True)
    worker.start()
    until = time.monotonic() + 30
    while time.monotonic() < until and not (ended := _state(db, job)).ended:
        time.sleep(0.1)
    stop.set()
    worker.join(10)
    assert ended == JobState.SUCCEEDED


def _state(db: Database, job: Job) -> JobState:
    with db.read() as c:
        return jobs.get(c, job.id).state
