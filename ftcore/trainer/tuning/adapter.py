"""LoRA on all linear layers of a frozen base: attached to it, and kept in peft's own format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from ftcore.trainer.tuning.device import quick_bfloat16

__all__ = ["ALPHA", "RANK", "attach", "quick_bfloat16", "save"]

RANK, ALPHA = 16, 32


def attach(base: Any) -> Any:
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
    return get_peft_model(base, config, autocast_adapter_dtype=False)


def save(model: Any, learnt: dict[str, torch.Tensor], room: Path) -> None:
    """`learnt` (parameter name -> values) replaces what the layers hold: it is the exact, float32 copy."""
    model.save_pretrained(room)
    named = {name.replace(".default.", "."): value.detach().cpu().contiguous() for name, value in learnt.items()}
    save_file(named, room / "adapter_model.safetensors", {"format": "pt"})
