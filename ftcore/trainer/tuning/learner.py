"""The model under training: its layers in `dtype`, AdamW on float32 copies of what is learnt, and its whole state."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.hyperparameters import base_rate
from ftcore.trainer.tuning import adapter, packing, whole
from ftcore.trainer.tuning.device import Device
from ftcore.trainer.tuning.loss import TokenScores
from ftcore.trainer.tuning.order import Order
from ftcore.trainer.tuning.packing import Pack
from ftcore.trainer.tuning.ranks import Ranks

WARM_UP = 0.06
MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class Learner:
    """The layers compute in the device's precision; AdamW works on float32 copies, so that small steps are not lost in
    bfloat16's 8 bits."""

    def __init__(self, order: Order, total_steps: int, device: Device):
        from transformers import AutoModelForCausalLM
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

        ALL_ATTENTION_FUNCTIONS.register(packing.ATTENTION, packing.attention)
        torch.manual_seed(order.seed)
        self.order, self.device, self.total_steps = order, device, total_steps
        loader: Any = AutoModelForCausalLM
        loaded, told = loader.from_pretrained(
            order.model,
            output_loading_info=True,
            dtype=device.dtype,
            attn_implementation=packing.ATTENTION,
            use_safetensors=True,
            local_files_only=True,
        )
        if told["missing_keys"]:  # they would be made up
            message = f"The weights of the base model are not whole: {sorted(told['missing_keys'])[0]} is missing. Nothing was trained."
            raise TrainerError(message, code="model_damaged", param="model")
        self.base: Any = loaded.to(device.name)
        self.parameters = self.base.num_parameters()
        self.model: Any = self.base if order.full else adapter.attach(self.base)
        self.body, self.head = self.base.get_decoder(), self.base.get_output_embeddings().weight
        learnt = [(name, p) for name, p in self.model.named_parameters() if p.requires_grad]
        self.names, self.live = zip(*learnt, strict=True)
        self.master = [_master(p) for p in self.live]
        self.base_rate = base_rate(self.parameters, order.method, order.training)
        self.rate = self.base_rate * order.learning_rate_multiplier
        self.optimizer = torch.optim.AdamW(self.master, lr=self.rate, weight_decay=0.0, foreach=True)

    def spare_memory(self) -> None:
        """Computes activations twice instead of keeping them."""
        self.base.gradient_checkpointing_enable({"use_reentrant": False})
        self.base.train()  # without it the layers keep everything
        for module in self.base.modules():  # chance is for the order of the examples alone: a resumed step is the same
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
            if hasattr(module, "attention_dropout"):
                module.attention_dropout = 0.0

    def scores(self, pack: Pack) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of each answer token [N], whether it was guessed [N])."""
        states = self.body(
            input_ids=pack.ids, position_ids=pack.positions, use_cache=False, packing=pack
        ).last_hidden_state[0]
        found: tuple[torch.Tensor, torch.Tensor] = TokenScores.apply(
            states.index_select(0, pack.asked), self.head, pack.answers
        )
        return found

    def as_before(self) -> AbstractContextManager[Any]:
        """The model without what it has learnt. Fully fine-tuned, it is that only before its first step."""
        return nullcontext() if self.order.full else self.model.disable_adapter()

    def step(self, at: int, ranks: Ranks) -> float:
        """Applies the gradients that all ranks gathered as step `at` (from 1); returns their norm before clipping."""
        for master, live in zip(self.master, self.live, strict=True):
            gradient = torch.zeros_like(master) if live.grad is None else live.grad.float()
            live.grad = None
            master.grad = gradient
        ranks.add_up([master.grad for master in self.master if master.grad is not None])
        norm = torch.nn.utils.clip_grad_norm_(self.master, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * schedule(at, self.total_steps)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._publish()
        return float(norm)

    def _publish(self) -> None:
        with torch.no_grad():
            for master, live in zip(self.master, self.live, strict=True):
                if master is not live:
                    live.copy_(master)

    def save(self, target: Path) -> None:
        """What can be served: an adapter, or a whole model. The folder appears whole."""
        if target.is_dir():
            return
        room = target.with_name(f".{target.name}")
        shutil.rmtree(room, ignore_errors=True)
        if self.order.full:
            whole.save(self.model, Path(self.order.model), room)
        else:
            adapter.save(self.model, dict(zip(self.names, self.master, strict=True)), room)
        os.replace(room, target)

    def save_state(self, target: Path, progress: dict[str, Any]) -> None:
        """Everything needed to go on as if nothing had happened."""
        tensors = {f"master.{i}": p.detach() for i, p in enumerate(self.master)}
        for i, p in enumerate(self.master):
            kept = self.optimizer.state.get(p, {})
            tensors |= {f"{name}.{i}": value for name, value in kept.items()}
        beside = target.with_suffix(".new")
        save_file(
            {name: value.cpu().contiguous() for name, value in tensors.items()},
            beside,
            {"progress": json.dumps(progress)},
        )
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, target)

    def load_state(self, source: Path) -> dict[str, Any]:
        """Takes up the state of `save_state`; returns its progress."""
        from safetensors import safe_open

        with safe_open(source, "pt") as file:
            progress: dict[str, Any] = json.loads(file.metadata()["progress"])
        tensors = load_file(source)
        with torch.no_grad():
            for i, p in enumerate(self.master):
                p.copy_(tensors[f"master.{i}"])
                kept = {name: tensors[f"{name}.{i}"] for name in MOMENTS if f"{name}.{i}" in tensors}
                # AdamW keeps its count of steps on the CPU.
                self.optimizer.state[p] = {n: value if n == "step" else value.to(p.device) for n, value in kept.items()}
        self._publish()
        return progress


def _master(live: torch.Tensor) -> torch.Tensor:
    """A float32 parameter is its own copy."""
    return live if live.dtype == torch.float32 else live.detach().float().clone().requires_grad_()


def schedule(step: int, total: int) -> float:
    """The share of the learning rate at a step: up in the first 6%, then down in a straight line to a twentieth."""
    warm = max(1, round(total * WARM_UP))
    if step <= warm:
        return step / warm
    return max(0.05, (total - step + 1) / max(1, total - warm + 1))
