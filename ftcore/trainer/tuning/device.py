"""Where the arithmetic is done, in which precision, and how much memory there is.

CPU alone could be tried on the machine that this was written on: what concerns CUDA and MPS was not run here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import psutil
import torch

ROOM = 0.25
"""Of the memory, for the weights of a model that is trained in float32."""
PRECISION = "TUNEWORTHY_TRAINER_PRECISION"
"""float32 or bfloat16, where one wants another than the device's own: to compare figures, say."""


def quick_bfloat16() -> bool:
    """Whether this processor computes bfloat16 itself; emulated, it is slower than float32."""
    checks = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name, lambda: False)()) for name in checks)


@dataclass(frozen=True, slots=True)
class Device:
    """`memory` is the bytes that there are in all."""

    name: str
    dtype: torch.dtype
    memory: int

    @property
    def precision(self) -> str:
        return str(self.dtype).removeprefix("torch.")


def choose(rank: int = 0, trained: int | None = None) -> Device:
    """CUDA (the device of this rank), else Apple's MPS, else the CPU. `trained`: how many weights the model has that is to be
    trained there; None to answer with it."""
    ram = psutil.virtual_memory().total
    asked = {"float32": torch.float32, "bfloat16": torch.bfloat16}.get(os.environ.get(PRECISION, ""))
    if torch.cuda.is_available():  # not run here
        torch.cuda.set_device(rank)
        dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
        return Device(f"cuda:{rank}", asked or dtype, torch.cuda.get_device_properties(rank).total_memory)
    if torch.backends.mps.is_available():  # not run here; float32, which every version of MPS computes rightly
        return Device("mps", asked or torch.float32, ram)
    return Device("cpu", asked or (torch.bfloat16 if _rounds(trained, ram) else torch.float32), ram)


def _rounds(trained: int | None, ram: int) -> bool:
    """bfloat16 on a CPU? Answering is quicker with it. Training is not, unless the processor multiplies whole tiles (AMX):
    measured with AVX-512 BF16 alone, 285 tokens a second against 460, at a validation loss 1.3% higher; so only for what
    float32 has no room for."""
    if not quick_bfloat16():
        return False
    tiles = bool(getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)())
    return trained is None or tiles or trained * 4 > ram * ROOM
