"""The same conversation twice: it counts double in training, and may sit on both sides of the split."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ftcore.dataset.answers import Profile
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, Severity, TrainingExample, text_of


def check(examples: Sequence[TrainingExample], _limits: Limits, _light: Profile) -> Iterator[tuple[int, Problem]]:
    """The later ones are reported, each with the first."""
    first: dict[tuple[tuple[str, str], ...], int] = {}
    for row, example in enumerate(examples):
        at = first.setdefault(conversation(example), row)
        if at != row:
            message = "The same conversation is there already, word for word."
            yield row, Problem("exact_duplicate", Severity.WARNING, message, "prompt", related=at)


def conversation(example: TrainingExample) -> tuple[tuple[str, str], ...]:
    """Who says what, without spaces at the ends. Tool calls count with their arguments."""
    return tuple(
        (str(message.get("role")), text_of(message).strip() + str(message.get("tool_calls") or ""))
        for message in example.messages
    )
