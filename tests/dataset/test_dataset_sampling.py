"""The random sample of the triage, and what it says about the rest."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from ftcore.dataset.sampling import sample, told, upper_share

ids = st.lists(st.integers(1, 2**62), max_size=60)


@given(ids, st.integers(0, 70), st.integers(-5, 2**70), st.randoms())
def test_a_sample_depends_on_ids_and_seed_alone_and_smaller_ones_begin_it(rows, many, seed, chance):
    chosen = sample(rows, many, seed)
    assert len(chosen) == len(set(chosen)) == min(many, len(set(rows)))
    assert set(chosen) <= set(rows)
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert sample(shuffled, many, seed) == chosen
    assert sample(rows, many // 2, seed) == chosen[: many // 2]


@given(st.sets(st.integers(1, 10**9), min_size=1, max_size=50), st.sets(st.integers(1, 10**9), max_size=10))
def test_new_rows_only_push_others_out(old, new):
    before, after = sample(list(old), 20, 3), sample(list(old | new), 20, 3)
    assert [one for one in after if one in old] == before[: len([one for one in after if one in old])]


def test_every_row_has_the_same_chance_and_seeds_differ():
    drawn = Counter(one for seed in range(2000) for one in sample(range(1, 21), 5, seed))
    assert sum(drawn.values()) == 10_000
    # 500 each, with a standard deviation of 19: five of them are never exceeded by chance.
    assert all(abs(number - 500) < 100 for number in drawn.values())


def test_three_of_two_hundred():
    assert told(3, 200) == "You changed 3 of 200 (1.5%; could be 4.3%)."
    assert round(upper_share(3, 200), 4) == 0.0432


@given(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95, 0.99])
)
def test_the_upper_share_is_that_of_clopper_and_pearson(numbers, confidence):
    changed, looked_at = numbers
    theirs = binomtest(changed, looked_at).proportion_ci(confidence, "exact").high
    assert upper_share(changed, looked_at, confidence) == pytest.approx(theirs, abs=1e-9)


def test_none_all_and_nothing_looked_at_are_told():
    assert told(0, 200) == "You changed none of 200 (0%; could be 1.8%)."
    assert told(200, 200) == "You changed all 200 that you looked at (100%)."
    assert told(1, 1) == "You changed the only one that you looked at (100%)."
    assert told(0, 0) == "You have not looked at any row of the sample yet."
    assert told(1, 20_000) == "You changed 1 of 20,000 (under 0.1%; could be under 0.1%)."
    assert upper_share(0, 0) == 1.0
    with pytest.raises(ValueError, match="cannot have been changed"):
        told(3, 2)
    with pytest.raises(ValueError, match="confidence"):
        upper_share(1, 2, 1.0)
