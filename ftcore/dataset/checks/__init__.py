"""What may be wrong with examples. One file a check, and a line in the registry below.

A row check sees one example in the light of the data set (its `Profile`); `across` compares rows with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from ftcore.chat import validate
from ftcore.dataset.answers import Profile, Profiler, profile
from ftcore.dataset.checks import (
    echo,
    empty,
    encoding_damage,
    labels,
    language,
    leading_label,
    length,
    markup,
    outlier,
    personal_data,
    placeholder,
    refusal,
    repetition,
    shape,
    shouting,
    spacing,
    system_prompt,
    truncated,
)
from ftcore.dataset.checks.across import ACROSS_CODES, find_across
from ftcore.dataset.limits import LIMITS, Limits, Threshold
from ftcore.dataset.profiles import UNKNOWN
from ftcore.dataset.traits.signs import without_signs
from ftcore.dataset.traits.texts import Texts
from ftcore.records import Problem, Severity, TrainingExample

__all__ = [
    "CODES",
    "DATASET_CODES",
    "LIMITS",
    "ROW_CHECKS",
    "ROW_CODES",
    "STRUCTURE_CODES",
    "Limits",
    "Profile",
    "Profiler",
    "Threshold",
    "check_many",
    "check_one",
    "find_problems",
    "profile",
]

RowCheck = Callable[[Texts, Limits, Profile], Iterator[Problem]]
Look = Callable[[Texts, Limits, Profile], bool]
"""Each check has a first look, which costs hardly anything and is False for most examples: then `check` would find nothing."""

MODULES = (
    empty,
    length,
    outlier,
    truncated,
    shape,
    labels,
    refusal,
    placeholder,
    encoding_damage,
    spacing,
    markup,
    leading_label,
    language,
    echo,
    repetition,
    shouting,
    system_prompt,
    personal_data,
)
SIGNS = "|".join(module.SIGNS for module in MODULES if hasattr(module, "SIGNS"))
"""A text in ASCII without any of these holds nothing that such a check looks for inside it."""
PORTION = 200
"""Texts that are looked at together: enough for the gain, and few enough where each is a megabyte."""
ROW_CHECKS: tuple[RowCheck, ...] = tuple(module.check for module in MODULES)
STRUCTURE_CODES = frozenset(
    (
        "broken_character",
        "content",
        "deprecated",
        "empty",
        "empty_system",
        "empty_tool_result",
        "name",
        "no_answer",
        "no_messages",
        "no_user",
        "not_text",
        "order",
        "role",
        "system_not_first",
        "tool_arguments",
        "tool_calls",
        "tool_pair",
        "tool_unknown",
        "tools",
        "unknown_key",
        "weight",
    )
)
"""Codes of `ftcore.chat.validate`: about the conversation, not about its words."""
ROW_CODES = STRUCTURE_CODES.union(*(module.CODES for module in MODULES))
"""Codes that an example can have by itself."""
DATASET_CODES = ACROSS_CODES
"""Codes that only `find_problems` can give: they come and go with other rows."""
CODES = ROW_CODES | DATASET_CODES
ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2}


def find_problems(examples: Sequence[TrainingExample], limits: Limits = Limits()) -> list[list[Problem]]:
    """The problems of each example, aligned with `examples`, errors first, without those of `limits.off`. `related` is an index
    into `examples`."""
    light = profile(examples)
    found = check_many(examples, limits, light)
    if not limits.off >= DATASET_CODES:
        for row, problem in find_across(examples, limits, light):
            if problem.code not in limits.off:
                found[row].append(problem)
    for problems in found:
        problems.sort(key=lambda problem: ORDER[problem.severity])
    return found


def check_one(example: TrainingExample, limits: Limits = Limits(), light: Profile | None = None) -> list[Problem]:
    """The problems that an example has by itself, for a re-check after an edit, without those of `limits.off`. `light` is the
    data set's `profile`; without it the rules that need it keep still, or warn of less."""
    return _check(Texts(example), limits, light or UNKNOWN)


def check_many(
    examples: Sequence[TrainingExample], limits: Limits = Limits(), light: Profile | None = None
) -> list[list[Problem]]:
    """`check_one` of each, quicker than one by one."""
    found: list[list[Problem]] = []
    for start in range(0, len(examples), PORTION):
        several = [Texts(example) for example in examples[start : start + PORTION]]
        for texts, is_dull in zip(several, without_signs([texts.joined for texts in several], SIGNS), strict=True):
            texts.is_dull = is_dull
            found.append(_check(texts, limits, light or UNKNOWN))
    return found


def _check(texts: Texts, limits: Limits, seen: Profile) -> list[Problem]:
    problems = validate(texts.example)
    for look, check in _checks(limits.off):
        if look(texts, limits, seen):
            problems.extend(check(texts, limits, seen))
    return [problem for problem in problems if problem.code not in limits.off] if limits.off else problems


@lru_cache(maxsize=16)
def _checks(off: frozenset[str]) -> tuple[tuple[Look, RowCheck], ...]:
    """Checks of which some code is wanted."""
    return tuple((module.look, module.check) for module in MODULES if not off.issuperset(module.CODES))
