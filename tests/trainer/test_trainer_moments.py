"""Killed again and again at random moments, now the training process and now the server, a job ends as if undisturbed."""

from __future__ import annotations

import hashlib
import json
import random
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from ftcore.trainer import journal
from tests.conftest import times
from tests.fixtures_trainer import TrainerProcess, steps_of, training_lines, upload, wait_for_job
from tests.trainer.tiny import create, losses_of, messages_of, preference_lines, write_tiny

pytestmark = [pytest.mark.model, pytest.mark.faults]
EPOCHS = times(8, 40)
SETTINGS = {"n_epochs": EPOCHS, "batch_size": 2}
STEPS = EPOCHS * 12
LINES = {"supervised": training_lines, "dpo": preference_lines}


def begin(server: TrainerProcess, kind: str) -> str:
    client, lines = server.client(), LINES[kind](24)
    made = create(client, lines, kind=kind, numbers=SETTINGS, validation_file=upload(client, lines[:3]))
    return str(made.id)


def outcome(server: TrainerProcess, job_id: str) -> dict[str, Any]:
    """What must not depend on how often it was killed."""
    client = server.client()
    job = wait_for_job(client, job_id, 400)
    assert (job.status, job.error) == ("succeeded", None)
    folder = server.workspace / "trainer" / "jobs" / job_id / "checkpoints" / f"step-{STEPS}"
    said = [one.replace(job_id.removeprefix("ftjob-"), "JOB") for one in messages_of(client, job_id)]
    return {
        "steps": steps_of(client, job_id),
        "losses": losses_of(client, job_id),
        "tokens": job.trained_tokens,
        "weights": hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest(),
        "checkpoints": [one.step_number for one in client.fine_tuning.jobs.checkpoints.list(job_id, limit=100)],
        "said": [
            one for one in said if not one.startswith(("Going on", "The training process died", "Created", "Valid"))
        ],
    }


class Disturber:
    """Kills as a crash would. The training process is given time for a step before it is killed again: one that never gets
    on is given up after three deaths, which is another test."""

    def __init__(self, server: TrainerProcess, job_id: str, rng: random.Random):
        self.server, self.rng = server, rng
        self.folder = server.workspace / "trainer" / "jobs" / job_id

    def steps(self) -> int:
        return max(journal.steps(self.folder / "metrics.jsonl"), default=0)

    def child(self) -> psutil.Process | None:
        try:
            process = psutil.Process(json.loads((self.folder / "child.json").read_text())["pid"])
            return process if process.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, psutil.NoSuchProcess):
            return None

    def kill(self, who: str) -> bool:
        """False when the job had ended before its moment came."""
        before, until = self.steps(), time.monotonic() + 120
        while (who == "child" and self.steps() == before) or self.child() is None:
            assert time.monotonic() < until
            if before == STEPS or self.steps() == STEPS:
                return False
            time.sleep(0.01)
        time.sleep(self.rng.uniform(0, 1.0 if who == "child" else 9.0))
        if who == "server":
            self.server.kill()
            self.server.start()
            return True
        child = self.child()
        if child is not None:
            child.kill()
        return child is not None


@pytest.mark.parametrize("kind", ["supervised", "dpo"])
def test_killed_at_random_moments_a_job_counts_every_step_once_and_gives_the_same_model(
    starter_model: Path, tmp_path: Path, kind: str
) -> None:
    write_tiny(starter_model, tmp_path / "models", layers=4, size=64)
    server = TrainerProcess(tmp_path / "ws", {"TUNEWORTHY_MODELS": str(tmp_path / "models")}).start()
    try:
        undisturbed = outcome(server, begin(server, kind))
        assert undisturbed["steps"] == list(range(1, STEPS + 1))
        job_id = begin(server, kind)
        disturber = Disturber(server, job_id, random.Random(f"{kind}-moments"))
        moments = ["child", "server"] * times(2, 5)
        done = [disturber.kill(who) for who in moments[: times(3, 10)]]
        assert sum(done) >= times(2, 8), "nearly all of them came before the end"
        assert outcome(server, job_id) == undisturbed
    finally:
        server.stop()
