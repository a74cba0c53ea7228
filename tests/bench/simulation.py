"""How often is a comparison wrong, when the truth is known? Many test sets are drawn from cases whose true difference is
set, and `compare`'s interval and verdict are looked at.

Everything is computed by the code that the app uses; only the resampling is shared: with one seed, `compare` takes the
same places out of n for every test set, so that all of them are resampled by one product of matrices. That the results
are the same is tested (`test_evaluation_simulation.py`).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftcore.evaluation.intervals import Floats, Interval, bonett_price, draws, gather, interval
from ftcore.evaluation.statistics import detectable_difference, judge
from ftcore.records import Verdict

SIZES = (20, 50, 100, 500)
DELTA = 0.05
BETTER = (Verdict.BETTER, Verdict.CLEARLY_BETTER)
DISAGREE = 0.10
GAIN, OFTEN = 0.7, 0.05
WIDTH = 0.25
Draw = Callable[[np.random.Generator, tuple[int, int], float], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Case:
    """`draw(random, (sets, n), lift)` gives the two arms' scores; `moments(lift)` the true difference and its spread
    (standard deviation). `most` is the greatest lift there can be; 0 = no true difference."""

    name: str
    draw: Draw
    moments: Callable[[float], tuple[float, float]]
    most: float
    binary: bool = False

    def lift_for(self, n: int) -> float | None:
        """The lift whose true difference is twice what n examples can show; None when there is no such lift."""

        def excess(lift: float) -> float:
            difference, spread = self.moments(lift)
            return difference - 2 * detectable_difference(n, spread)

        low, high = 0.0, self.most
        if excess(high) < 0:
            return None
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if excess(middle) < 0 else (low, middle)
        return high


def right_or_wrong(random: np.random.Generator, shape: tuple[int, int], lift: float) -> tuple[Floats, Floats]:
    """0/1 scores; the arms disagree on one item in ten, on `lift` of all more often to the candidate's gain."""
    base = (random.random(shape) < 0.6).astype(float)
    chance = random.random(shape)
    wins = chance < (DISAGREE + lift) / 2
    losses = ~wins & (chance < DISAGREE)
    candidate = base.copy()
    base[wins], candidate[wins] = 0, 1
    base[losses], candidate[losses] = 1, 0
    return base, candidate


def rare_big_gains(random: np.random.Generator, shape: tuple[int, int], lift: float) -> tuple[Floats, Floats]:
    """One item in twenty gains .7, all others lose .037: 0 on average. With a lift, all gain that besides."""
    base = np.full(shape, 0.1)
    gains = np.where(random.random(shape) < OFTEN, GAIN, -GAIN * OFTEN / (1 - OFTEN))
    return base, base + gains + lift


def smooth(random: np.random.Generator, shape: tuple[int, int], lift: float) -> tuple[Floats, Floats]:
    base = random.uniform(0.3, 0.5, shape)
    return base, base + random.triangular(-WIDTH, 0, WIDTH, shape) + lift


def likert(random: np.random.Generator, shape: tuple[int, int], lift: float) -> tuple[Floats, Floats]:
    """Five steps, each as frequent, and independent; with a lift, that share of the candidate's is the highest step."""
    base, candidate = random.integers(0, 5, shape) / 4, random.integers(0, 5, shape) / 4
    return base, np.where(random.random(shape) < lift, 1.0, candidate)


def _likert_moments(lift: float) -> tuple[float, float]:
    steps = np.arange(5) / 4
    shares = np.full(5, (1 - lift) / 5) + lift * (steps == 1)
    apart = steps[None, :] - steps[:, None]
    weights = np.full(5, 0.2)[:, None] * shares[None, :]
    mean = float((apart * weights).sum())
    return mean, math.sqrt(float((apart**2 * weights).sum()) - mean**2)


_RARE = GAIN / (1 - OFTEN) * math.sqrt(OFTEN * (1 - OFTEN))
CASES = (
    Case(
        "right or wrong, 10% disagreement",
        right_or_wrong,
        lambda lift: (lift, math.sqrt(DISAGREE - lift**2)),
        DISAGREE,
        binary=True,
    ),
    Case("rare big gains", rare_big_gains, lambda lift: (lift, _RARE), 0.2),
    Case("smooth", smooth, lambda lift: (lift, WIDTH / math.sqrt(6)), 0.25),
    Case("five steps (Likert)", likert, _likert_moments, 1.0),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """What was seen in `sets` test sets of `n` examples whose true difference is `difference`."""

    case: str
    n: int
    difference: float
    sets: int
    covered: float
    """The share of intervals that hold the true difference."""
    better: float
    """The share of verdicts that are "better" or "clearly better"."""
    found: float
    """The share of intervals that lie above zero."""
    rough: float
    """The share of intervals that are called rough."""
    lifted: bool


def cells(sizes: tuple[int, ...] = SIZES, sets: int = 2_000, seed: int = 2026) -> Iterator[Cell]:
    """Every case and size, without a true difference and with one of twice what can be seen, where there is such."""
    for n in sizes:
        shared = counts(n) if n >= 30 else None
        for at, case in enumerate(CASES):
            for lift in (0.0, case.lift_for(n)):
                if lift is not None:
                    random = np.random.default_rng((seed, n, at, lift > 0))
                    yield _cell(case, n, lift, *case.draw(random, (sets, n), lift), shared)


def intervals(first: Floats, second: Floats, shared: NDArray[np.float32] | None, binary: bool) -> list[Interval]:
    """The interval of each row (sets, n), as `compare` gives it with seed 0."""
    differences = np.round(second - first, 12) + 0.0
    n = differences.shape[1]
    if binary:
        wins, losses = (differences > 0).sum(axis=1), (differences < 0).sum(axis=1)
        return [bonett_price(int(w), int(x), n, 0.05) for w, x in zip(wins, losses, strict=True)]
    averages = None if shared is None else differences @ shared.T / n
    return [
        interval(
            gather(row, None), (-1.0, 1.0), alpha=0.05, seed=0, resampled=None if averages is None else averages[at]
        )
        for at, row in enumerate(differences)
    ]


def counts(n: int) -> NDArray[np.float32]:
    """(9,999, n): how often each resample of `compare` with seed 0 takes each place."""
    parts = []
    for chosen in draws(n, np.random.default_rng(0)):
        rows = np.arange(len(chosen))[:, None] * n
        parts.append(np.bincount((rows + chosen).ravel(), minlength=len(chosen) * n).reshape(len(chosen), n))
    return np.concatenate(parts).astype(np.float32)


def _cell(case: Case, n: int, lift: float, first: Floats, second: Floats, shared: NDArray[np.float32] | None) -> Cell:
    difference = case.moments(lift)[0]
    found: list[Interval] = []
    for start in range(0, len(first), 250):
        rows = slice(start, start + 250)
        found += intervals(first[rows], second[rows], shared, case.binary)
    bounds = np.array([(one.low, one.high) for one in found])
    verdicts = [judge(one.low, one.high, delta=DELTA) for one in found]
    return Cell(
        case=case.name,
        n=n,
        difference=difference,
        sets=len(first),
        covered=float(((bounds[:, 0] <= difference + 1e-12) & (bounds[:, 1] >= difference - 1e-12)).mean()),
        better=sum(verdict in BETTER for verdict in verdicts) / len(found),
        found=float((bounds[:, 0] > 0).mean()),
        rough=sum(one.rough for one in found) / len(found),
        lifted=lift > 0,
    )


def main(sets: int) -> None:
    """Prints the table of docs/statistics.md."""
    write = sys.stdout.write
    write("| case | examples | true difference | interval holds it | said better | found | rough |\n")
    write("|---|---:|---:|---:|---:|---:|---:|\n")
    for one in cells(sets=sets):
        write(
            f"| {one.case} | {one.n} | {one.difference:.3f} | {one.covered:.1%} | {one.better:.1%} | {one.found:.1%} |"
            f" {one.rough:.0%} |\n"
        )
    for n in SIZES:
        for case in CASES:
            if case.lift_for(n) is None:
                write(
                    f"{case.name}, {n} examples: twice the detectable difference is beyond what this case can have.\n"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
