"""A comparison one can trust: the right interval, the right verdict, and never a pass for what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.intervals import bca, bonett_price, gather, t_interval, wilson
from ftcore.evaluation.statistics import (
    compare,
    detectable_difference,
    judge,
    mcnemar,
    mean_interval,
    required_n,
    sign_flip,
)
from ftcore.records import Verdict

scores = st.one_of(st.none(), st.floats(0, 1), st.sampled_from([0.0, 1.0, 0.5, math.nan]))
pairs = st.lists(st.tuples(scores, scores), min_size=1, max_size=130)


def pair(n: int, seed: int = 0, gain: float = 0.1) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    base = random.uniform(0.2, 0.6, n)
    return base, np.clip(base + random.normal(gain, 0.1, n), 0, 1)


@given(pairs)
@settings(max_examples=120, deadline=None)
def test_whatever_the_scores_the_figures_are_finite_and_agree(rows):
    found = compare([a for a, _ in rows], [b for _, b in rows])
    assert found.n + found.missing == len(rows)
    assert found.wins + found.ties + found.losses == found.n
    numbers = (
        found.baseline_avg,
        found.candidate_avg,
        found.mean_difference,
        found.low,
        found.high,
        found.p_value,
        found.detectable_difference,
    )
    assert all(math.isfinite(number) for number in numbers)
    assert -1 <= found.low <= found.high <= 1
    assert 0 < found.p_value <= 1
    assert found.mean_difference == pytest.approx(found.candidate_avg - found.baseline_avg, abs=1e-9)


@given(pairs)
@settings(max_examples=40, deadline=None)
def test_swapping_the_two_arms_turns_the_figures_round(rows):
    first, second = [a for a, _ in rows], [b for _, b in rows]
    there, back = compare(first, second), compare(second, first)
    assert (there.wins, there.losses) == (back.losses, back.wins)
    assert there.mean_difference == pytest.approx(-back.mean_difference)
    if "BCa" not in there.method:
        assert there.low == pytest.approx(-back.high)


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0.01, 0.3), st.floats(0, 1))
def test_a_verdict_never_says_more_than_the_interval(low, width, delta, missing):
    verdict = judge(low, low + width, delta=delta, missing_share=missing)
    if missing > 0.02:
        assert verdict is Verdict.NOT_ENOUGH_EVIDENCE
    if verdict in (Verdict.BETTER, Verdict.CLEARLY_BETTER):
        assert low > 0
    if verdict is Verdict.CLEARLY_BETTER:
        assert low > delta
    if verdict is Verdict.WORSE:
        assert low + width < 0
    if verdict is Verdict.EQUIVALENT:
        assert -delta < low
        assert low + width < delta


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.02, 0.03, Verdict.EQUIVALENT),
        (0.01, 0.04, Verdict.EQUIVALENT),
        (0.06, 0.20, Verdict.CLEARLY_BETTER),
        (0.01, 0.20, Verdict.BETTER),
        (-0.20, -0.01, Verdict.WORSE),
        (-0.03, 0.20, Verdict.NOT_WORSE),
        (-0.10, 0.20, Verdict.NOT_ENOUGH_EVIDENCE),
    ],
)
def test_the_verdicts_come_in_their_order(low, high, verdict):
    assert judge(low, high, delta=0.05) is verdict


def test_missing_answers_above_two_in_a_hundred_leave_no_verdict():
    base, better = pair(100, gain=0.3)
    almost = [None, None, *better[2:]]
    assert compare(base, almost).verdict is Verdict.CLEARLY_BETTER
    found = compare(base, [math.nan, None, None, *better[3:]])
    assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert (found.n, found.missing) == (97, 3)


def test_missing_pairs_are_left_out_of_both_averages():
    found = compare([1.0, 0.0, None, 1.0], [None, 1.0, 1.0, 1.0])
    assert (found.n, found.baseline_avg, found.candidate_avg) == (2, 0.5, 1.0)


def test_nothing_at_all_gives_no_verdict_and_no_nan():
    found = compare([None, None], [1.0, None])
    assert (found.n, found.low, found.high, found.verdict) == (0, -1.0, 1.0, Verdict.NOT_ENOUGH_EVIDENCE)


def test_twenty_perfect_ties_prove_nothing():
    assert compare([1] * 20, [1] * 20).verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert compare([0.5] * 20, [0.5] * 20).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_one_lucky_example_proves_nothing():
    assert compare([0.0], [1.0]).verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert compare([0.1], [0.9]).verdict is Verdict.NOT_ENOUGH_EVIDENCE


def test_equal_differences_have_an_interval_all_the_same():
    for n in (30, 100, 300):
        found = compare([0.5] * n, [0.8] * n)
        assert found.low < 0.3 < found.high
        assert found.rough


def test_bonett_price_is_the_published_formula():
    # 1 is added to each discordant count, 2 to n: by hand for 9 wins, 3 losses of 50.
    better, worse = 10 / 52, 4 / 52
    half = 1.959964 * math.sqrt((better + worse - (better - worse) ** 2) / 52)
    found = bonett_price(9, 3, 50, 0.05)
    assert found.low == pytest.approx(better - worse - half, abs=1e-6)
    assert found.high == pytest.approx(better - worse + half, abs=1e-6)
    base, candidate = [1] * 3 + [0] * 9 + [1] * 38, [0] * 3 + [1] * 9 + [1] * 38
    compared = compare(base, candidate)
    assert (compared.low, compared.high, compared.method) == (found.low, found.high, "Bonett-Price")


@given(st.integers(0, 60), st.integers(0, 60))
@settings(deadline=None)
def test_mcnemar_agrees_with_the_binomial_test(wins, losses):
    wanted = stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    assert mcnemar(wins, losses) == pytest.approx(wanted, abs=1e-9)


def test_fewer_than_six_differing_pairs_can_never_be_significant():
    assert mcnemar(5, 0) > 0.05 > mcnemar(6, 0)


def test_wilson_agrees_with_scipy():
    for ones, n in ((0, 10), (3, 20), (20, 20), (57, 100)):
        wanted = stats.binomtest(ones, n).proportion_ci(method="wilson")
        found = wilson(ones, n, 0.05)
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_t_agrees_with_scipy():
    base, better = pair(40)
    wanted = stats.ttest_1samp(better - base, 0).confidence_interval()
    found = t_interval(gather(better - base, None), 0.05, "t")
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))


@pytest.mark.parametrize("n", [40, 150])
def test_bca_agrees_with_scipy(n):
    values = np.random.default_rng(1).exponential(0.1, n) ** 2  # far from even, so that every correction shows
    wanted = stats.bootstrap((values,), np.mean, n_resamples=99_999, rng=np.random.default_rng(2)).confidence_interval
    found = bca(gather(values, None), 0.05, 0, 0.01, "BCa")
    width = wanted.high - wanted.low
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.04 * width)


def test_the_sign_flip_test_agrees_with_scipy():
    base, better = pair(25, gain=0.03)
    wanted = stats.permutation_test(
        (better - base,), np.mean, permutation_type="samples", n_resamples=9999, rng=np.random.default_rng(1)
    ).pvalue
    assert sign_flip(better - base, 0) == pytest.approx(wanted, abs=0.015)


def test_between_30_and_100_the_wider_interval_is_taken():
    base, better = pair(60)
    units = gather(np.round(better - base, 12), None)
    plain, bootstrapped = t_interval(units, 0.05, "t"), bca(units, 0.05, 0, 0.01, "BCa")
    found = compare(base, better)
    assert found.high - found.low == pytest.approx(
        max(plain.high - plain.low, bootstrapped.high - bootstrapped.low), rel=1e-6
    )


@pytest.mark.parametrize(
    ("n", "rough", "method"), [(29, True, "t, one"), (99, False, ""), (100, False, "BCa bootstrap")]
)
def test_the_interval_follows_from_the_number_of_examples(n, rough, method):
    base, better = pair(n)
    found = compare(base, better)
    assert found.rough is rough
    assert found.method.startswith(method)


def test_few_differing_items_among_many_are_called_rough():
    base = np.full(200, 0.5)
    better = base.copy()
    better[:9] = 1.0
    assert compare(base, better).rough


def test_items_of_one_document_count_as_one():
    base, better = pair(60, gain=0.08)
    alone = compare(base, better)
    # The same 60 items, each there five times: nothing new was learned.
    copied = compare(np.repeat(base, 5), np.repeat(better, 5), clusters=[f"doc {at // 5}" for at in range(300)])
    naive = compare(np.repeat(base, 5), np.repeat(better, 5))
    assert copied.high - copied.low == pytest.approx(alone.high - alone.low, rel=0.1)
    assert naive.high - naive.low < 0.6 * (copied.high - copied.low)
    assert copied.method.startswith("cluster")
    assert copied.p_value >= naive.p_value


def test_clusters_of_one_item_change_nothing():
    base, better = pair(50)
    assert compare(base, better, clusters=list(range(50))) == compare(base, better)
    assert compare(base, better, clusters=[None] * 50) == compare(base, better)


def test_one_huge_document_is_rough_however_many_items_it_has():
    base, better = pair(400)
    assert compare(base, better, clusters=["handbook"] * 300 + list(range(100))).rough


def test_the_same_seed_gives_the_same_figures_and_types_do_not_matter():
    base, better = pair(120)
    assert compare(base, better, seed=4) == compare(list(base), list(better), seed=4)
    assert compare([True, False], [1, 0]).n == 2


@pytest.mark.parametrize(
    ("baseline", "candidate", "settings_", "words"),
    [
        ([0.1], [0.1, 0.2], {}, "the baseline has 1 scores, the candidate 2"),
        ([0.1, 1.5], [0.1, 0.2], {}, "item 2 of the baseline is 1.5"),
        ([0.1], [math.inf], {}, "item 1 of the candidate is inf"),
        (["good"], [0.1], {}, "list of numbers"),
        ([], [], {}, "no scores"),
        ([0.1], [0.1], {"clusters": [1, 2]}, "1 items but 2 clusters"),
        ([0.1], [0.1], {"delta": 0}, "delta"),
        ([0.1], [0.1], {"alpha": 1}, "alpha"),
        ([[0.1]], [[0.1]], {}, "list of numbers|one list"),
    ],
)
def test_bad_input_is_refused_in_words(baseline, candidate, settings_, words):
    with pytest.raises(EvaluationError, match=words):
        compare(baseline, candidate, **settings_)


def test_what_so_many_examples_can_show():
    found = [round(detectable_difference(n), 2) for n in (20, 50, 100, 200, 500)]
    assert found == [0.22, 0.14, 0.10, 0.07, 0.04]
    assert required_n(0.35, detectable_difference(100)) in (100, 101)


def test_the_detectable_difference_is_never_zero():
    assert compare([1] * 40, [1] * 40).detectable_difference > 0.05


@given(st.lists(scores, max_size=130))
@settings(max_examples=60, deadline=None)
def test_one_arm_has_an_interval_around_its_average(values):
    average, low, high = mean_interval(values)
    assert 0 <= low <= average + 1e-9
    assert average - 1e-9 <= high <= 1
    assert low < high
