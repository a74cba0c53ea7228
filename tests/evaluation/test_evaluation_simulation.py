"""A wrong verdict is what would hurt: how often are there any, when the truth is known?

Reduced counts by default; TUNEWORTHY_PROVE=1 draws 2,000 times a cell.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable

import numpy as np
import pytest

from ftcore.evaluation.statistics import compare, detectable_difference
from ftcore.records import Verdict

PROVE = os.environ.get("TUNEWORTHY_PROVE") == "1"
BETTER = (Verdict.BETTER, Verdict.CLEARLY_BETTER)
Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]


def draws(n: int) -> int:
    return 2_000 if PROVE else {20: 200, 50: 150, 100: 120}.get(n, 60)


def right_or_wrong(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """0/1 scores; the arms disagree on one item in ten, as often one way as the other."""
    base = (random.random(n) < 0.6).astype(float)
    flip = random.random(n)
    wins, losses = flip < 0.05, (flip >= 0.05) & (flip < 0.10)
    candidate = base.copy()
    base[wins], candidate[wins] = 0, 1
    base[losses], candidate[losses] = 1, 0
    return base, candidate


def rare_big_gains(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """One item in twenty gains .7, all others lose a little: 0 on average."""
    base = np.full(n, 0.3)
    return base, np.where(random.random(n) < 0.05, 1.0, 0.3 - 0.7 * 0.05 / 0.95)


def smooth(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    base = random.uniform(0.4, 0.6, n)
    return base, base + np.clip(random.normal(0, 0.1, n), -0.4, 0.4)


def likert(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    return random.integers(0, 5, n) / 4, random.integers(0, 5, n) / 4


CASES = {"right or wrong": right_or_wrong, "rare big gains": rare_big_gains, "smooth": smooth, "likert": likert}
SIZES = (20, 50, 100, 500) if PROVE else (20, 50, 100)


def most(share: float, n: int, spread: float = 3.0) -> float:
    """The largest share that chance may make of a true `share` in `n` draws."""
    return share + spread * math.sqrt(share * (1 - share) / n)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("case", CASES)
def test_with_no_true_difference_the_interval_holds_and_better_is_rarely_said(case, n, record_property):
    random = np.random.default_rng(2026)
    count, covered, better = draws(n), 0, 0
    for at in range(count):
        found = compare(*CASES[case](random, n), seed=at)
        covered += found.low <= 0 <= found.high
        better += found.verdict in BETTER
    print(f"{case:15} n={n:4} coverage {covered / count:.3f}, better {better / count:.3f}, {count} draws")
    assert 1 - covered / count <= most(0.06, count)
    assert better / count <= most(0.025, count)


@pytest.mark.parametrize("case", ["smooth", "likert"])
@pytest.mark.parametrize("n", [50, 100])
def test_a_difference_of_twice_what_can_be_seen_is_found(case, n):
    """Never called worse or equivalent, and above zero in at least 95 of 100."""
    spread = {"smooth": 0.1, "likert": 0.25}[case]
    gain = 2 * detectable_difference(n, spread)
    random = np.random.default_rng(7)
    count, seen = draws(n), 0
    for at in range(count):
        base = random.uniform(0, 1 - gain - 0.1, n) if case == "smooth" else random.integers(0, 2, n) / 4
        noise = random.normal(0, spread, n) if case == "smooth" else random.choice([-spread, spread], n)
        candidate = np.clip(base + gain + noise, 0, 1)
        seen += compare(base, candidate, seed=at).low > 0
    assert seen / count >= 0.95 - 3 * math.sqrt(0.95 * 0.05 / count)


@pytest.mark.parametrize("documents", [12, 60])
def test_items_of_one_document_do_not_make_it_sure(documents):
    """Ten items a document share their difference: the interval must hold for documents, not for items."""
    random = np.random.default_rng(3)
    count, covered, better = draws(50), 0, 0
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
