"""GGUF to a normal model folder. Run as `python -m ftcore.trainer.conversion FILE.gguf FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any


def convert(gguf: Path, target: Path) -> None:
    """Writes weights (bfloat16 safetensors), tokenizer and chat template of a GGUF file into `target`."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    read = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name)
    tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
    config = read.config
    # What says "quantized" refuses to be saved, and would make every later load look for a GGUF file.
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    model: Any = type(read)(config)
    model.load_state_dict(read.state_dict())
    model.generation_config = GenerationConfig(eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    # The weights were 4-bit: bfloat16 holds them at half the size of float32.
    model.to(torch.bfloat16).save_pretrained(target)
    tokenizer.save_pretrained(target)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
