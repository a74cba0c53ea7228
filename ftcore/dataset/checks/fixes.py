"""Repairs that are safe to offer, each to be seen before it is taken. They are written beside the checks that find the faults."""

from __future__ import annotations

from collections.abc import Callable

from ftcore.dataset.checks import encoding_damage, labels, leading_label, markup, personal_data, shape, spacing
from ftcore.dataset.limits import Limits
from ftcore.dataset.profiles import UNKNOWN, Profile
from ftcore.records import TrainingExample

Fix = Callable[[TrainingExample, Limits, Profile], TrainingExample]
"""Changes only texts in which the fault is; the very same example when there is nothing that it can do."""

FIXES: dict[str, Fix] = {
    "outer_spaces": spacing.fix_spaces,
    "invisible_characters": spacing.fix_invisible,
    "encoding_damage": encoding_damage.fix,
    "html_entity": markup.fix,
    "label_variant": labels.fix,
    "leading_label": leading_label.fix,
    "personal_data": personal_data.fix,
    "broken_json": shape.fix,
}


def fixable(code: str) -> bool:
    """True when some problems with this code can be repaired: `fix` tells for one example."""
    return code in FIXES


def fix(
    example: TrainingExample, code: str, limits: Limits = Limits(), light: Profile = UNKNOWN
) -> TrainingExample | None:
    """The example without its problems of this kind; None when nothing changes, because there are none or they cannot be
    repaired safely. Done twice it changes nothing more."""
    if code not in FIXES:
        return None
    repaired = FIXES[code](example, limits, light)
    return None if repaired.messages == example.messages else repaired
