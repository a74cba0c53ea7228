"""One fine-tuning from its order to its model, resumable at every moment."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from ftcore.trainer import sizes
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.journal import Journal
from ftcore.trainer.tuning import device, likeness, order, reading, room
from ftcore.trainer.tuning.adapter import RANK
from ftcore.trainer.tuning.learner import Learner
from ftcore.trainer.tuning.objectives import Objective, Preferences, Supervised, references
from ftcore.trainer.tuning.order import Ending, Order
from ftcore.trainer.tuning.packing import batches, micro_batches
from ftcore.trainer.tuning.pairs import Item, length, sides
from ftcore.trainer.tuning.ranks import Ranks
from ftcore.trainer.tuning.reading import Read

SAVE_EVERY = 60.0
SAVE_SHARE = 10
"""A state is not saved again before so many times as long as its saving took: a whole model's takes seconds."""


class Silent:
    """The journal of the ranks that write none."""

    def write(self, kind: str, **fields: Any) -> None:
        return


def run(folder: Path, ending: Ending | None = None, ranks: Ranks | None = None) -> None:
    """Trains what `folder/order.json` orders and writes its journal. Raises `TrainerError` for what the user can mend."""
    asked, ranks = order.read(folder), ranks or Ranks()
    journal = Journal(folder / "metrics.jsonl") if ranks.leads else Silent()
    training, validation, longest = reading.read_files(asked)
    for param, read in (("training_file", training), ("validation_file", validation)):
        if said := read.told(param, longest):
            journal.write("said", mark=f"cut-{param}", message=said, level="warn")
    Training(folder, asked, journal, training, validation, ending or Ending(), ranks).run()
    ranks.end()


class Training:
    """The loop. `state.safetensors` is where it goes on; checkpoints are what can be served."""

    def __init__(
        self,
        folder: Path,
        asked: Order,
        journal: Journal | Silent,
        training: Read,
        validation: Read,
        ending: Ending,
        ranks: Ranks,
    ):
        self.folder, self.order, self.journal, self.ranks = folder, asked, journal, ranks
        self.training, self.validation, self.ending = training.items, validation.items, ending
        self.epoch_steps = math.ceil(len(self.training) / asked.batch_size)
        self.total_steps = self.epoch_steps * asked.n_epochs
        self.device = device.choose(ranks.rank, sizes.parameters_in(Path(asked.model)))
        room.check(folder, Path(asked.model), self.device.memory // ranks.world, full=asked.full)
        self.learner = Learner(asked, self.total_steps, self.device)
        longest = max(len(side.ids) for item in self.training for side in sides(item))
        likeness.check(self.learner, sides(self.training[0])[0], longest)
        self.spares = room.is_short(self.learner, longest)
        if self.spares:
            self.learner.spare_memory()
        self.objective: Objective = self._preferences() if asked.method == "dpo" else Supervised(self.learner)
        self.state = folder / "state.safetensors"
        self.trained_tokens, self.done_steps, self.save_pause = 0, 0, SAVE_EVERY

    def run(self) -> None:
        if self.state.is_file():
            progress = self.learner.load_state(self.state)
            self.done_steps, self.trained_tokens = progress["step"], progress["trained_tokens"]
        counts = {"examples": len(self.training), "total_steps": self.total_steps, "precision": self.device.precision}
        self.journal.write("ready", **counts, how=self._how(), from_step=self.done_steps, at=time.time())
        self.ending.training = True
        if self._loop():
            self.journal.write("done", step=self.total_steps, trained_tokens=self.trained_tokens, at=time.time())
            if self.ranks.leads:
                self.state.unlink(missing_ok=True)

    def _how(self) -> str:
        """The event about what was decided here and not by the one who asked."""
        learner, learnt = self.learner, sum(p.numel() for p in self.learner.master)
        what = "all weights" if self.order.full else f"LoRA of rank {RANK} ({learnt / 1e6:.1f} million weights)"
        said = (
            f"Learning rate {learner.rate:g}: {learner.base_rate:g} for {self.order.method} training of {what} of a model of"
            f" {learner.parameters / 1e6:,.0f} million, times {self.order.learning_rate_multiplier:g}; up in the first 6% of"
            f" the steps, then down to a twentieth. Precision {self.device.precision}, on {self.device.name}"
        )
        if self.ranks.world > 1:
            said += f", {self.ranks.world} processes together"
        return said + ("; activations are computed twice, to spare memory." if self.spares else ".")

    def _preferences(self) -> Preferences:
        """With the reference of every pair, computed once: before the first step, and kept."""
        import torch

        kept, pairs = self.folder / "reference.safetensors", [*self.training, *self.validation]
        if kept.is_file():
            return Preferences(self.learner, load_file(kept)["reference"])
        found = references(self.learner, pairs, self.ranks)
        if not bool(torch.isfinite(found).all()):
            raise self._ran_away(1)
        if self.ranks.leads:
            beside = kept.with_suffix(".new")
            save_file({"reference": found}, beside)
            beside.replace(kept)
        said = (
            f"Reference of {len(pairs):,} pairs computed: what the model thinks of their answers before its training."
        )
        self.journal.write("said", mark="reference", message=said)
        return Preferences(self.learner, found)

    def _loop(self) -> bool:
        """False when it was asked to end before its end."""
        began, first, saved = time.monotonic(), self.done_steps, time.monotonic()
        for epoch in range(self.done_steps // self.epoch_steps, self.order.n_epochs):
            plan = batches(self.training, self.order.batch_size, self.order.seed, epoch)
            for batch in plan[self.done_steps - epoch * self.epoch_steps :]:
                metrics = self._step(batch)
                ends = self.done_steps % self.epoch_steps == 0
                if ends and self.validation:
                    metrics |= self._validate()
                asked = self._asked_to_end()
                pace = (time.monotonic() - began) / (self.done_steps - first)
                step = {"step": self.done_steps, "total_steps": self.total_steps}
                self.journal.write("step", **step, **metrics, step_seconds=pace, at=time.time())
                if ends:
                    self._checkpoint(metrics)
                if ends or asked or time.monotonic() - saved > self.save_pause:
                    self._save_state()
                    saved = time.monotonic()
                if asked and self.done_steps < self.total_steps:
                    return False
        return True

    def _asked_to_end(self) -> bool:
        """All ranks agree on it: rank 0 alone hears of it."""
        return self.ranks.sums([float(self.ending.asked)], self.device.name)[0] > 0

    def _checkpoint(self, metrics: dict[str, Any]) -> None:
        if not self.ranks.leads:
            return
        target = self.folder / "checkpoints" / f"step-{self.done_steps}"
        target.parent.mkdir(exist_ok=True)
        self.learner.save(target)
        self.journal.write("checkpoint", step=self.done_steps, **metrics)

    def _save_state(self) -> None:
        if not self.ranks.leads:
            return
        began = time.monotonic()
        self.learner.save_state(self.state, {"step": self.done_steps, "trained_tokens": self.trained_tokens})
        self.save_pause = max(SAVE_EVERY, SAVE_SHARE * (time.monotonic() - began))

    def _step(self, batch: Sequence[Item]) -> dict[str, Any]:
        amount = self.objective.amount(batch)
        figures = self._shares(batch, amount, learn=True)
        if not math.isfinite(figures["loss"]) or not math.isfinite(self.learner.step(self.done_steps + 1, self.ranks)):
            raise self._ran_away(self.done_steps + 1)
        self.done_steps += 1
        tokens = sum(map(length, batch))
        self.trained_tokens += tokens
        return {**self.objective.figures(figures, amount, "train"), "tokens": tokens}

    def _shares(self, items: Sequence[Item], amount: int, *, learn: bool) -> dict[str, float]:
        """The figures of the examples, added up over their parts and over all ranks; the gradients are left in the model."""
        import torch

        sums = dict.fromkeys(self.objective.names, 0.0)
        with torch.set_grad_enabled(learn):
            for part in micro_batches(self.ranks.mine(sorted(items, key=length))):
                loss, figures = self.objective.share(part, amount)
                if learn:
                    loss.backward()
                sums = {name: value + figures[name] for name, value in sums.items()}
        return dict(zip(sums, self.ranks.sums(list(sums.values()), self.device.name), strict=True))

    def _ran_away(self, step: int) -> TrainerError:
        return TrainerError(
            f"The training ran away: the loss at step {step} is no number. A smaller learning_rate_multiplier (a tenth)"
            " usually helps; checkpoints before it are kept. At the first step it is the base model that is damaged.",
            code="loss_not_finite",
        )

    def _validate(self) -> dict[str, Any]:
        """Over the whole validation file, whose figures the protocol calls `full_valid`."""
        amount = self.objective.amount(self.validation)
        figures = self._shares(self.validation, amount, learn=False)
        found = self.objective.figures(figures, amount, "valid")
        return found | {f"full_{name}": value for name, value in found.items() if "margin" not in name}
