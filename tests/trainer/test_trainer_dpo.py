"""Preference training: the loss and the gradient of a known implementation, and what a job of it does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from openai import OpenAI

from ftcore.chat import ChatError
from ftcore.trainer.checking import PAIRS, check_file
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.preferences import parse_pair
from tests.fixtures_trainer import TrainerProcess, jsonl, steps_of, training_lines, upload, wait_for_job
from tests.trainer.tiny import create, learner, messages_of, preference_lines, stir, write_tiny

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def models(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny(starter_model, folder)
    return folder


@pytest.fixture(scope="module")
def tokenizer(starter_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(starter_model)


@pytest.fixture(scope="module")
def client(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenAI]:
    server = TrainerProcess(tmp_path_factory.mktemp("dpo"), {"TUNEWORTHY_MODELS": str(models)}).start()
    yield server.client()
    server.stop()


def encoded(tokenizer: Any, lines: list[dict[str, Any]]) -> list[Any]:
    from ftcore.trainer.tuning.encoding import encode
    from ftcore.trainer.tuning.pairs import EncodedPair

    pairs = [parse_pair(json.dumps(line).encode()) for line in lines]
    return [
        EncodedPair(encode(tokenizer, pair.chosen, at), encode(tokenizer, pair.rejected, at), at, at)
        for at, pair in enumerate(pairs)
    ]


def several_turns() -> dict[str, Any]:
    """An earlier answer belongs to the beginning: it is compared with nothing."""
    said = [
        ("system", "Be kind."),
        ("user", "Hi"),
        ("assistant", "Hello!"),
        ("user", "Where is the \u00f6lk\u00e4nnchen \U0001f680?"),
    ]
    return {
        "input": {"messages": [{"role": role, "content": text} for role, text in said]},
        "preferred_output": [{"role": "assistant", "content": "Aisle B, at the end."}],
        "non_preferred_output": [{"role": "assistant", "content": "Aisle B? Look for yourself."}],
    }


def by_known_trainer(
    ours: Any, tokenizer: Any, pairs: list[Any], beta: float, folder: Path
) -> tuple[float, dict[str, Any]]:
    """Loss and gradients of TRL's DPOTrainer on the model of `ours` as it is, over the same tokens."""
    from datasets import Dataset
    from transformers import AutoModelForCausalLM
    from trl import DPOConfig, DPOTrainer

    ours.base.set_attn_implementation("sdpa")
    rows = []
    for pair in pairs:
        begin = pair.chosen.learnt.index(True)
        assert pair.chosen.ids[:begin] == pair.rejected.ids[:begin]
        row = {"prompt": tokenizer.decode(pair.chosen.ids[:begin])}
        for name in ("chosen", "rejected"):
            side = getattr(pair, name)
            row[name] = tokenizer.decode([id for id, learnt in zip(side.ids, side.learnt, strict=True) if learnt])
        rows.append(row)
    config = DPOConfig(
        output_dir=str(folder), beta=beta, per_device_train_batch_size=len(rows), bf16=False, use_cpu=True,
        gradient_checkpointing=False, report_to=[], disable_dropout=True, max_length=None,
    )  # fmt: skip
    before = AutoModelForCausalLM.from_pretrained(ours.order.model, dtype="float32")
    trainer = DPOTrainer(
        ours.model, before, args=config, train_dataset=Dataset.from_list(rows), processing_class=tokenizer
    )
    batch = trainer.data_collator([trainer.train_dataset[at] for at in range(len(rows))])
    for p in ours.live:
        p.grad = None
    ours.model.train()
    loss = trainer.compute_loss(ours.model, batch)
    loss.backward()
    return loss.item(), {name: p.grad.clone() for name, p in zip(ours.names, ours.live, strict=True)}


@pytest.mark.parametrize("beta", [0.1, 1.5])
def test_loss_and_gradient_are_those_of_a_known_implementation(
    models: Path, tokenizer: Any, tmp_path: Path, beta: float
) -> None:
    from ftcore.trainer.tuning.objectives import Preferences, references
    from ftcore.trainer.tuning.ranks import Ranks

    pairs = encoded(tokenizer, [*preference_lines(4), several_turns()])
    ours = learner(models / "tiny", method="dpo", beta=beta)
    stir(ours)
    loss, figures = Preferences(ours, references(ours, pairs, Ranks())).share(pairs, len(pairs))
    loss.backward()
    gradients = {name: p.grad.clone() for name, p in zip(ours.names, ours.live, strict=True)}
    assert abs(loss.item() - 0.6931) > 1e-4, "the adapter says something, or the test would compare nothing"
    known, wanted = by_known_trainer(ours, tokenizer, pairs, beta, tmp_path)
    assert loss.item() == pytest.approx(known, rel=1e-5)
    assert figures["loss"] == pytest.approx(known, rel=1e-5)
    for name, gradient in gradients.items():
        assert float((gradient - wanted[name]).norm()) <= 1e-4 * float(wanted[name].norm()) + 1e-8, name
    assert any(float(gradient.norm()) > 1e-5 for gradient in gradients.values())


def test_the_question_of_a_pair_is_computed_once(tokenizer: Any) -> None:
    from ftcore.trainer.tuning.packing import pack
    from ftcore.trainer.tuning.pairs import sides

    (pair,) = encoded(tokenizer, [several_turns()])
    begin = pair.chosen.learnt.index(True)
    assert tokenizer.decode(pair.chosen.ids[:begin]).endswith("<|im_start|>assistant\n")
    assert pack(sides(pair)).ids.numel() <= len(pair.chosen.ids) + len(pair.rejected.ids) - begin


def test_before_the_first_step_nothing_is_preferred(models: Path, tokenizer: Any) -> None:
    from ftcore.trainer.tuning.objectives import Preferences, references
    from ftcore.trainer.tuning.ranks import Ranks

    pairs = encoded(tokenizer, preference_lines(3))
    for training in ("lora", "full"):
        ours = learner(models / "tiny", method="dpo", training=training)
        loss, _ = Preferences(ours, references(ours, pairs, Ranks())).share(pairs, len(pairs))
        assert loss.item() == pytest.approx(0.693147, abs=1e-5)


def test_the_starter_model_comes_to_prefer_what_was_preferred(
    starter_model: Path, trainer_server: TrainerProcess
) -> None:
    client = trainer_server.client()
    numbers = {"n_epochs": 3, "batch_size": 4, "beta": 0.2}
    lines = preference_lines()
    made = create(
        client, lines, model=starter_model.name, kind="dpo", numbers=numbers, validation_file=upload(client, lines[:3])
    )
    job = wait_for_job(client, made.id)
    assert (job.status, job.error) == ("succeeded", None)
    events = [e.data for e in client.fine_tuning.jobs.list_events(job.id, limit=100) if e.type == "metrics"][::-1]
    assert events[0]["train_loss"] == pytest.approx(0.693, abs=0.02)
    assert events[-1]["train_loss"] < 0.5
    assert events[-1]["train_mean_token_accuracy"] == 1.0, (
        "the share of pairs in which the preferred answer gained more"
    )
    assert events[-1]["train_reward_margin"] > 0.3
    assert events[-1]["full_valid_loss"] < 0.5
    assert client.models.retrieve(job.fine_tuned_model).id == job.fine_tuned_model


def test_a_job_of_preferences_echoes_its_method_and_its_older_form(client: OpenAI) -> None:
    made = create(client, preference_lines(), kind="dpo", numbers={"n_epochs": 2, "batch_size": 5, "beta": "auto"})
    assert made.method.type == "dpo"
    assert made.method.dpo.hyperparameters.to_dict() == {
        "n_epochs": 2, "batch_size": 5, "learning_rate_multiplier": 1.0, "beta": 0.1,
    }  # fmt: skip
    assert made.hyperparameters.to_dict() == {"n_epochs": 2, "batch_size": 5, "learning_rate_multiplier": 1.0}
    job = wait_for_job(client, made.id)
    assert (job.status, job.error) == ("succeeded", None)
    assert steps_of(client, job.id) == list(range(1, 7))
    said = messages_of(client, job.id)
    assert "Reference of 12 pairs computed: what the model thinks of their answers before its training." in said
    assert any("beta 0.1 (auto: 0.1, how strongly to keep near the model before)" in one for one in said)
    assert any(one.startswith("Learning rate 5e-05: 5e-05 for dpo training of LoRA") for one in said)


def test_a_file_and_a_method_that_do_not_belong_together_are_refused(client: OpenAI) -> None:
    for lines, kind in ((training_lines(), "dpo"), (preference_lines(), "supervised")):
        with pytest.raises(openai.BadRequestError, match="learns from") as caught:
            create(client, lines, kind=kind)
        assert (caught.value.code, caught.value.param) == ("invalid_training_file", "training_file")
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, preference_lines(), kind="dpo", validation_file=upload(client, training_lines()))
    assert (caught.value.code, caught.value.param) == ("invalid_validation_file", "validation_file")


def test_reinforcement_is_refused_in_words(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="'supervised' and 'dpo' are") as caught:
        create(client, preference_lines(), kind="reinforcement")
    assert caught.value.param == "method.type"


@pytest.mark.parametrize(
    ("kind", "numbers", "extras", "param"),
    [
        ("dpo", {"beta": 0}, {}, "method.dpo.hyperparameters.beta"),
        ("dpo", {"beta": 2.1}, {}, "method.dpo.hyperparameters.beta"),
        ("supervised", {"beta": 0.1}, {}, "method.supervised.hyperparameters.beta"),
        ("dpo", {}, {"training": "some"}, "method.dpo.training"),
        ("supervised", {}, {"too_long": True}, "method.supervised.too_long"),
        ("supervised", {}, {"warmup": 1}, "method.supervised.warmup"),
    ],
)
def test_what_a_method_does_not_know_is_refused_by_name(
    client: OpenAI, kind: str, numbers: dict[str, Any], extras: dict[str, Any], param: str
) -> None:
    lines = preference_lines() if kind == "dpo" else training_lines()
    with pytest.raises(openai.BadRequestError) as caught:
        create(client, lines, kind=kind, numbers=numbers, extras=extras)
    assert caught.value.param == param


def test_a_file_never_mixes_pairs_and_conversations(tmp_path: Path) -> None:
    file = tmp_path / "f.jsonl"
    file.write_bytes(jsonl([*preference_lines(2), *training_lines(1)]))
    with pytest.raises(TrainerError, match=r"line 3: It is a conversation, and the file began with a preference pair"):
        check_file(file, "f.jsonl")
    file.write_bytes(jsonl([*training_lines(2), *preference_lines(1)]))
    with pytest.raises(TrainerError, match=r"line 3: It is a preference pair, and the file began with a conversation"):
        check_file(file, "f.jsonl")
    file.write_bytes(b"\n" + jsonl(preference_lines(2)))
    assert (check_file(file, "f.jsonl").kind, check_file(file, "f.jsonl").examples) == (PAIRS, 2)
    about = training_lines(1)[0]
    about["messages"][1]["content"] = 'What does {"preferred_output": [], "non_preferred_output": []} mean?'
    file.write_bytes(jsonl([about]))
    assert check_file(file, "f.jsonl").examples == 1, "a text about pairs is no pair"


PAIR = preference_lines(1)[0]
ANSWER = [{"role": "assistant", "content": "x"}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"preferred_output": []}, "a list of one message"),
        ({"preferred_output": [*ANSWER, *ANSWER]}, "a list of one message"),
        ({"preferred_output": [{"role": "user", "content": "x"}]}, "a message of the assistant"),
        ({"non_preferred_output": PAIR["preferred_output"]}, "are the same"),
        ({"input": {"messages": []}}, "a list of"),
        ({"input": {"messages": [*PAIR["input"]["messages"], *ANSWER]}}, "ends with the assistant"),
        ({"input": {"messages": ["hello"]}}, "Message 1"),
        ({"input": {"messages": PAIR["input"]["messages"], "mood": 1}}, '"mood"'),
        ({"mood": 1}, '"mood"'),
        ({"preferred_output": [{"role": "assistant", "content": " "}]}, "With preferred_output: "),
        ({"input": {"messages": [{"role": "king", "content": "x"}]}}, "king"),
        ({"preferred_output": [{"role": "assistant", "content": "half \ud800"}]}, "half a character"),
        ({"input": {**PAIR["input"], "tools": 3}}, '"tools" is no list'),
        ({"input": {**PAIR["input"], "parallel_tool_calls": 3}}, "parallel_tool_calls"),
    ],
)
def test_a_pair_that_cannot_be_learnt_is_refused_in_words(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ChatError, match=said):
        parse_pair(json.dumps({**PAIR, **change}).encode())
