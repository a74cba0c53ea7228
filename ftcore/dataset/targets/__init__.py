"""Training files in the shapes that trainers want. One file a target, and a line in the registry."""

from ftcore.dataset.targets.openai_chat import export as export_openai_chat
from ftcore.dataset.targets.registry import TARGETS, export
from ftcore.dataset.targets.writing import ExportError

__all__ = ["TARGETS", "ExportError", "export", "export_openai_chat"]
