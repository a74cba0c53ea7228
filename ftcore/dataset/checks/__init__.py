"""What may be wrong with examples. One file a check, and a line in the registry below.

A row check sees one example in the light of the data set (its `Profile`); a data set check compares rows with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ftcore.chat import validate
from ftcore.dataset.answers import Profile, profile
from ftcore.dataset.checks import (
    contradiction,
    empty,
    encoding_damage,
    exact_duplicate,
    length,
    near_duplicate,
    personal_data,
    placeholder,
    refusal,
    truncated,
)
from ftcore.dataset.limits import Limits
from ftcore.records import Problem, Severity, TrainingExample

__all__ = [
    "DATASET_CHECKS",
    "DATASET_CODES",
    "ROW_CHECKS",
    "Limits",
    "Profile",
    "check_one",
    "find_problems",
    "profile",
]

RowCheck = Callable[[TrainingExample, Limits, Profile], Iterator[Problem]]
DatasetCheck = Callable[[Sequence[TrainingExample], Limits, Profile], Iterator[tuple[int, Problem]]]

ROW_CHECKS: tuple[RowCheck, ...] = (
    empty.check,
    length.check,
    truncated.check,
    refusal.check,
    placeholder.check,
    encoding_damage.check,
    personal_data.check,
)
DATASET_CHECKS: tuple[DatasetCheck, ...] = (exact_duplicate.check, near_duplicate.check, contradiction.check)
DATASET_CODES = frozenset(("exact_duplicate", "near_duplicate", "contradiction"))
"""Codes that only `find_problems` can give: they come and go with other rows."""
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2}


def find_problems(examples: Sequence[TrainingExample], limits: Limits = Limits()) -> list[list[Problem]]:
    """The problems of each example, aligned with `examples`, errors first. `related` is an index into `examples`."""
    light = profile(examples)
    found = [check_one(example, limits, light) for example in examples]
    for check in DATASET_CHECKS:
        for row, problem in check(examples, limits, light):
            found[row].append(problem)
    for problems in found:
        problems.sort(key=lambda problem: ORDER[problem.severity])
    return found


def check_one(example: TrainingExample, limits: Limits = Limits(), light: Profile | None = None) -> list[Problem]:
    """The problems that an example has by itself, for a re-check after an edit. `light` is the data set's `profile`; without
    it the rules that need it keep still, or warn of less."""
    problems = validate(example)
    for check in ROW_CHECKS:
        problems.extend(check(example, limits, light or Profile()))
    return problems
