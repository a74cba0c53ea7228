"""Several processes train one model as one would; what differs between devices is decided in one place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from ftcore.trainer import journal
from tests.fixtures_trainer import ROOT, jsonl, training_lines
from tests.trainer.tiny import CPU, preference_lines, write_tiny

pytestmark = [pytest.mark.model, pytest.mark.faults]


@pytest.fixture(scope="module")
def model(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(starter_model, tmp_path_factory.mktemp("models"))


def ordered(folder: Path, model: Path, **changes: Any) -> Path:
    """A job's folder with its order. Batches of 5 over 12 examples: the last one of an epoch has no equal shares."""
    folder.mkdir()
    kind = changes.get("method", "supervised")
    lines = preference_lines() if kind == "dpo" else training_lines()
    (folder / "train.data").write_bytes(jsonl(lines))
    (folder / "valid.data").write_bytes(jsonl(lines[:3]))
    files = {"training_file": str(folder / "train.data"), "validation_file": str(folder / "valid.data")}
    numbers = {"n_epochs": 3, "batch_size": 5, "learning_rate_multiplier": 10.0}
    (folder / "order.json").write_text(json.dumps({"model": str(model), "seed": 7, **files, **numbers, **changes}))
    return folder


def child(folder: Path, processes: int) -> subprocess.Popen[bytes]:
    environ = {
        **os.environ,
        "TUNEWORTHY_TRAINER_PROCESSES": str(processes),
        "TUNEWORTHY_SUPERVISOR_PID": str(os.getpid()),
    }
    command = [sys.executable, "-m", "ftcore.trainer.child", str(folder)]
    with (folder / "log.txt").open("ab") as log:
        return subprocess.Popen(command, env=environ, stdout=log, stderr=log, cwd=ROOT)


def trained(folder: Path, processes: int) -> Path:
    assert child(folder, processes).wait(240) == 0, (folder / "log.txt").read_text()[-3_000:]
    return folder


def learnt(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    (path,) = (folder / "checkpoints" / "step-9").glob("*model.safetensors")
    return load_file(path)


@pytest.mark.parametrize(("kind", "training"), [("supervised", "lora"), ("dpo", "full")])
def test_two_processes_give_the_losses_and_weights_of_one(
    model: Path, tmp_path: Path, kind: str, training: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In float32, where only the order of additions differs."""
    monkeypatch.setenv("TUNEWORTHY_TRAINER_PRECISION", "float32")
    one, two = (trained(ordered(tmp_path / str(n), model, method=kind, training=training), n) for n in (1, 2))
    alone, together = (journal.steps(folder / "metrics.jsonl") for folder in (one, two))
    assert sorted(alone) == sorted(together) == list(range(1, 10))
    for step, entry in alone.items():
        for name in ("train_loss", "train_mean_token_accuracy", "full_valid_loss", "tokens"):
            assert together[step].get(name) == (
                None if entry.get(name) is None else pytest.approx(entry[name], rel=1e-4)
            ), (step, name)
    for name, weights in learnt(one).items():
        assert float((learnt(two)[name] - weights).norm()) <= 1e-3 * float(weights.norm()) + 1e-6, name
    entries = [entry for _, entry in journal.read(two / "metrics.jsonl")]
    (ready,) = [entry for entry in entries if entry["kind"] == "ready"]
    assert "2 processes together" in ready["how"]
    assert entries[-1]["kind"] == "done"


def test_a_killed_rank_ends_the_training_and_it_goes_on_from_its_state(model: Path, tmp_path: Path) -> None:
    folder = ordered(tmp_path / "job", model, n_epochs=30)
    first = child(folder, 2)
    until = time.monotonic() + 200
    while len(journal.steps(folder / "metrics.jsonl")) < 10:
        assert time.monotonic() < until
        assert first.poll() is None
        time.sleep(0.02)
    (other,) = psutil.Process(first.pid).children()
    other.kill()
    assert first.wait(30) != 0, "the server starts it again"
    done = len(journal.steps(folder / "metrics.jsonl"))
    assert 10 <= done < 90
    trained(folder, 2)
    entries = [entry for _, entry in journal.read(folder / "metrics.jsonl")]
    assert sorted(journal.steps(folder / "metrics.jsonl")) == list(range(1, 91))
    assert [entry["from_step"] > 0 for entry in entries if entry["kind"] == "ready"] == [False, True]


def test_a_fallen_rank_says_why_and_the_first_one_tells_it(model: Path, tmp_path: Path) -> None:
    from ftcore.trainer.errors import TrainerError
    from ftcore.trainer.tuning import ranks

    ranks.tell(tmp_path, 1, TrainerError("No memory.", code="out_of_memory"))
    said = ranks.told(tmp_path)
    assert said is not None
    assert (said.message, said.code) == ("No memory.", "out_of_memory")


def test_the_ranks_end_with_the_first(model: Path, tmp_path: Path) -> None:
    first = child(ordered(tmp_path / "job", model, n_epochs=50), 2)
    until = time.monotonic() + 200
    while not journal.steps(tmp_path / "job" / "metrics.jsonl"):
        assert time.monotonic() < until
        time.sleep(0.05)
    others = psutil.Process(first.pid).children()
    first.kill()
    first.wait()
    gone, alive = psutil.wait_procs(others, timeout=8)
    assert (len(gone), alive) == (1, [])


def test_sparing_memory_changes_no_figure(model: Path) -> None:
    from ftcore.records import TrainingExample
    from ftcore.trainer.tuning.encoding import encode
    from ftcore.trainer.tuning.objectives import Supervised
    from tests.trainer.tiny import learner

    found = []
    for spare in (False, True):
        ours = learner(model)
        from transformers import AutoTokenizer

        tokenizer = AutoTokenizer.from_pretrained(model)
        coded = [encode(tokenizer, TrainingExample(line["messages"]), 1) for line in training_lines()[:4]]
        kept: list[int] = []
        import torch

        if spare:
            ours.spare_memory()
        with torch.autograd.graph.saved_tensors_hooks(lambda t, kept=kept: (kept.append(t.numel()), t)[1], lambda t: t):  # type: ignore[misc]
            loss, _ = Supervised(ours).share(coded, 60)
        loss.backward()
        found.append((loss.item(), sum(kept), [p.grad.norm().item() for p in ours.live if p.grad is not None]))
    (plain, held, slopes), (sparing, spared, same) = found
    assert sparing == pytest.approx(plain, rel=1e-6)
    assert same == pytest.approx(slopes, rel=1e-4)
    assert spared < held / 2


def test_memory_is_spared_for_long_examples_and_where_there_is_little() -> None:
    from types import SimpleNamespace

    from ftcore.trainer.tuning import room

    config = SimpleNamespace(hidden_size=576, intermediate_size=1_536, num_hidden_layers=30)
    whole = SimpleNamespace(base=SimpleNamespace(config=SimpleNamespace(get_text_config=lambda: config)), device=CPU)
    assert not room.is_short(whole, 500)  # type: ignore[arg-type]
    assert room.is_short(whole, 2_000)  # type: ignore[arg-type]
    small = SimpleNamespace(base=whole.base, device=SimpleNamespace(precision="float32", memory=2 << 30))
    assert room.is_short(small, 500)  # type: ignore[arg-type]
