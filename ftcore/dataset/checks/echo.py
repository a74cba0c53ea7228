"""Answers that say the question again, before the answer or instead of it."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import ENOUGH_ROWS, Profile
from ftcore.dataset.traits import echoes
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("echo",)


def look(texts: Texts, limits: Limits, light: Profile) -> bool:
    if light.kind != "text" or light.rows < ENOUGH_ROWS:
        return False
    return echoes.echo(texts.prompt, texts.response, limits.echo) is not None


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """A warning when the answer says nothing else, and hardly any other example does so (stories are continued, texts proof-read)."""
    found = echoes.echo(texts.prompt, texts.response, limits.echo) if light.kind == "text" else None
    if found is None or not light.is_unusual("echo", limits.uncommon):
        return
    start, end = found
    if end - start >= limits.echo * len(texts.response.strip()):
        yield Problem("echo", Severity.WARNING, "The answer only says the question again.", "response", start, end)
    else:
        message = "The answer begins by saying the question again; the others do not."
        yield Problem("echo", Severity.HINT, message, "response", start, end)
