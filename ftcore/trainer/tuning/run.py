"""One fine-tuning from its order to its adapter, resumable at every moment."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftcore.trainer.checking import examples
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.journal import Journal
from ftcore.trainer.tuning.encoding import Encoded, encode

LONGEST = 4_096
SPARE_ABOVE = 1_024
SAVE_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class Order:
    """What the server wrote into `order.json`."""

    model: str
    training_file: str
    validation_file: str | None
    seed: int
    n_epochs: int
    batch_size: int
    learning_rate_multiplier: float


class Ending:
    """Whether the training was asked to end (called for a signal). Before its first step it ends at once; from then on after the
    step that is under way, with its state saved, so that nothing is done twice."""

    def __init__(self) -> None:
        self.asked = self.training = False

    def __call__(self, *_: object) -> None:
        self.asked = True
        if not self.training:
            raise SystemExit(1)


def run(folder: Path, ending: Ending | None = None) -> None:
    """Trains what `folder/order.json` orders and writes its journal. Raises `TrainerError` for what the user can mend."""
    order = Order(**json.loads((folder / "order.json").read_text()))
    journal = Journal(folder / "metrics.jsonl")
    training, validation = _read(order)
    Training(folder, order, journal, training, validation, ending or Ending()).run()


def _read(order: Order) -> tuple[list[Encoded], list[Encoded]]:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(order.model, local_files_only=True)
    training = encode_file(tokenizer, Path(order.training_file), "training_file")
    validation = encode_file(tokenizer, Path(order.validation_file), "validation_file") if order.validation_file else []
    return training, validation


def encode_file(tokenizer: Any, path: Path, param: str, longest: int = LONGEST) -> list[Encoded]:
    """Every example of the file. Raises `TrainerError` naming the first line that cannot be learnt, and why."""
    found = []
    for line, example in examples(path):
        try:
            coded = encode(tokenizer, example, line)
        except TrainerError as error:
            raise _unusable(line, error.message, param) from error
        if len(coded.ids) > longest:
            reason = f"It has {len(coded.ids):,} tokens, and {longest:,} is the most that is trained on here. Shorten it or leave it out."
            raise _unusable(line, reason, param)
        found.append(coded)
    return found


def _unusable(line: int, reason: str, param: str) -> TrainerError:
    return TrainerError(f"Line {line} of the {param.replace('_', ' ')}: {reason}", code=f"invalid_{param}", param=param)


class Training:
    """The loop. `state.safetensors` is where it goes on; checkpoints are what can be served."""

    def __init__(
        self,
        folder: Path,
        order: Order,
        journal: Journal,
        training: list[Encoded],
        validation: list[Encoded],
        ending: Ending,
    ):
        import torch

        from ftcore.trainer.tuning.adapter import Adapter, quick_bfloat16

        self.folder, self.order, self.journal = folder, order, journal
        self.training, self.validation, self.ending = training, validation, ending
        self.epoch_steps = math.ceil(len(training) / order.batch_size)
        self.total_steps = self.epoch_steps * order.n_epochs
        self.precision = "bfloat16" if quick_bfloat16() else "float32"
        dtype = torch.bfloat16 if self.precision == "bfloat16" else torch.float32
        self.adapter = Adapter(order.model, order.seed, order.learning_rate_multiplier, self.total_steps, dtype)
        if max(len(example.ids) for example in training) > SPARE_ABOVE:
            self.adapter.spare_memory()
        self.state = folder / "state.safetensors"
        self.trained_tokens, self.done_steps = 0, 0

    def run(self) -> None:
        if self.state.is_file():
            progress = self.adapter.load_state(self.state)
            self.done_steps, self.trained_tokens = progress["step"], progress["trained_tokens"]
        counts = {"examples": len(self.training), "total_steps": self.total_steps, "precision": self.precision}
        self.journal.write("ready", **counts, from_step=self.done_steps, at=time.time())
        self.ending.training = True
        if self._loop():
            self.journal.write("done", step=self.total_steps, trained_tokens=self.trained_tokens, at=time.time())

    def _loop(self) -> bool:
        """False when it was asked to end before its end."""
        from ftcore.trainer.tuning.packing import batches

        began, first, saved = time.monotonic(), self.done_steps, time.monotonic()
        for epoch in range(self.done_steps // self.epoch_steps, self.order.n_epochs):
            plan = batches(self.training, self.order.batch_size, self.order.seed, epoch)
            for batch in plan[self.done_steps - epoch * self.epoch_steps :]:
                metrics = self._step(batch)
                ends = self.done_steps % self.epoch_steps == 0
                if ends and self.validation:
                    metrics |= self._validate()
                pace = (time.monotonic() - began) / (self.done_steps - first)
                step = {"step": self.done_steps, "total_steps": self.total_steps}
                self.journal.write("step", **step, **metrics, step_seconds=pace, at=time.time())
                if ends:
                    self.adapter.save_adapter(self._checkpoint())
                    self.journal.write("checkpoint", step=self.done_steps, **metrics)
                if ends or self.ending.asked or time.monotonic() - saved > SAVE_EVERY:
                    self.adapter.save_state(
                        self.state, {"step": self.done_steps, "trained_tokens": self.trained_tokens}
                    )
                    saved = time.monotonic()
                if self.ending.asked and self.done_steps < self.total_steps:
                    return False
        return True

    def _checkpoint(self) -> Path:
        target = self.folder / "checkpoints" / f"step-{self.done_steps}"
        target.parent.mkdir(exist_ok=True)
        return target

    def _step(self, batch: list[Encoded]) -> dict[str, Any]:
        from ftcore.trainer.tuning.packing import micro_batches, pack

        total = sum(example.answer_tokens for example in batch)
        loss, right = 0.0, 0
        for part in micro_batches(batch):
            share, hits = self.adapter.loss(pack(part), total)
            share.backward()
            loss, right = loss + float(share.detach()), right + hits
        if not math.isfinite(loss) or not math.isfinite(self.adapter.step(self.done_steps + 1)):
            raise TrainerError(
                f"The training ran away: the loss at step {self.done_steps + 1} is no number. A smaller"
                " learning_rate_multiplier (a tenth) usually helps; checkpoints before it are kept.",
                code="loss_not_finite",
            )
        self.done_steps += 1
        tokens = sum(len(example.ids) for example in batch)
        self.trained_tokens += tokens
        return {"train_loss": loss, "train_mean_token_accuracy": right / total, "tokens": tokens}

    def _validate(self) -> dict[str, Any]:
        """Over the whole validation file, whose figures the protocol calls `full_valid`."""
        import torch

        from ftcore.trainer.tuning.packing import micro_batches, pack

        total = sum(example.answer_tokens for example in self.validation)
        loss, right = 0.0, 0
        with torch.no_grad():
            for part in micro_batches(sorted(self.validation, key=lambda e: len(e.ids))):
                share, hits = self.adapter.loss(pack(part), total)
                loss, right = loss + float(share.detach()), right + hits
        accuracy = right / total
        names = ("valid_loss", "full_valid_loss"), ("valid_mean_token_accuracy", "full_valid_mean_token_accuracy")
        return dict.fromkeys(names[0], loss) | dict.fromkeys(names[1], accuracy)
