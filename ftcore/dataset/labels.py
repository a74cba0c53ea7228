"""The labels that a project's answers are, where they are labels."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ftcore.dataset import curation

ALIKE = 60
"""From 0 to 100: how much a label must be like a new one to be offered in its place."""


def known(c: Connection, project_id: int) -> tuple[str, ...]:
    """Every label as it is written, the commonest first; none where answers are text or JSON. As the last check of the whole
    found them."""
    light, _ = curation.light_of(c, project_id)
    if light.kind != "labels":
        return ()
    return tuple(sorted(light.spellings, key=lambda label: (-light.spellings[label], label)))


def closest(label: str, known: Sequence[str]) -> str:
    """The known label that is written most like this one; "" when none is."""
    from rapidfuzz import fuzz, process, utils

    found = process.extractOne(label, known, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=ALIKE)
    return str(found[0]) if found else ""
