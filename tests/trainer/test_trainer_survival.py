"""Killed at any moment, a job goes on and is counted once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest

from tests.fixtures_trainer import TrainerProcess, steps_of, training_lines, upload, wait_for_job

pytestmark = [pytest.mark.model, pytest.mark.faults]
MODEL = "smollm2-135m-instruct"


@pytest.fixture
def server(starter_model: Path, tmp_path: Path) -> Iterator[TrainerProcess]:
    server = TrainerProcess(tmp_path / "ws").start()
    yield server
    server.stop()


def start_job(server: TrainerProcess, epochs: int = 4) -> str:
    client = server.client()
    settings: Any = {"n_epochs": epochs, "batch_size": 4}
    file = upload(client, training_lines())
    return client.fine_tuning.jobs.create(model=MODEL, training_file=file, seed=3, hyperparameters=settings).id


def wait_for_step(server: TrainerProcess, job_id: str, step: int) -> None:
    until = time.monotonic() + 120
    while len(steps_of(server.client(), job_id)) < step:
        assert time.monotonic() < until
        time.sleep(0.05)


def child_of(server: TrainerProcess) -> psutil.Process:
    assert server.process is not None
    (child,) = psutil.Process(server.process.pid).children()
    return child


def test_a_killed_training_process_goes_on_and_gives_the_same_model(server: TrainerProcess) -> None:
    job_id = start_job(server)
    wait_for_step(server, job_id, 4)
    child_of(server).kill()
    job = wait_for_job(server.client(), job_id)
    assert job.status == "succeeded"
    assert steps_of(server.client(), job_id) == list(range(1, 13))
    again = wait_for_job(server.client(), start_job(server))
    losses = [
        [
            event.data["train_loss"]
            for event in server.client().fine_tuning.jobs.list_events(one, limit=100)
            if event.type == "metrics"
        ]  # type: ignore[index,call-overload]
        for one in (job_id, again.id)
    ]
    assert losses[0] == losses[1]


def test_a_paused_job_stands_still_and_goes_on_where_it_was(server: TrainerProcess) -> None:
    jobs = server.client().fine_tuning.jobs
    job_id = start_job(server)
    wait_for_step(server, job_id, 4)  # within an epoch: at its end the state is saved anyway
    paused = jobs.pause(job_id)
    assert (paused.status, paused.estimated_finish) == ("paused", None)
    assert jobs.pause(job_id).status == "paused"
    done = steps_of(server.client(), job_id)
    assert len(done) < 12
    assert not [
        child for child in psutil.Process(server.process.pid).children() if child.status() != psutil.STATUS_ZOMBIE
    ]  # type: ignore[union-attr]
    other = wait_for_job(server.client(), start_job(server, epochs=1))
    assert other.status == "succeeded", "others have their turn"
    server.kill()
    server.start()
    jobs = server.client().fine_tuning.jobs
    assert jobs.retrieve(job_id).status == "paused", "also after a restart"
    assert steps_of(server.client(), job_id) == done
    assert jobs.resume(job_id).status in ("queued", "validating_files", "running")
    job = wait_for_job(server.client(), job_id)
    assert job.status == "succeeded"
    assert steps_of(server.client(), job_id) == list(range(1, 13))
    messages = [event.message for event in jobs.list_events(job_id, limit=100)]
    assert f"Going on after step {done[-1]}." in messages, "its state was saved before it stopped"
    for again in (jobs.pause, jobs.resume):
        with pytest.raises(openai.BadRequestError):
            again(job_id)


def test_a_paused_job_can_be_cancelled(server: TrainerProcess) -> None:
    jobs = server.client().fine_tuning.jobs
    job_id = start_job(server)
    assert jobs.pause(job_id).status == "paused"
    assert jobs.cancel(job_id).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        jobs.resume(job_id)


def test_a_killed_server_finishes_its_job_once_after_the_restart(server: TrainerProcess) -> None:
    job_id = start_job(server)
    wait_for_step(server, job_id, 5)
    child = child_of(server)
    server.kill()
    server.start()
    job = wait_for_job(server.client(), job_id)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
    assert job.status == "succeeded"
    assert steps_of(server.client(), job_id) == list(range(1, 13))
    messages = [event.message for event in server.client().fine_tuning.jobs.list_events(job_id, limit=100)]
    assert messages.count("The job has successfully completed.") == 1
    models = [model.id for model in server.client().models.list() if ":ckpt-" not in model.id]
    assert sorted(models) == sorted([str(job.fine_tuned_model), MODEL, "wordllama-256"])


def test_a_training_process_ends_soon_after_its_server_was_killed(server: TrainerProcess) -> None:
    job_id = start_job(server, epochs=40)
    wait_for_step(server, job_id, 1)
    child = child_of(server)
    server.kill()
    child.wait(5)
    note = json.loads((server.workspace / "trainer" / "jobs" / job_id / "child.json").read_text())
    assert not psutil.pid_exists(note["pid"]) or psutil.Process(note["pid"]).create_time() != note["born"]
