"""Several tests at once, two raters, more data, like lengths: what belongs beside a comparison."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.statistics import (
    benjamini_hochberg,
    compare,
    detectable_difference,
    holm,
    kappa,
    learning_curve,
    length_matched,
    required_n,
)
from tests.conftest import times

p_values = st.lists(st.one_of(st.floats(0, 1), st.just(math.nan), st.none()), max_size=12)


def holm_by_its_steps(values: list[float]) -> list[float]:
    """The textbook's procedure, asked for every level: the smallest at which each would be rejected."""
    order = sorted(range(len(values)), key=lambda at: values[at])
    found = [0.0] * len(values)
    for rank, at in enumerate(order):
        found[at] = min(1.0, max((len(values) - j) * values[order[j]] for j in range(rank + 1)))
    return found


def test_holm_multiplies_the_smallest_by_all_and_the_largest_by_one():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_the_textbook_procedure_and_the_other_one_is_scipys(values):
    assert holm(values) == pytest.approx(holm_by_its_steps(values))
    assert benjamini_hochberg(values) == pytest.approx(list(stats.false_discovery_control(values)))


@given(p_values)
def test_what_was_not_tested_stays_so_and_costs_the_others_nothing(values):
    tested = [value for value in values if value is not None and not math.isnan(value)]
    for adjust in (holm, benjamini_hochberg):
        found = adjust(values)
        assert len(found) == len(values)
        assert [value for value in found if not math.isnan(value)] == adjust(tested)
        for before, after in zip(values, found, strict=True):
            assert (before is None or math.isnan(before)) == math.isnan(after)
            assert math.isnan(after) or before <= after + 1e-15 <= 1 + 1e-12


@pytest.mark.parametrize("values", [[1.5], [-0.1], ["a"], [[0.1]]])
def test_what_is_no_p_value_is_refused(values):
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(EvaluationError, match="p values"):
            adjust(values)


@given(st.floats(0.05, 0.7), st.floats(0.01, 1))
def test_so_many_pairs_show_the_difference_and_one_fewer_does_not(sd, difference):
    n = required_n(sd, difference)
    assert detectable_difference(n, sd) <= difference * (1 + 1e-9)
    assert n == 1 or detectable_difference(n - 1, sd) > difference * (1 - 1e-9)


def test_how_many_are_needed_is_refused_for_no_difference():
    for sd, difference in ((0.3, 0), (0.3, -0.1), (0.3, 1.1), (-1, 0.1), (math.nan, 0.1)):
        with pytest.raises(EvaluationError):
            required_n(sd, difference)


def two_raters(table: list[list[int]], names: list[object]) -> tuple[list[object], list[object]]:
    a, b = [], []
    for row, counts in enumerate(table):
        for column, count in enumerate(counts):
            a += [names[row]] * count
            b += [names[column]] * count
    return a, b


def test_kappa_is_that_of_the_published_example():
    """Fleiss, Levin and Paik 2003, table 18.1: two raters, a hundred patients; kappa .68, its standard error .087."""
    a, b = two_raters([[75, 1, 4], [5, 4, 1], [0, 0, 10]], ["psychotic", "neurotic", "organic"])
    found = kappa(a, b)
    assert found.value == pytest.approx(0.676, abs=0.001)
    assert found.agreement == pytest.approx(0.89)
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(0.087, abs=0.001)
    assert found.n == 100


def test_weighted_kappa_is_one_less_the_ratio_of_distances():
    random = np.random.default_rng(2)
    a = random.integers(1, 6, 300)
    b = np.clip(a + random.integers(-1, 2, 300), 1, 5)
    for weights, power in (("linear", 1), ("quadratic", 2)):
        seen = (np.abs(a - b) ** power).mean()
        chance = (np.abs(a[:, None] - b[None, :]) ** power).mean()
        assert kappa(a, b, weights).value == pytest.approx(1 - seen / chance)
    # Of two raters with the same averages and spreads, the quadratic one is their correlation.
    assert kappa(a, b[::1], "quadratic").value == pytest.approx(np.corrcoef(a, b)[0, 1], abs=0.02)


def test_the_interval_of_kappa_is_as_wide_as_resampling_says():
    random = np.random.default_rng(8)
    a = random.integers(0, 3, 120)
    b = np.where(random.random(120) < 0.7, a, random.integers(0, 3, 120))
    resampled = []
    for _ in range(800):
        chosen = random.integers(0, 120, 120)
        resampled.append(kappa(a[chosen], b[chosen], "linear").value)
    found = kappa(a, b, "linear")
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(np.std(resampled), rel=0.15)


def test_a_category_that_nobody_used_changes_no_weight():
    assert kappa([1, 2, 5], [1, 5, 5], "linear").value == pytest.approx(
        kappa([1, 2, 5], [1, 5, 5], "linear", categories=[1, 2, 3, 4, 5]).value
    )


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3, None]), st.sampled_from([1, 2, 3, math.nan])), max_size=40),
    st.sampled_from([None, "linear", "quadratic"]),
)
@settings(deadline=None)
def test_kappa_is_the_same_whoever_is_named_first_and_never_beyond_its_bounds(pairs, weights):
    a, b = [x for x, _ in pairs], [y for _, y in pairs]
    found, turned = kappa(a, b, weights), kappa(b, a, weights)
    assert found.n == turned.n
    assert -1 <= found.low <= found.high <= 1
    if found.value is None:
        assert turned.value is None
    else:
        assert found.value == pytest.approx(turned.value)
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9


def test_perfect_agreement_on_a_few_items_is_not_certainty():
    few, many = kappa([1, 2] * 5, [1, 2] * 5), kappa([1, 2] * 50, [1, 2] * 50)
    assert few.value == many.value == 1
    assert few.low < 0.8 < many.low < 1


def test_two_who_say_one_and_the_same_of_everything_tell_nothing():
    found = kappa([1] * 20, [1] * 20)
    assert (found.value, found.low, found.high, found.agreement) == (None, -1.0, 1.0, 1.0)
    assert kappa([], []).value is None


def test_kappa_refuses_what_it_cannot_order():
    with pytest.raises(EvaluationError, match="in their order"):
        kappa(["good", "bad"], ["bad", "bad"], "linear")
    with pytest.raises(EvaluationError, match="none of the categories"):
        kappa(["good"], ["awful"], categories=["bad", "good"])
    with pytest.raises(EvaluationError, match="same items"):
        kappa([1], [1, 2])
    assert kappa(["bad", "good"], ["bad", "good"], "linear", categories=["bad", "good"]).value == 1


def curve_of(seed: int, n: int = 300) -> tuple[object, list[float]]:
    random = np.random.default_rng(seed)
    shared = random.random(n)

    def share(size: int) -> float:
        return 1 - (0.1 + 2.0 * size**-0.5)

    def right(size: int) -> np.ndarray:
        chance = share(size)
        return (random.random(n) < np.clip(chance + 0.2 * (shared - 0.5), 0, 1)).astype(float)

    points = [(size, right(size)) for size in (100, 200, 400)]
    return learning_curve(points), [share(400), share(800)]


def test_the_band_of_a_curve_holds_what_more_examples_would_bring():
    held, series = 0, times(100, 1_000)
    for seed in range(series):
        curve, (_, truth) = curve_of(seed)
        point = curve.at(800)
        held += point.low <= truth <= point.high
    assert held / series >= 0.94 - 3 * math.sqrt(0.94 * 0.06 / series)


def test_a_curve_goes_through_exact_points():
    points = [(size, [1 - (0.2 + 1.5 * size**-0.5)] * 12) for size in (50, 100, 200, 400)]
    curve = learning_curve(points)
    assert (curve.a, curve.b, curve.c) == pytest.approx((0.2, 1.5, 0.5), abs=1e-6)
    assert curve.at(800).average == pytest.approx(1 - (0.2 + 1.5 * 800**-0.5))
    assert curve.gain(800).average == pytest.approx(1.5 * (400**-0.5 - 800**-0.5))


def test_nothing_is_said_beyond_twice_the_data():
    curve, _ = curve_of(1)
    assert curve.farthest == 800
    with pytest.raises(EvaluationError, match="at most about twice"):
        curve.at(801)
    with pytest.raises(EvaluationError, match="at most about twice"):
        curve.gain(10_000)
    with pytest.raises(EvaluationError):
        curve.at(50)
    band = curve.band()
    assert [point.examples for point in (band[0], band[-1])] == pytest.approx([100, 800])
    assert all(point.low <= point.average <= point.high for point in band)


@given(st.lists(st.lists(st.floats(0, 1), min_size=12, max_size=12), min_size=3, max_size=4))
@settings(max_examples=30, deadline=None)
def test_more_examples_are_never_said_to_make_it_worse(rows):
    curve = learning_curve([(100 * (at + 1), row) for at, row in enumerate(rows)], draws=50)
    averages = [point.average for point in curve.band(10)]
    assert averages == sorted(averages)
    assert all(0 <= average <= 1 for average in averages)
    assert (curve.draws >= 0).all(), "an error below zero is none"


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(10, [1] * 12), (20, [1] * 12)], "three different"),
        ([(10, [1] * 12), (20, [1] * 12), (20, [1] * 12)], "three different"),
        ([(10, [1] * 12), (20, [1] * 12), (40, [1] * 11)], "same test examples"),
        ([(10, [1] * 12), (20, [None] * 5 + [1] * 7), (40, [1] * 12)], "ten test examples"),
        ([(10, [2] * 12), (20, [1] * 12), (40, [1] * 12)], "from 0 to 1"),
    ],
)
def test_a_curve_without_enough_to_rest_on_is_refused(points, words):
    with pytest.raises(EvaluationError, match=words):
        learning_curve(points)


def test_a_gain_that_was_bought_with_length_is_gone_among_answers_of_like_length():
    random = np.random.default_rng(4)
    n = 300
    short = random.integers(80, 120, n)
    long = np.where(random.random(n) < 0.5, short, short * 3)
    base = random.uniform(0.3, 0.5, n)
    liked = np.clip(base + 0.15 * np.log(long / short) + random.normal(0, 0.03, n), 0, 1)
    found = length_matched(base, liked, short, long)
    assert found.everything == compare(base, liked)
    assert found.everything.low > 0.05
    assert found.matched is not None
    assert abs(found.matched.mean_difference) < 0.01
    assert found.pairs == found.matched.n == int((long == short).sum())
    assert found.follows == pytest.approx(stats.spearmanr(liked - base, long / short).statistic, abs=1e-6)


def test_a_gain_that_has_nothing_to_do_with_length_stays():
    random = np.random.default_rng(5)
    lengths = random.integers(80, 120, 200)
    base = random.uniform(0.2, 0.4, 200)
    found = length_matched(list(base), list(base + 0.2), list(lengths), list(lengths[::-1]))
    assert found.matched is not None
    assert found.matched.mean_difference == pytest.approx(0.2)
    assert found.follows is None, "all differences are equal"


def test_without_a_pair_of_like_length_nothing_is_claimed():
    found = length_matched([0.1, 0.2], [0.3, None], [0, 10], [100, 1000])
    assert found.matched is None
    assert found.pairs == 0
    with pytest.raises(EvaluationError, match="same items"):
        length_matched([0.1], [0.2], [1, 2], [1])
