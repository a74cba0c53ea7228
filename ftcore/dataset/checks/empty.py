"""Texts that look empty because their characters have no width. What is really empty, the structure's check reports."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.checks.texts import in_text
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.shapes.columns import is_blank
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("empty",)


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    return not (texts.prompt[:1].isalnum() and texts.response[:1].isalnum())


def check(texts: Texts, _limits: Limits, _light: Profile) -> Iterator[Problem]:
    for where, text in (("prompt", texts.prompt), ("response", texts.response)):
        if text and not text.isspace() and is_blank(text):
            message = f"There is nothing to read in {in_text(where)}: only invisible characters."
            yield Problem("empty", Severity.ERROR, message, where, 0, len(text))
