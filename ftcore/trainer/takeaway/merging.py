"""An adapter into its base's weights. Run as `python -m ftcore.trainer.takeaway.merging BASE ADAPTER TARGET`: the memory
that it needs (the base's size and a little more) is given back, and the server need not load torch for it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ftcore import supervision


def merge(base: Path, adapter: Path, target: Path) -> None:
    """Writes the merged model's config and safetensors, in the base's own precision, into `target`.

    Computed in float32 and rounded once, as the server does when it answers.
    """
    import torch
    from peft import PeftModel
    from peft.tuners.lora import LoraLayer
    from transformers import AutoModelForCausalLM

    whole: Any = AutoModelForCausalLM.from_pretrained(
        base, dtype="auto", use_safetensors=True, local_files_only=True, trust_remote_code=False, low_cpu_mem_usage=True
    )
    model: Any = PeftModel.from_pretrained(whole, str(adapter))
    with torch.no_grad():
        layers: list[Any] = [module for module in model.modules() if isinstance(module, LoraLayer)]
        for layer in layers:
            weight = layer.get_base_layer().weight
            change = layer.get_delta_weight(model.active_adapter)
            weight.copy_((weight.float() + change.float()).to(weight.dtype))
    merged = model.unload()
    merged.config.name_or_path = ""  # the folder on this machine
    merged.save_pretrained(target, max_shard_size="4GB")


if __name__ == "__main__":
    supervision.share_processor()
    supervision.end_with_supervisor()
    merge(*map(Path, sys.argv[1:4]))
