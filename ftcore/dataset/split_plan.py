"""A planned split as a value: what goes where, what could not be done, and what the test rows will be able to show."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from ftcore.records import Split

POINTS_OF_ONE_ROW = 100 * (1.959964 + 0.841621) * 0.35
"""The smallest difference that n paired rows show is 2.80 x SD / sqrt(n), with 80% power at 5% (Miller 2024, arXiv 2411.00640);
.35 is a usual SD of differences. `evaluation.statistics.detectable_difference` measures by the same; a test holds them together."""
HELD = "It is nearly the same as a test example, and the test split is locked since a model was trained."


@dataclass(frozen=True, slots=True)
class Held:
    """A row (its place in the list) that may go nowhere, and the test row that it is a twin of."""

    row: int
    twin: int
    reason: str = HELD


@dataclass(frozen=True, slots=True)
class StratumCounts:
    """Rows of one label or tag on each side."""

    stratum: Hashable
    train: int
    validation: int
    test: int
    held: int = 0

    @property
    def rows(self) -> int:
        return self.train + self.validation + self.test + self.held


@dataclass(frozen=True, slots=True)
class TooLarge:
    """Rows that must stay together, and are more than a split wanted in all; `first_row` is the place of one of them."""

    rows: int
    first_row: int
    split: Split | None


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """`splits` is aligned with the rows (None: held). `strata` is empty when no label or tag was given. `divided` counts the
    bunches that people or the file have put on several sides. `sentences` say all that in words."""

    splits: list[Split | None]
    counts: Mapping[Split, int]
    held: tuple[Held, ...]
    strata: tuple[StratumCounts, ...]
    too_large: tuple[TooLarge, ...]
    divided: int
    sentences: tuple[str, ...]


def detectable_points(test_rows: int) -> int:
    """The smallest difference, in points of 100, that so many test rows usually show."""
    return 100 if test_rows < 1 else min(100, max(1, round(POINTS_OF_ONE_ROW / math.sqrt(test_rows))))


def what_it_shows(test_rows: int) -> str:
    """One sentence: what a comparison on so many test rows can show."""
    if test_rows < 1:
        return "Without test rows nothing can be measured."
    points = detectable_points(test_rows)
    rows = "1 test row" if test_rows == 1 else f"{test_rows:,} test rows"
    if points > 50:
        return f"{rows} can show next to nothing: only differences above about {points} points."
    return f"{rows} can show differences above about {points} {'point' if points == 1 else 'points'}."


def sentences(
    counts: Mapping[Split, int],
    strata: Sequence[StratumCounts],
    too_large: Sequence[TooLarge],
    held: int,
    divided: int,
    *,
    wanted: int,
    locked: bool,
) -> tuple[str, ...]:
    """What a person should know of a plan, the usual first. `wanted` is how many test rows were asked for."""
    test = counts[Split.TEST]
    said = [
        f"{_examples(counts[Split.TRAIN])} to learn from, {counts[Split.VALIDATION]:,} for validation, {test:,} for the test.",
        what_it_shows(test),
        _of_the_lock(test, wanted, locked),
        _of_held(held),
        _of_too_large([bunch for bunch in too_large if bunch.split is Split.TEST], wanted),
        _of_strata(strata),
        _of_divided(divided),
    ]
    return tuple(sentence for sentence in said if sentence)


def _of_the_lock(test: int, wanted: int, locked: bool) -> str:
    if locked:
        return (
            f"The test split is locked since a model was trained: its {_examples(test)} stay, and no other joins them."
        )
    if test < wanted:
        return f"{wanted:,} test rows were wanted. {wanted - test:,} could not be taken without dividing examples that belong together."
    return ""


def _of_held(held: int) -> str:
    if not held:
        return ""
    verb, they = ("is", "It goes") if held == 1 else ("are", "They go")
    return f"{_examples(held)} {verb} held back as nearly the same as a test example. {they} into no split while the test is locked."


def _of_too_large(large: Sequence[TooLarge], wanted: int) -> str:
    if not large:
        return ""
    first = max(bunch.rows for bunch in large)
    if len(large) == 1:
        return f"{first:,} examples belong together and are more than the {wanted:,} test rows wanted: they stay in training."
    return f"{len(large)} groups of examples are each larger than the {wanted:,} test rows wanted (the largest: {first:,}): they stay in training."


def _of_strata(strata: Sequence[StratumCounts]) -> str:
    untested = sum(1 for counts in strata if not counts.test)
    if not untested or not any(counts.test for counts in strata):
        return ""
    return f"{untested} of {len(strata)} labels or tags have no test row: nothing will be measured for them."


def _of_divided(divided: int) -> str:
    if not divided:
        return ""
    some = "1 group of examples is" if divided == 1 else f"{divided:,} groups of examples are"
    return f"{some} nearly the same and stand in different splits by decision of the file or of people: that flatters the result."


def _examples(number: int) -> str:
    return "1 example" if number == 1 else f"{number:,} examples"
