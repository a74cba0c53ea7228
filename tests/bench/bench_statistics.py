"""A comparison's time against scipy's own bootstrap and permutation test, and what the simulation says of its honesty."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ftcore.evaluation.intervals import RESAMPLES
from ftcore.evaluation.statistics import compare
from tests.bench.measure import Row, in_turn
from tests.bench.simulation import cells

PAIRS = 2_000
PROMISED = 1.0


def run() -> Iterator[Row]:
    yield from timed()
    yield from honest()


def timed() -> Iterator[Row]:
    random = np.random.default_rng(5)
    base = random.uniform(0.2, 0.6, PAIRS)
    better = np.clip(base + random.normal(0.05, 0.2, PAIRS), 0, 1)

    def theirs() -> None:
        from scipy import stats

        differences = better - base
        stats.bootstrap((differences,), np.mean, n_resamples=RESAMPLES, method="BCa", batch=1_000, rng=random)
        stats.permutation_test(
            (differences,), np.mean, permutation_type="samples", n_resamples=RESAMPLES, batch=1_000, rng=random
        )

    ours, baseline = in_turn(lambda: compare(base, better), theirs, times=3)
    how = f"BCa and sign-flip test, {RESAMPLES:,} resamples each; baseline: scipy's, in batches"
    yield Row(f"compare on {PAIRS:,} pairs", ours, baseline, how)
    yield Row(f"compare on {PAIRS:,} pairs, against the promise", ours, PROMISED, "median of 3; promised: below 1 s")


def honest() -> Iterator[Row]:
    seen = list(cells())
    sets = f"{seen[0].sets:,} test sets a cell, {len(seen)} cells"
    yield Row(
        "95% intervals that hold the truth, worst cell", 100 * min(one.covered for one in seen), 94, sets, unit="%"
    )
    false = max(one.better for one in seen if not one.lifted)
    yield Row("“better” without a true difference, worst cell", 100 * false, 2.5, sets, unit="%")
    found = min(one.found for one in seen if one.lifted and one.n >= 50)
    how = f"{sets}; 50 examples or more, where it is attainable"
    yield Row("twice the detectable difference is found, worst cell", 100 * found, 95, how, unit="%")


if __name__ == "__main__":
    import sys

    for row in run():
        sys.stdout.write(f"{row.what}: {row.show(row.ours)} / {row.show(row.baseline)} ({row.how})\n")
