"""Training tokens a second against TRL's SFTTrainer with its defaults: same model, data, batch, adapter, rate and epochs.

Both learn the answer's tokens only, and one piece of code judges both by the validation loss, in float32. What each
ingredient of ours brings is measured by taking it away, a few batches each, in turn.
"""

from __future__ import annotations

import contextlib
import csv
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from ftcore.trainer import starter
from tests.bench.measure import Row
from tests.conftest import SHARED

TRAINED, JUDGED, BATCH, EPOCHS, SEED = 48, 24, 8, 2, 7
SYSTEM = (
    "You sort the questions of a bank's customers. Answer with the name of the intent alone, in lower case, with"
    " underscores between its words, as in card_arrival or exchange_rate. If several fit, choose the one that the customer"
    " would have to be told about first."
)


def lines(system: str) -> list[dict[str, Any]]:
    with (SHARED / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:: 10_003 // (TRAINED + JUDGED)][: TRAINED + JUDGED]
    begin = [{"role": "system", "content": system}] if system else [{"role": "system", "content": "Sort."}]
    return [
        {
            "messages": [
                *begin,
                {"role": "user", "content": row["text"]},
                {"role": "assistant", "content": row["category"]},
            ]
        }
        for row in rows
    ]


def divided(system: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every third line judges, so that both halves have all intents."""
    found = lines(system)
    judged = found[::3][:JUDGED]
    return [line for line in found if line not in judged][:TRAINED], judged


def encoded(rows: list[dict[str, Any]]) -> list[Any]:
    from transformers import AutoTokenizer

    from ftcore.records import TrainingExample
    from ftcore.trainer.tuning.encoding import encode

    tokenizer = AutoTokenizer.from_pretrained(starter.folder())
    return [encode(tokenizer, TrainingExample(row["messages"]), at) for at, row in enumerate(rows)]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the clock and of the processors: the latter say the same on a machine that others use too."""

    clock: float
    processors: float


def spent(what: Callable[[], object]) -> Spent:
    clock, processors = time.perf_counter(), time.process_time()
    what()
    return Spent(time.perf_counter() - clock, time.process_time() - processors)


def by_us(training: list[dict[str, Any]], folder: Path) -> tuple[Spent, Any]:
    """(from before the first step to after the last checkpoint and state, the model)."""
    from peft import PeftModel

    from ftcore.trainer.journal import Journal
    from ftcore.trainer.tuning import order, reading
    from ftcore.trainer.tuning.ranks import Ranks
    from ftcore.trainer.tuning.run import Training

    (folder / "train.data").write_text("".join(json.dumps(line) + "\n" for line in training))
    asked = order.Order(str(starter.folder()), str(folder / "train.data"), None, SEED, EPOCHS, BATCH, 1.0)
    read, none, _ = reading.read_files(asked)
    ours = Training(folder, asked, Journal(folder / "metrics.jsonl"), read, none, order.Ending(), Ranks())
    took = spent(ours.run)
    return took, PeftModel.from_pretrained(base(), folder / "checkpoints" / f"step-{ours.total_steps}")


def base() -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(starter.folder(), dtype="float32")


def by_trl(training: list[dict[str, Any]], folder: Path) -> tuple[Spent, Any]:
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    from ftcore.trainer.hyperparameters import base_rate
    from ftcore.trainer.tuning.adapter import ALPHA, RANK

    rows = [{"prompt": line["messages"][:-1], "completion": line["messages"][-1:]} for line in training]
    config = SFTConfig(
        output_dir=str(folder), per_device_train_batch_size=BATCH, num_train_epochs=EPOCHS, learning_rate=base_rate(134_500_000),
        seed=SEED, use_cpu=True, report_to=[], save_strategy="no", disable_tqdm=True,
    )  # fmt: skip
    trainer = SFTTrainer(
        str(starter.folder()),
        args=config,
        train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(starter.folder()),
        peft_config=LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM"),
    )
    return spent(trainer.train), trainer.model


def judged(model: Any, examples: list[Any]) -> float:
    """The mean loss of an answer's token, in float32 and without dropout; packing changes no figure (tests/trainer)."""
    import torch

    from ftcore.trainer.tuning.learner import Learner
    from ftcore.trainer.tuning.packing import ATTENTION, micro_batches, pack

    whole = model.float().eval()
    inner = whole.get_base_model() if hasattr(whole, "get_base_model") else whole
    inner.set_attn_implementation(ATTENTION)
    asked: Any = SimpleNamespace(body=inner.get_decoder(), head=inner.get_output_embeddings().weight)
    total, tokens = 0.0, 0
    with torch.no_grad():
        for part in micro_batches(examples):
            found, _ = Learner.scores(asked, pack(part))
            total, tokens = total - float(found.sum()), tokens + len(found)
    return total / tokens


def compared(system: str, what: str) -> Iterator[Row]:
    training, judging = divided(system)
    examples = encoded(judging)
    tokens = EPOCHS * sum(len(example.ids) for example in encoded(training))
    with tempfile.TemporaryDirectory() as folder:
        ours, model = by_us(training, Path(folder))
        loss = judged(model, examples)
    with tempfile.TemporaryDirectory() as folder:
        theirs, model = by_trl(training, Path(folder))
        known = judged(model, examples)
    how = f"{tokens:,} tokens; validation loss {loss:.4f} against {known:.4f}; processor seconds {ours.processors:.0f} against {theirs.processors:.0f}"
    yield Row(f"training, {what}", tokens / ours.clock, tokens / theirs.clock, how, "tokens/s")


@contextlib.contextmanager
def nothing_shared() -> Iterator[None]:
    from ftcore.trainer.tuning import packing

    kept = packing.common
    packing.common = lambda one, other: 0
    try:
        yield
    finally:
        packing.common = kept


def ingredients(system: str) -> Iterator[Row]:
    """The same batches with one thing taken away: how much slower it gets."""
    import torch

    from ftcore.trainer.tuning.device import Device, choose
    from ftcore.trainer.tuning.learner import Learner
    from ftcore.trainer.tuning.objectives import Supervised
    from ftcore.trainer.tuning.order import Order
    from ftcore.trainer.tuning.packing import batches

    order = Order(str(starter.folder()), "", None, SEED, 1, BATCH, 1.0)
    learner = Learner(order, 10, choose(trained=1))
    rounded = Learner(order, 10, Device("cpu", torch.bfloat16, learner.device.memory))
    examples = encoded(divided(system)[0])
    plan = batches(examples, BATCH, SEED, 0)[:1]

    def trained(by: Learner, plan: list[list[Any]]) -> None:
        for batch in plan:
            loss, _ = Supervised(by).share(batch, 100)
            loss.backward()
        for live in by.live:
            live.grad = None

    def padded(plan: list[list[Any]]) -> list[list[Any]]:
        found = []
        for batch in plan:
            wide = max(len(e.ids) for e in batch)
            found.append(
                [
                    replace(e, ids=e.ids + [2] * (wide - len(e.ids)), learnt=e.learnt + [False] * (wide - len(e.ids)))
                    for e in batch
                ]
            )
        return found

    def unshared(by: Learner, plan: list[list[Any]]) -> None:
        with nothing_shared():
            trained(by, plan)

    def everywhere(plan: list[list[Any]]) -> list[list[Any]]:
        return [[replace(e, learnt=[False] + [True] * (len(e.ids) - 1)) for e in batch] for batch in plan]

    ways: dict[str, Callable[[], None]] = {
        "all ingredients": lambda: trained(learner, plan),
        "bfloat16 instead of float32": lambda: trained(rounded, plan),
        "logits of all tokens, not of the answers' alone": lambda: trained(learner, everywhere(plan)),
        "beginnings not shared": lambda: unshared(learner, plan),
        "not shared, and padded": lambda: unshared(learner, padded(plan)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(4):
        for name, way in ways.items():
            took = spent(way)
            if turn:  # the first is not counted
                seconds[name].append(took.processors)
    tokens = sum(len(e.ids) for batch in plan for e in batch)
    best = tokens / median(seconds.pop("all ingredients"))
    for name, found in seconds.items():
        yield Row(
            f"training without one: {name}",
            best,
            tokens / median(found),
            "a batch of 8, median of 3, by processor seconds",
            "tokens/s",
        )


def run() -> Iterator[Row]:
    starter.fetch()
    yield from compared(SYSTEM, "one system prompt")
    with nothing_shared():
        yield from compared("", "a system prompt of one word, and nothing shared")
    yield from ingredients(SYSTEM)
