"""How large a model is, and whether the machine can train every weight of it. Reads headers only; no torch."""

from __future__ import annotations

import json
import math
from pathlib import Path

import psutil

FULL_BYTES = 24
"""A weight in training, at most: itself and its gradient (4 + 4 in float32), both again for the optimiser in float32
beside bfloat16, and AdamW's two means (8)."""
SHARE = 0.7
"""Of the machine's memory; the rest is for activations, the server and everybody else."""
LARGEST_HEADER = 100 << 20


def parameters_in(folder: Path) -> int:
    """The number of weights in the folder's safetensors files, from their headers. Raises `ValueError` on a damaged one."""
    single = folder / "model.safetensors"
    files = [single] if single.is_file() else sorted(folder.glob("model-*.safetensors"))
    return sum(map(_parameters, files))


def _parameters(path: Path) -> int:
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > LARGEST_HEADER:
            raise ValueError(f"{path.name} is no safetensors file")
        header = json.loads(file.read(length))
    return sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")


def too_large(folder: Path, memory: int | None = None) -> str | None:
    """Why a model cannot be fully fine-tuned with `memory` bytes (this machine's, when not given); None when it can."""
    memory = psutil.virtual_memory().total if memory is None else memory
    parameters = parameters_in(folder)
    needed = parameters * FULL_BYTES
    if needed <= memory * SHARE:
        return None
    return (
        f"Full fine-tuning of {parameters / 1e6:,.0f} million weights needs about {needed / 2**30:.1f} GB of memory, and"
        f" {memory * SHARE / 2**30:.1f} of this device's {memory / 2**30:.1f} GB may be used. 'lora' needs far less."
    )
