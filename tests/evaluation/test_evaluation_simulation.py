"""A wrong verdict is what would hurt: how often are there any, when the truth is known?

Reduced counts by default; TUNEWORTHY_PROVE=1 draws 2,000 test sets a cell, as `python -m tests.bench.simulation` does.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from ftcore.evaluation.statistics import compare
from ftcore.records import Verdict
from tests.bench.simulation import CASES, SIZES, cells, counts, intervals
from tests.conftest import PROVE, times

BETTER = (Verdict.BETTER, Verdict.CLEARLY_BETTER)


def most(share: float, n: int, spread: float = 3.0) -> float:
    """The largest share that chance may make of a true `share` in `n` draws."""
    return share + spread * math.sqrt(share * (1 - share) / n)


@pytest.mark.parametrize("n", SIZES if PROVE else SIZES[:3])
def test_the_interval_holds_better_is_rarely_said_in_vain_and_what_is_large_is_found(n):
    for cell in cells((n,), sets=times(400, 2_000)):
        assert 1 - cell.covered <= most(0.06, cell.sets), cell
        if not cell.lifted:
            assert cell.better <= most(0.025, cell.sets), cell
        elif n >= 50:
            assert cell.found >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / cell.sets), cell


@pytest.mark.parametrize("n", [20, 50, 120])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_simulation_is_of_what_the_app_does(case, n):
    """Resampling that is shared by all test sets gives what `compare` gives for each by itself."""
    first, second = case.draw(np.random.default_rng(3), (6, n), 0.0)
    shared = counts(n) if n >= 30 else None
    for at, found in enumerate(intervals(first, second, shared, case.binary)):
        one = compare(first[at], second[at])
        assert (found.low, found.high) == pytest.approx((one.low, one.high), abs=1e-9)
        assert (found.method, found.rough) == (one.method, one.rough)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cases_have_the_differences_that_they_say(case):
    for lift in (0.0, case.most / 2):
        first, second = case.draw(np.random.default_rng(4), (400, 500), lift)
        mean, spread = case.moments(lift)
        assert (second - first).mean() == pytest.approx(mean, abs=4 * spread / math.sqrt(first.size))
        assert (second - first).std() == pytest.approx(spread, rel=0.02)
        assert min(first.min(), second.min()) >= 0
        assert max(first.max(), second.max()) <= 1


@pytest.mark.parametrize("documents", [12, 60])
def test_items_of_one_document_do_not_make_it_sure(documents):
    """Ten items a document share their difference: the interval must hold for documents, not for items."""
    random = np.random.default_rng(3)
    count, covered, better = times(150, 2_000), 0, 0
    clusters = [at // 10 for at in range(10 * documents)]
    for at in range(count):
        shared = np.repeat(random.normal(0, 0.15, documents), 10)
        base = np.full(10 * documents, 0.5)
        candidate = np.clip(base + shared + random.normal(0, 0.05, 10 * documents), 0, 1)
        found = compare(base, candidate, clusters=clusters, seed=at)
        covered += found.low <= 0 <= found.high
        better += found.verdict in BETTER
    assert 1 - covered / count <= most(0.06, count)
    assert better / count <= most(0.025, count)
