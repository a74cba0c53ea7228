"""Out of memory, out of disk, a loss that is no number: the job fails with a sentence that helps, and the next one runs."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fixtures_trainer import TrainerProcess, steps_of, training_lines, wait_for_job
from tests.trainer.tiny import NAME, create, write_tiny

pytestmark = [pytest.mark.model, pytest.mark.faults]
LONG = {"n_epochs": 50, "batch_size": 2}


@pytest.fixture(scope="module")
def server(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    models = tmp_path_factory.mktemp("models")
    write_tiny(starter_model, models)
    server = TrainerProcess(tmp_path_factory.mktemp("failures"), {"TUNEWORTHY_MODELS": str(models)}).start()
    yield server
    server.stop()


def limited(server: TrainerProcess, job_id: str, what: str, limit: int | None) -> Any:
    """The job's end, after its training process may have no more of something from its first step on."""
    until = time.monotonic() + 120
    while not steps_of(server.client(), job_id):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert server.process is not None
    (child,) = psutil.Process(server.process.pid).children()
    limit = child.memory_info().vms if limit is None else limit
    child.rlimit(getattr(psutil, what), (limit, limit))
    return wait_for_job(server.client(), job_id)


def the_next_one_runs(server: TrainerProcess) -> bool:
    made = create(server.client(), training_lines(), numbers={"n_epochs": 1})
    return bool(wait_for_job(server.client(), made.id).status == "succeeded")


def test_a_training_without_memory_fails_in_words(server: TrainerProcess, starter_model: Path) -> None:
    """Layers so wide and answers so long that every step asks the system for memory."""
    models = Path(server.environ["TUNEWORTHY_MODELS"])
    write_tiny(starter_model, models, wide=8_192, name="wide")
    lines = training_lines()
    for line in lines:
        line["messages"][2]["content"] = "aisle " * 3_900
    job = limited(server, create(server.client(), lines, model="wide", numbers=LONG).id, "RLIMIT_AS", None)
    assert (job.status, job.error.code) == ("failed", "out_of_memory")
    assert "A smaller batch_size or shorter examples need less" in job.error.message
    assert the_next_one_runs(server)


def test_a_training_without_disk_fails_in_words_and_leaves_nothing_half_written(server: TrainerProcess) -> None:
    job = limited(server, create(server.client(), training_lines(), numbers=LONG).id, "RLIMIT_FSIZE", 60_000)
    assert (job.status, job.error.code) == ("failed", "disk_full")
    assert "Make room" in job.error.message
    folder = server.workspace / "trainer" / "jobs" / job.id
    assert list(folder.glob("*.new")) == []
    assert list(folder.glob("checkpoints/.step-*/*")) == []
    assert the_next_one_runs(server)


@pytest.mark.parametrize("training", ["lora", "full"])
def test_a_loss_that_is_no_number_ends_the_job_in_words(server: TrainerProcess, training: str) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    models = Path(server.environ["TUNEWORTHY_MODELS"])
    damaged = models / f"damaged-{training}"
    shutil.copytree(models / NAME, damaged)
    weights = load_file(damaged / "model.safetensors")
    weights["model.norm.weight"][0] = torch.nan
    save_file(weights, damaged / "model.safetensors", {"format": "pt"})
    made = create(server.client(), training_lines(), model=damaged.name, extras={"training": training})
    job = wait_for_job(server.client(), made.id)
    assert (job.status, job.error.code) == ("failed", "loss_not_finite")
    assert job.error.message.startswith("The training ran away: the loss at step 1 is no number.")
    assert steps_of(server.client(), job.id) == [], "no step was taken with it"
    assert the_next_one_runs(server)
