"""Tuneworthy: should we fine-tune a language model? The names below are the ones for engineers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ftcore.dataset.prepare import FineTuningDataset
    from ftcore.evaluation.evaluator import FineTuneEvaluator
    from ftcore.records import EvaluationResult, TestCase, TrainingExample

__all__ = ["EvaluationResult", "FineTuneEvaluator", "FineTuningDataset", "TestCase", "TrainingExample"]
__version__ = "0.1.0"

_HOMES = {
    "EvaluationResult": "ftcore.records",
    "FineTuneEvaluator": "ftcore.evaluation.evaluator",
    "FineTuningDataset": "ftcore.dataset.prepare",
    "TestCase": "ftcore.records",
    "TrainingExample": "ftcore.records",
}


def __getattr__(name: str) -> Any:
    """Loads a public name when it is first asked for: `import ftcore` alone stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ftcore' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
