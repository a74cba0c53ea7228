"""What this server adds to a job: what `auto` gave, cutting, all weights, the best checkpoint, the place in the queue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from ftcore.trainer import sizes
from tests.fixtures_trainer import TrainerProcess, steps_of, training_lines, upload, wait_for_job
from tests.trainer.tiny import NAME, create, messages_of, preference_lines, write_tiny

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def models(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny(starter_model, folder)
    return folder


@pytest.fixture(scope="module")
def server(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    server = TrainerProcess(tmp_path_factory.mktemp("methods"), {"TUNEWORTHY_MODELS": str(models)}).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def client(server: TrainerProcess) -> OpenAI:
    return server.client()


def long_lines(count: int = 12) -> list[dict[str, Any]]:
    """Line 3 has a long answer, line 5 a long question."""
    lines = training_lines(count)
    lines[2]["messages"][2]["content"] = "aisle " * 5_000
    lines[4]["messages"][1]["content"] = "aisle " * 5_000
    return lines


def test_for_every_auto_the_rule_and_the_number_are_told(client: OpenAI) -> None:
    made = create(client, training_lines(), numbers={"batch_size": 5})
    assert made.hyperparameters.to_dict() == {"n_epochs": 8, "batch_size": 5, "learning_rate_multiplier": 1.0}
    assert wait_for_job(client, made.id).status == "succeeded"
    said = messages_of(client, made.id)
    assert (
        "Settings: n_epochs 8 (auto: 3, but at least 100 examples in all up to 25 epochs, and at most 25,000); batch_size 5;"
        " learning_rate_multiplier 1 (auto: 1, times the base rate for this model's size)."
    ) in said
    (how,) = [one for one in said if one.startswith("Learning rate")]
    assert how.startswith("Learning rate 0.0005: 0.0005 for supervised training of LoRA of rank 16 (")
    assert ("Precision bfloat16, on cpu." in how) or ("Precision float32, on cpu." in how)


def test_an_example_that_is_too_long_ends_the_job_with_its_line_unless_it_may_be_cut(client: OpenAI) -> None:
    made = create(client, long_lines())
    assert made.method.to_dict()["supervised"]["too_long"] == "error"
    ended = wait_for_job(client, made.id)
    assert (ended.status, ended.error.code) == ("failed", "invalid_training_file")
    assert ended.error.message.startswith("Line 3 of the training file: It has 5,0")


def test_what_is_cut_and_what_is_left_out_is_told_with_its_lines(client: OpenAI) -> None:
    numbers = {"n_epochs": 1, "batch_size": 6}
    made = create(client, long_lines(), numbers=numbers, extras={"too_long": "cut"})
    assert made.method.to_dict()["supervised"]["too_long"] == "cut"
    ended = wait_for_job(client, made.id)
    assert (ended.status, ended.error) == ("succeeded", None)
    said = messages_of(client, made.id)
    assert (
        "Training file: 1 example was cut to the first 4,096 tokens (line 3)."
        " 1 example was left out, because the answer begins behind that (line 5)."
    ) in said
    assert any(one.startswith("Fine-tuning job started: 11 examples, 2 steps") for one in said)
    assert 4_096 < ended.trained_tokens < 4_096 + 10 * 60


def test_an_answer_of_a_pair_may_be_cut_too(client: OpenAI) -> None:
    lines = preference_lines()
    lines[1]["preferred_output"][0]["content"] = "aisle " * 5_000
    lines[3]["input"]["messages"][1]["content"] = "aisle " * 5_000
    made = create(client, lines, kind="dpo", numbers={"n_epochs": 1}, extras={"too_long": "cut"})
    assert wait_for_job(client, made.id).status == "succeeded"
    (said,) = [one for one in messages_of(client, made.id) if one.startswith("Training file:")]
    assert "cut to the first 4,096 tokens (line 2)" in said
    assert "left out, because the answer begins behind that (line 4)" in said


def test_a_file_of_which_cutting_leaves_nothing_fails_in_words(client: OpenAI) -> None:
    lines = training_lines()
    for line in lines:
        line["messages"][1]["content"] = "aisle " * 5_000
    ended = wait_for_job(client, create(client, lines, extras={"too_long": "cut"}).id)
    assert ended.status == "failed"
    assert "nothing is left to learn" in ended.error.message


def test_jobs_wait_in_their_order_and_say_their_place(client: OpenAI) -> None:
    numbers = {"n_epochs": 50, "batch_size": 1}
    running = create(client, training_lines(), numbers=numbers)
    while client.fine_tuning.jobs.retrieve(running.id).status != "running":
        pass
    waiting = [create(client, training_lines(), numbers={"n_epochs": 1}) for _ in range(3)]
    assert [job.queue_position for job in waiting] == [1, 2, 3]
    assert client.fine_tuning.jobs.retrieve(running.id).queue_position is None  # type: ignore[attr-defined]
    assert "It waits for its turn: 3 jobs are before it." in messages_of(client, waiting[2].id)
    assert client.fine_tuning.jobs.pause(waiting[0].id).queue_position is None  # type: ignore[attr-defined]
    assert client.fine_tuning.jobs.retrieve(waiting[1].id).queue_position == 1  # type: ignore[attr-defined]
    assert client.fine_tuning.jobs.resume(waiting[0].id).queue_position == 1  # type: ignore[attr-defined]
    listed = {job.id: job.queue_position for job in client.fine_tuning.jobs.list(limit=4)}  # type: ignore[attr-defined]
    assert [listed[job.id] for job in waiting] == [1, 2, 3]
    client.fine_tuning.jobs.cancel(running.id)
    ended = [wait_for_job(client, job.id) for job in waiting]
    assert [job.status for job in ended] == ["succeeded"] * 3
    assert [job.queue_position for job in ended] == [None] * 3
    finished = [job.finished_at for job in ended]
    assert finished == sorted(finished), "the order of their creation"


def test_the_best_checkpoint_is_named_where_there_is_a_validation_file(client: OpenAI) -> None:
    """Answers that contradict what is trained: the longer it trains, the worse it gets on them."""
    other = training_lines()
    for line in other:
        line["messages"][2]["content"] = "Zebra zebra zebra, of course!"
    numbers = {"n_epochs": 3, "batch_size": 6, "learning_rate_multiplier": 40}
    made = create(client, training_lines(), numbers=numbers, validation_file=upload(client, other))
    job = wait_for_job(client, made.id)
    points = client.fine_tuning.jobs.checkpoints.list(job.id).data
    best = min(points, key=lambda point: point.metrics.full_valid_loss or 0)
    assert best.step_number < 6, "else this example shows nothing"
    assert job.best_checkpoint == best.fine_tuned_model_checkpoint
    (said,) = [one for one in messages_of(client, job.id) if one.startswith("Best checkpoint")]
    assert said.startswith(
        f"Best checkpoint: step {best.step_number} (validation loss {best.metrics.full_valid_loss:.4f}), "
    )
    assert said.endswith("The new model is that of the last step, 6.")
    alone = wait_for_job(client, create(client, training_lines(), numbers={"n_epochs": 1}).id)
    assert alone.best_checkpoint is None


def test_all_weights_are_trained_and_the_best_and_the_last_model_are_kept(
    client: OpenAI, server: TrainerProcess, models: Path
) -> None:
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    numbers = {"n_epochs": 4, "batch_size": 6, "learning_rate_multiplier": 40}
    validation = upload(client, training_lines()[:3])
    made = create(client, training_lines(), numbers=numbers, extras={"training": "full"}, validation_file=validation)
    assert made.method.to_dict()["supervised"]["training"] == "full"
    job = wait_for_job(client, made.id)
    assert (job.status, job.error) == ("succeeded", None)
    points = client.fine_tuning.jobs.checkpoints.list(job.id).data
    kept = {point.step_number for point in points}
    assert kept == {
        8,
        *(point.step_number for point in points if point.fine_tuned_model_checkpoint == job.best_checkpoint),
    }
    folder = server.workspace / "trainer" / "jobs" / job.id
    assert {path.name for path in (folder / "checkpoints").iterdir()} == {f"step-{step}" for step in kept}
    assert not (folder / "state.safetensors").exists()
    said = messages_of(client, job.id)
    assert "Checkpoint of step 2 removed: of whole models the best and the last are kept." in said
    assert any("of all weights of a model of" in one for one in said)
    listed = [model.id for model in client.models.list() if job.id.removeprefix("ftjob-") in model.id]
    assert sorted(listed) == sorted([job.fine_tuned_model, *(point.fine_tuned_model_checkpoint for point in points)])
    last = folder / "checkpoints" / "step-8"
    model = AutoModelForCausalLM.from_pretrained(last)
    assert model.get_input_embeddings().weight.shape[0] == len(AutoTokenizer.from_pretrained(last))
    before, after = load_file(models / NAME / "model.safetensors"), load_file(last / "model.safetensors")
    assert set(before) == set(after)
    assert all(bool((before[name] != after[name].float()).any()) for name in before), "every one has learnt"
    losses = [
        e.data["train_loss"] for e in client.fine_tuning.jobs.list_events(job.id, limit=100) if e.type == "metrics"
    ]
    assert losses[0] < losses[-1] - 0.5


def test_all_weights_may_learn_preferences(client: OpenAI) -> None:
    numbers = {"n_epochs": 4, "batch_size": 6, "learning_rate_multiplier": 100}
    job = wait_for_job(
        client, create(client, preference_lines(), kind="dpo", numbers=numbers, extras={"training": "full"}).id
    )
    assert (job.status, job.error) == ("succeeded", None)
    losses = [
        e.data["train_loss"] for e in client.fine_tuning.jobs.list_events(job.id, limit=100) if e.type == "metrics"
    ]
    assert losses[-1] == pytest.approx(0.693, abs=0.01)
    assert losses[0] < 0.6


def test_a_model_that_is_too_large_for_all_its_weights_is_refused_with_the_reason(models: Path) -> None:
    parameters = sizes.parameters_in(models / NAME)
    assert parameters > 49_152 * 32
    assert sizes.too_large(models / NAME, memory=1 << 30) is None
    reason = sizes.too_large(models / NAME, memory=int(parameters * sizes.FULL_BYTES))
    assert reason is not None
    assert reason.startswith("Full fine-tuning of 2 million weights needs about")


def test_a_huge_model_is_refused_at_creation(client: OpenAI, models: Path) -> None:
    """A header that claims 100 billion weights: no more of a file is read than that."""
    import json
    import shutil

    folder = models / "huge"
    shutil.copytree(models / NAME, folder)
    header = json.dumps({"w": {"dtype": "BF16", "shape": [100_000, 1_000_000], "data_offsets": [0, 2]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    with pytest.raises(openai.BadRequestError, match="'lora' needs far less") as caught:
        create(client, training_lines(), model="huge", extras={"training": "full"})
    assert (caught.value.code, caught.value.param) == ("model_too_large", "method.supervised.training")


def test_a_fully_tuned_training_that_was_killed_goes_on_exactly(client: OpenAI, server: TrainerProcess) -> None:
    import psutil

    from tests.trainer.tiny import losses_of

    ids = []
    for killed in (False, True):
        made = create(client, training_lines(), numbers={"n_epochs": 20, "batch_size": 3}, extras={"training": "full"})
        while killed and len(steps_of(client, made.id)) < 10:
            pass
        if killed:
            assert server.process is not None
            (child,) = psutil.Process(server.process.pid).children()
            child.kill()
        assert wait_for_job(client, made.id).status == "succeeded"
        ids.append(made.id)
    assert any(one.startswith("Going on after step") for one in messages_of(client, ids[1]))
    assert losses_of(client, ids[0]) == losses_of(client, ids[1])
