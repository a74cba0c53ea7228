"""Training files in the shapes that trainers want, and tables for people. One file a target, and a line in the registry."""

from ftcore.dataset.targets.exporting import Export, ExportFile, bundle, export_rows
from ftcore.dataset.targets.losses import LossCount, summary
from ftcore.dataset.targets.openai_chat import export as export_openai_chat
from ftcore.dataset.targets.registry import TARGETS, find
from ftcore.dataset.targets.row import ExportRow, Fate, Kind, Loss
from ftcore.dataset.targets.target import Target
from ftcore.dataset.targets.writing import ExportError

__all__ = [
    "TARGETS",
    "Export",
    "ExportError",
    "ExportFile",
    "ExportRow",
    "Fate",
    "Kind",
    "Loss",
    "LossCount",
    "Target",
    "bundle",
    "export_openai_chat",
    "export_rows",
    "find",
    "summary",
]
