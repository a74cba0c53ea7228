"""The checks that compare rows with each other: exact copies, near-duplicates, contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ftcore.dataset.answers import Profile
from ftcore.dataset.checks import contradiction, exact_duplicate, near_duplicate
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, TrainingExample

ACROSS_CODES: frozenset[str] = frozenset(("exact_duplicate", "near_duplicate", "contradiction"))
"""Codes that only a comparison with other rows can give: they come and go with those rows."""


def find_across(examples: Sequence[TrainingExample], limits: Limits, light: Profile) -> Iterator[tuple[int, Problem]]:
    """(row, problem) of all rows compared with each other. `related` is an index into `examples`."""
    for check in (exact_duplicate.check, near_duplicate.check, contradiction.check):
        yield from check(examples, limits, light)
