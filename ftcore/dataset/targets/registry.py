"""Which module writes which shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ftcore.dataset.targets import openai_chat
from ftcore.dataset.targets.writing import ExportError
from ftcore.records import TrainingExample

TARGETS: dict[str, Callable[[Iterable[TrainingExample], Path], int]] = {"openai_chat": openai_chat.export}


def export(target: str, rows: Iterable[TrainingExample], path: Path) -> int:
    """Writes the rows in the target's shape and gives their number. Raises `ExportError`."""
    if target not in TARGETS:
        raise ExportError(f'There is no export shape "{target}"; there are: {", ".join(TARGETS)}. Nothing was written.')
    return TARGETS[target](rows, path)
