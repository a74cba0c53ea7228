"""Is there memory and disk for this training? Estimates, from the sizes of the model and of its examples."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ftcore.trainer import sizes
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.tuning.learner import Learner
from ftcore.trainer.tuning.packing import MICRO_TOKENS

SPARE_ABOVE = 1_024
ACTIVATION_SHARE = 0.35
ACTIVATIONS = 17
"""Numbers kept for the way back, for each token, layer and hidden place (Korthikanti et al. 2022 count 34 bytes in 16 bit)."""


def activations(config: Any, longest: int, number_bytes: int) -> int:
    """The bytes that a part of a batch keeps between its way there and back."""
    tokens = max(MICRO_TOKENS, longest)
    wide = max(config.hidden_size, getattr(config, "intermediate_size", 0) // 4)
    return int(tokens * config.num_hidden_layers * wide * ACTIVATIONS * number_bytes)


def is_short(learner: Learner, longest: int) -> bool:
    """Whether activations are better computed twice than kept: long examples, or little memory."""
    size = 2 if learner.device.precision == "bfloat16" else 4
    needed = activations(learner.base.config.get_text_config(), longest, size)
    return longest > SPARE_ABOVE or needed > learner.device.memory * ACTIVATION_SHARE


def check(folder: Path, model: Path, memory: int, *, full: bool) -> None:
    """Raises `TrainerError` when all weights are to be trained and memory or disk do not hold them."""
    if not full:
        return
    if reason := sizes.too_large(model, memory):
        raise TrainerError(reason, code="model_too_large", param="method")
    # Two states (the old stays until the new is whole), and the best, the last and a new checkpoint.
    needed = sizes.parameters_in(model) * (2 * 12 + 3 * 4)
    free = shutil.disk_usage(folder).free
    if needed > free:
        message = (
            f"Full fine-tuning of this model writes up to {needed / 2**30:.1f} GB, and {free / 2**30:.1f} GB of disk are free."
            " Make room and start the job again; 'lora' needs far less."
        )
        raise TrainerError(message, code="disk_full")
