"""Full fine-tuning: a checkpoint is a model folder of its own, which serves like a base."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

KEPT = frozenset((".json", ".jinja", ".txt", ".model"))
WRITTEN = frozenset(("config.json", "generation_config.json", "model.safetensors.index.json", "models.json"))


def save(model: Any, base: Path, room: Path) -> None:
    """The weights as the layers compute with them, the configuration, and the base's tokenizer unchanged."""
    model.save_pretrained(room, safe_serialization=True)
    for path in sorted(base.iterdir()):
        if path.is_file() and path.suffix in KEPT and path.name not in WRITTEN:
            shutil.copyfile(path, room / path.name)
