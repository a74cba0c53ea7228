"""The same conversation twice: it counts double in training, and may sit on both sides of the split."""

from __future__ import annotations

from ftcore.dataset.likeness.digests import digest
from ftcore.records import Problem, Severity, TrainingExample, text_of

CODE = "exact_duplicate"
MESSAGE = "The same conversation is there already, word for word."


def conversation(example: TrainingExample) -> int:
    """A digest of who says what, without spaces at the ends. Tool calls count with their arguments."""
    parts = []
    for message in example.messages:
        parts.append(str(message.get("role")))
        parts.append(text_of(message).strip())
        parts.append(str(message.get("tool_calls") or ""))
    return digest(parts)


def problem(first: int) -> Problem:
    """Of a later one; `first` is the row that it repeats."""
    return Problem(CODE, Severity.WARNING, MESSAGE, "prompt", related=first)
