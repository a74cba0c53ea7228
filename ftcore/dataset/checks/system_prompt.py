"""Few examples with other instructions than the rest: the model would learn two ways, and be asked in one."""

from __future__ import annotations

from collections.abc import Iterator

from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import ENOUGH_ROWS, Profile
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity

CODES = ("other_system",)
MOSTLY = 0.8


def look(texts: Texts, _limits: Limits, light: Profile) -> bool:
    return light.rows >= ENOUGH_ROWS and texts.system.strip() != light.usual_system()


def check(texts: Texts, limits: Limits, light: Profile) -> Iterator[Problem]:
    """Hints on the few, where four of five examples have the same system message (or none)."""
    system, usual = texts.system.strip(), light.usual_system()
    if usual is None or system == usual or light.systems[usual] < MOSTLY * light.rows:
        return
    if not usual:
        message = "This example has a system message; nearly all others have none."
    elif not system:
        message = "This example has no system message; nearly all others have the same one."
    else:
        message = "This system message differs from that of nearly all other examples."
    yield Problem(
        "other_system", Severity.HINT, message, "system", 0 if system else None, len(texts.system) if system else None
    )
