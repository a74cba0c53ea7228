"""Texts in capitals where the others are not."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.checks.texts import in_text
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import Profile
from ftcore.dataset.traits.case import is_shouted
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("shouting",)


def look(texts: Texts, _limits: Limits, _light: Profile) -> bool:
    return texts.prompt.isupper() or texts.response.isupper()


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """Hints: some people write so, and a model should understand them; it should not answer so."""
    for where, text in (("prompt", texts.prompt), ("response", texts.response)):
        if is_shouted(text) and light.is_unusual(f"{where}_upper", limits.uncommon):
            message = f"Everything in {in_text(where)} is in capitals; the others are not."
            yield Problem("shouting", Severity.HINT, message, where, 0, len(text))
