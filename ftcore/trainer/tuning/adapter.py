"""The model under training: frozen base, LoRA on all linear layers, and float32 copies of what is learnt."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from ftcore.trainer.hyperparameters import base_rate
from ftcore.trainer.tuning import packing
from ftcore.trainer.tuning.loss import HeadLoss
from ftcore.trainer.tuning.packing import Pack

RANK, ALPHA = 16, 32
WARM_UP = 0.06


def quick_bfloat16() -> bool:
    """Whether this processor computes bfloat16 itself; emulated, it is slower than float32."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name, lambda: False)()) for name in checks)


class Adapter:
    """LoRA in training. The layers compute in `dtype`; AdamW works on float32 copies, so that small steps are not
    lost in bfloat16's 8 bits."""

    def __init__(self, folder: str, seed: int, multiplier: float, total_steps: int, dtype: torch.dtype):
        from peft import LoraConfig, get_peft_model
        from transformers import AutoModelForCausalLM
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

        ALL_ATTENTION_FUNCTIONS.register(packing.ATTENTION, packing.attention)
        torch.manual_seed(seed)
        base = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, attn_implementation=packing.ATTENTION, use_safetensors=True, local_files_only=True
        )
        config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
        self.peft: Any = get_peft_model(base, config, autocast_adapter_dtype=False)
        self.body, self.head = base.get_decoder(), base.get_output_embeddings().weight
        self.names, self.live = zip(*((n, p) for n, p in self.peft.named_parameters() if p.requires_grad), strict=True)
        self.master = [p.detach().float().clone().requires_grad_() for p in self.live]
        self.total_steps = total_steps
        self.rate = base_rate(base.num_parameters()) * multiplier
        self.optimizer = torch.optim.AdamW(self.master, lr=self.rate, weight_decay=0.0, foreach=True)

    def spare_memory(self) -> None:
        """Computes activations twice instead of keeping them, for long examples."""
        self.peft.base_model.model.gradient_checkpointing_enable({"use_reentrant": False})

    def loss(self, pack: Pack, total: int) -> tuple[torch.Tensor, int]:
        """(share of the batch's mean loss, answer tokens guessed right)."""
        states = self.body(
            input_ids=pack.ids, position_ids=pack.positions, use_cache=False, packing=pack
        ).last_hidden_state[0]
        loss, right = HeadLoss.apply(states.index_select(0, pack.asked), self.head, pack.answers, total)
        return loss, int(right)

    def step(self, at: int) -> float:
        """Applies the gathered gradients as step `at` (from 1); returns the gradient's norm before clipping."""
        for master, live in zip(self.master, self.live, strict=True):
            master.grad = torch.zeros_like(master) if live.grad is None else live.grad.float()
            live.grad = None
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
                live.copy_(master)

    def save_adapter(self, target: Path) -> None:
        """peft's own format, in float32; the folder appears whole."""
        if target.is_dir():
            return
        room = target.with_name(f".{target.name}")
        shutil.rmtree(room, ignore_errors=True)
        self.peft.save_pretrained(room)
        learnt = {
            n.replace(".default.", "."): p.detach().contiguous() for n, p in zip(self.names, self.master, strict=True)
        }
        save_file(learnt, room / "adapter_model.safetensors", {"format": "pt"})
        os.replace(room, target)

    def save_state(self, target: Path, progress: dict[str, Any]) -> None:
        """Everything needed to go on as if nothing had happened."""
        tensors = {f"master.{i}": p.detach() for i, p in enumerate(self.master)}
        for i, p in enumerate(self.master):
            kept = self.optimizer.state.get(p, {})
            tensors |= {f"{name}.{i}": value for name, value in kept.items()}
        beside = target.with_suffix(".new")
        save_file(tensors, beside, {"progress": json.dumps(progress)})
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
                names = ("step", "exp_avg", "exp_avg_sq")
                self.optimizer.state[p] = {name: tensors[f"{name}.{i}"] for name in names if f"{name}.{i}" in tensors}
        self._publish()
        return progress


def schedule(step: int, total: int) -> float:
    """The share of the learning rate at a step: up in the first 6%, then down in a straight line to a twentieth."""
    warm = max(1, round(total * WARM_UP))
    if step <= warm:
        return step / warm
    return max(0.05, (total - step + 1) / max(1, total - warm + 1))
