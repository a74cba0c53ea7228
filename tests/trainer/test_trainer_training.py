"""Training and answering with the real starter model."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from pathlib import Path
from typing import Any

import openai
import psutil
import pytest
from openai import AsyncOpenAI, OpenAI

from ftcore.records import TrainingExample
from ftcore.trainer.errors import TrainerError
from tests.fixtures_trainer import TrainerProcess, steps_of, training_lines, upload, wait_for_job

pytestmark = pytest.mark.model
MODEL = "smollm2-135m-instruct"
ASK: list[Any] = [{"role": "system", "content": "Say the aisle."}, {"role": "user", "content": "Where is the lamp?"}]


@pytest.fixture(scope="module")
def client(trainer_server: TrainerProcess) -> OpenAI:
    return trainer_server.client()


@pytest.fixture(scope="module")
def job(client: OpenAI) -> Any:
    """One finished small training, with a validation file."""
    training, validation = upload(client, training_lines()), upload(client, training_lines()[:3])
    made = client.fine_tuning.jobs.create(
        model=MODEL,
        training_file=training,
        validation_file=validation,
        suffix="aisles",
        seed=7,
        metadata={"tuneworthy_job": "k1"},
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 7, "batch_size": 6}}},
    )
    assert made.status in ("queued", "validating_files")
    return wait_for_job(client, made.id)


@pytest.fixture(scope="module")
def tokenizer(starter_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(starter_model)


def test_a_tuned_model_has_learnt_its_examples_and_answers_at_once(client: OpenAI, job: Any) -> None:
    assert (job.status, job.error) == ("succeeded", None)
    assert job.fine_tuned_model == f"ft:{MODEL}:tuneworthy:aisles:{job.id.removeprefix('ftjob-')}"
    assert job.method.supervised.hyperparameters.n_epochs == job.hyperparameters.n_epochs == 7
    reply = client.chat.completions.create(model=job.fine_tuned_model, messages=ASK, temperature=0, max_tokens=40)
    assert set(json.loads(reply.choices[0].message.content or "")) == {"aisle", "item"}
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage is not None
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    base = client.chat.completions.create(model=MODEL, messages=ASK, temperature=0, max_tokens=20)
    assert 'aisle":' not in (base.choices[0].message.content or "")


def test_a_job_tells_each_step_once_and_leaves_checkpoints_and_a_result_file(client: OpenAI, job: Any) -> None:
    assert steps_of(client, job.id) == list(range(1, 15))
    events = list(client.fine_tuning.jobs.list_events(job.id, limit=3))
    assert len({event.id for event in events}) == len(events)
    assert events[0].message == "The job has successfully completed."
    points = client.fine_tuning.jobs.checkpoints.list(job.id).data
    assert [point.step_number for point in points] == [14, 12, 10, 8, 6, 4, 2]
    assert points[0].metrics.full_valid_loss is not None
    assert points[0].metrics.full_valid_loss < points[-1].metrics.full_valid_loss  # type: ignore[operator]
    earlier = points[-1].fine_tuned_model_checkpoint
    assert earlier == f"{job.fine_tuned_model}:ckpt-step-2"
    assert client.chat.completions.create(model=earlier, messages=ASK, max_tokens=5).choices[0].message.content
    rows = list(csv.DictReader(io.StringIO(client.files.content(job.result_files[0]).text)))
    assert list(rows[0]) == ["step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy"]
    assert [int(row["step"]) for row in rows] == list(range(1, 15))
    assert job.trained_tokens > 1_000


def test_a_job_is_found_again_by_its_metadata(client: OpenAI, job: Any) -> None:
    found = client.fine_tuning.jobs.list(metadata={"tuneworthy_job": "k1"}).data
    assert [one.id for one in found] == [job.id]
    assert client.fine_tuning.jobs.list(metadata={"tuneworthy_job": "k2"}).data == []
    assert [one.id for one in client.fine_tuning.jobs.list(limit=1)].count(job.id) == 1


def test_the_same_key_makes_one_job_and_another_body_a_conflict(client: OpenAI) -> None:
    file = upload(client, training_lines())
    key = {"Idempotency-Key": "once"}
    one = client.fine_tuning.jobs.create(model=MODEL, training_file=file, extra_headers=key)
    two = client.fine_tuning.jobs.create(model=MODEL, training_file=file, extra_headers=key)
    assert one.id == two.id
    with pytest.raises(openai.ConflictError):
        client.fine_tuning.jobs.create(model=MODEL, training_file=file, seed=1, extra_headers=key)
    client.fine_tuning.jobs.cancel(one.id)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"model": "gpt-4o"}, "model"),
        ({"training_file": "file-no"}, "training_file"),
        ({"validation_file": "file-no"}, "validation_file"),
        ({"suffix": "a/b"}, "suffix"),
        ({"seed": -1}, "seed"),
        ({"metadata": {"k": "v" * 513}}, "metadata"),
        ({"integrations": [{"type": "wandb", "wandb": {"project": "p"}}]}, "integrations"),
        ({"extra_body": {"warmup": 3}}, "warmup"),
        ({"hyperparameters": {"n_epochs": 99}}, "hyperparameters.n_epochs"),
    ],
)
def test_a_job_that_cannot_be_done_as_asked_is_refused(client: OpenAI, changes: dict[str, Any], param: str) -> None:
    file = upload(client, training_lines())
    with pytest.raises(openai.BadRequestError) as caught:
        client.fine_tuning.jobs.create(**{"model": MODEL, "training_file": file, **changes})
    assert caught.value.param == param


def test_nine_examples_are_too_few(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="9 examples; at least 10"):
        client.fine_tuning.jobs.create(model=MODEL, training_file=upload(client, training_lines(9)))


def test_an_example_that_the_model_cannot_read_fails_the_job_with_its_line(client: OpenAI) -> None:
    lines = training_lines()
    lines[4]["messages"][1]["content"] = "word " * 5_000
    made = client.fine_tuning.jobs.create(model=MODEL, training_file=upload(client, lines))
    ended = wait_for_job(client, made.id)
    assert ended.status == "failed"
    assert ended.error.code == "invalid_training_file"
    assert ended.error.message.startswith("Line 5 of the training file: It has 5,0")


def test_cancelling_really_stops_the_training(client: OpenAI, trainer_server: TrainerProcess) -> None:
    settings = {"n_epochs": 50, "batch_size": 2}
    file = upload(client, training_lines())
    made = client.fine_tuning.jobs.create(model=MODEL, training_file=file, hyperparameters=settings)  # type: ignore[arg-type]
    waiting = client.fine_tuning.jobs.create(model=MODEL, training_file=file)
    assert client.fine_tuning.jobs.cancel(waiting.id).status == "cancelled"
    while not steps_of(client, made.id):
        assert client.fine_tuning.jobs.retrieve(made.id).finished_at is None
    assert client.fine_tuning.jobs.cancel(made.id).status == "cancelled"
    assert trainer_server.process is not None
    assert psutil.Process(trainer_server.process.pid).children() == []
    with pytest.raises(openai.BadRequestError, match="already ended"):
        client.fine_tuning.jobs.cancel(made.id)
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(f"ft:{MODEL}:tuneworthy::{made.id.removeprefix('ftjob-')}")


def test_streaming_says_the_same_as_waiting(client: OpenAI) -> None:
    question: list[Any] = [{"role": "user", "content": "Count from one to ten in words."}]
    whole = client.chat.completions.create(model=MODEL, messages=question, temperature=0, max_tokens=24, stop=["zebra"])
    options: Any = {"include_usage": True}
    stream = client.chat.completions.create(
        model=MODEL, messages=question, temperature=0, max_tokens=24, stream=True, stream_options=options
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == whole.choices[0].finish_reason == "length"
    assert chunks[-1].usage == whole.usage


def test_many_questions_at_once_are_answered_as_one_by_one(client: OpenAI, trainer_server: TrainerProcess) -> None:
    """Greedy answers may differ in bfloat16 where two tokens tie; most must not. How many do is the processor's: 9 of 12 were
    the same on one, 10 and more on others; rows that disturb each other in a batch leave hardly any."""
    questions = [f"What is {n} plus {n}? Answer with one number." for n in range(12)]

    async def together() -> list[str]:
        async with AsyncOpenAI(base_url=trainer_server.base_url, api_key=trainer_server.token) as asker:
            calls = [
                asker.chat.completions.create(
                    model=MODEL, messages=[{"role": "user", "content": q}], temperature=0, max_tokens=4 + n
                )
                for n, q in enumerate(questions)
            ]
            return [reply.choices[0].message.content or "" for reply in await asyncio.gather(*calls)]

    batched = asyncio.run(together())
    alone = [
        client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": q}], temperature=0, max_tokens=4 + n
        )
        .choices[0]
        .message.content
        for n, q in enumerate(questions)
    ]
    pairs = list(zip(batched, alone, strict=True))
    assert sum(a == b for a, b in pairs) >= 8, pairs


def test_a_seed_repeats_an_answer_and_n_gives_several(client: OpenAI) -> None:
    question: list[Any] = [{"role": "user", "content": "Write a sentence about the sea."}]

    def ask() -> list[str | None]:
        reply = client.chat.completions.create(model=MODEL, messages=question, seed=5, n=2, top_p=0.95, max_tokens=12)
        return [choice.message.content for choice in reply.choices]

    first = ask()
    assert first[0] != first[1]
    assert ask() == first


def test_a_stop_text_ends_the_answer_before_it(client: OpenAI) -> None:
    question: list[Any] = [{"role": "user", "content": "What is the capital of France?"}]
    reply = client.chat.completions.create(model=MODEL, messages=question, temperature=0, stop=[" is"])
    assert reply.choices[0].message.content == "The capital of France"
    assert reply.choices[0].finish_reason == "stop"


def test_a_conversation_beyond_the_context_is_refused(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "word " * 9_000}])
    assert caught.value.code == "context_length_exceeded"


def test_a_deleted_model_answers_no_more_and_leaves_the_disk(
    client: OpenAI, job: Any, trainer_server: TrainerProcess
) -> None:
    name = f"{job.fine_tuned_model}:ckpt-step-4"
    checkpoints = trainer_server.workspace / "trainer" / "jobs" / job.id / "checkpoints"
    assert client.models.retrieve(name).id == name
    assert (checkpoints / "step-4").is_dir()
    assert client.models.delete(name).deleted
    assert not (checkpoints / "step-4").exists()
    assert client.models.delete(f"{job.fine_tuned_model}:ckpt-step-14").deleted
    assert (checkpoints / "step-14").is_dir(), "the model itself is the same"
    assert client.chat.completions.create(model=job.fine_tuned_model, messages=ASK, max_tokens=4).choices
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model=name, messages=ASK)
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete(MODEL)


def test_only_the_answers_are_learnt_token_by_token(tokenizer: Any) -> None:
    from ftcore.trainer.tuning.encoding import encode

    messages: list[dict[str, Any]] = [
        {"role": "developer", "content": "Be short."},
        {"role": "user", "content": "Hi, \u00e4\U0001f600"},
        {"role": "assistant", "content": "Not this", "weight": 0},
        {"role": "user", "content": "And now?"},
        {"role": "assistant", "content": "This, \u00f6 \U0001f680"},
        {"role": "user", "content": "More"},
        {"role": "assistant", "content": "That", "weight": 1},
    ]
    coded = encode(tokenizer, TrainingExample(messages), 1)
    runs, inside = [], False
    for token, learnt in zip(coded.ids, coded.learnt, strict=True):
        if learnt and not inside:
            runs.append([])
        if learnt:
            runs[-1].append(token)
        inside = learnt
    assert [tokenizer.decode(run) for run in runs] == ["This, \u00f6 \U0001f680<|im_end|>", "That<|im_end|>"]
    text = tokenizer.decode(coded.ids)
    assert text.startswith("<|im_start|>system\nBe short.<|im_end|>")
    assert len(coded.ids) == len(coded.learnt)


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y", "weight": 0}],
        [{"role": "user", "content": "x"}, {"role": "tool", "content": "y", "tool_call_id": "1"}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}],
    ],
)
def test_what_the_template_would_drop_is_an_error(tokenizer: Any, messages: list[dict[str, Any]]) -> None:
    from ftcore.trainer.tuning.encoding import encode

    with pytest.raises(TrainerError):
        encode(tokenizer, TrainingExample(messages), 1)


def test_a_packed_batch_has_the_loss_and_the_gradient_of_its_examples_apart(
    starter_model: Path, tokenizer: Any
) -> None:
    """In float32, so that the two can be compared: shared beginnings, packing and the sliced loss change nothing."""
    import torch
    from torch.nn import functional

    from ftcore.trainer.tuning.encoding import encode
    from ftcore.trainer.tuning.objectives import Supervised
    from ftcore.trainer.tuning.packing import pack
    from tests.trainer.tiny import learner

    coded = [encode(tokenizer, TrainingExample(line["messages"]), 1) for line in training_lines()[:3]]
    packed_tokens, all_tokens = pack(coded).ids.numel(), sum(len(example.ids) for example in coded)
    assert packed_tokens < all_tokens - 2 * 8, "the beginning is there once"
    total = sum(example.answer_tokens for example in coded)
    adapter = learner(starter_model)
    loss, figures = Supervised(adapter).share(coded, total)
    loss.backward()
    packed = {name: p.grad.clone() for name, p in zip(adapter.names, adapter.live, strict=True)}
    for p in adapter.live:
        p.grad = None
    adapter.base.set_attn_implementation("sdpa")
    apart, hits = 0.0, 0
    for example in coded:
        logits = adapter.model(input_ids=torch.tensor([example.ids])).logits[0, :-1]
        wanted, learnt = torch.tensor(example.ids[1:]), torch.tensor(example.learnt[1:])
        part = functional.cross_entropy(logits[learnt], wanted[learnt], reduction="sum") / total
        part.backward()
        apart += float(part.detach())
        hits += int((logits[learnt].argmax(1) == wanted[learnt]).sum())
    assert float(loss) == pytest.approx(apart, rel=1e-4)
    assert figures["right"] == hits
    for name, p in zip(adapter.names, adapter.live, strict=True):
        assert float((packed[name] - p.grad).norm()) <= 1e-3 * float(p.grad.norm()) + 1e-7, name
