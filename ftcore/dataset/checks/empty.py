"""Texts that look empty because their characters have no width. What is really empty, the structure's check reports."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.answers import Profile
from ftcore.dataset.checks.texts import in_text
from ftcore.dataset.limits import Limits
from ftcore.dataset.shapes.columns import is_blank
from ftcore.records import Problem, Severity, TrainingExample


def check(example: TrainingExample, _limits: Limits, _light: Profile) -> Iterator[Problem]:
    for where, text in (("prompt", example.prompt), ("response", example.response)):
        if text.strip() and is_blank(text):
            message = f"There is nothing to read in {in_text(where)}: only invisible characters."
            yield Problem("empty", Severity.ERROR, message, where, 0, len(text))
