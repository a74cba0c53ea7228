"""Splits: sizes, strata, what stays together, and a test split that is locked."""

from __future__ import annotations

import csv
import math
import random
from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset.bunches import bunch
from ftcore.dataset.duplicates import groups
from ftcore.dataset.quotas import largest_remainder
from ftcore.dataset.split import assign_splits, plan_splits
from ftcore.dataset.split_plan import detectable_points, what_it_shows
from ftcore.evaluation.statistics import detectable_difference
from ftcore.records import Split

keys = st.sampled_from([f"k{n}" for n in range(30)])
sides = st.sampled_from([None, None, None, *Split])
few = st.none() | st.integers(0, 12)
rows_of_all = st.lists(st.tuples(keys, sides, few, few, st.sampled_from("abc")), max_size=40)


def clusters(n, *groupings):
    """Rows that must stay together, found the slow way."""
    left, found = set(range(n)), []
    while left:
        cluster, new = set(), {min(left)}
        while new:
            cluster |= new
            new = {
                row
                for row in left - cluster
                if any(g[row] is not None and any(g[row] == g[other] for other in new) for g in groupings)
            }
        found.append(cluster)
        left -= cluster
    return found


@settings(deadline=None)
@given(st.lists(st.tuples(keys, sides), max_size=40), st.integers(0, 5), st.none() | st.integers(0, 20))
def test_splits_do_not_depend_on_the_order_and_keep_twins_together(rows, seed, test_rows):
    keys, fixed = [key for key, _ in rows], [split for _, split in rows]
    splits = assign_splits(keys, fixed, seed=seed, test_rows=test_rows)
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    shuffled = assign_splits([keys[i] for i in order], [fixed[i] for i in order], seed=seed, test_rows=test_rows)
    assert [splits[i] for i in order] == shuffled
    for key, given_split, split in zip(keys, fixed, splits, strict=True):
        assert split == given_split or given_split is None
        if not any(f for k, f in rows if k == key):
            assert {s for k, s in zip(keys, splits, strict=True) if k == key} == {split}


@settings(deadline=None)
@given(rows_of_all, st.integers(0, 5), st.none() | st.integers(0, 20), st.booleans(), st.booleans())
def test_a_plan_divides_nothing_and_its_sizes_add_up(rows, seed, test_rows, stratified, locked):
    keys, fixed, one, other, labels = [[row[at] for row in rows] for at in range(5)]
    wish = {"seed": seed, "test_rows": test_rows, "locked": locked}
    strata = labels if stratified else None
    plan = plan_splits(keys, fixed, together=[one, other], strata=strata, **wish)
    assert sum(plan.counts.values()) + len(plan.held) == len(rows) == len(plan.splits)
    assert [at for at, split in enumerate(plan.splits) if split is None] == [held.row for held in plan.held]
    assert Counter(split for split in plan.splits if split) == +Counter(plan.counts)
    divided = 0
    for cluster in clusters(len(rows), keys, one, other):
        decided = {fixed[row] for row in cluster} - {None}
        divided += len(decided) > 1
        if len(decided) <= 1:
            assert len({plan.splits[row] for row in cluster} - {None}) == 1
    assert plan.divided == divided
    if stratified:
        assert sum(counts.rows for counts in plan.strata) == len(rows)
        assert sum(counts.test for counts in plan.strata) == plan.counts[Split.TEST]
    order = list(range(len(rows)))
    random.Random(seed).shuffle(order)
    moved = [[values[at] for at in order] for values in (keys, fixed, one, other, labels)]
    again = plan_splits(moved[0], moved[1], together=moved[2:4], strata=moved[4] if stratified else None, **wish)
    assert again.splits == [plan.splits[at] for at in order]
    assert again.sentences == plan.sentences


@settings(deadline=None)
@given(rows_of_all, st.integers(0, 5), st.booleans())
def test_nothing_enters_or_leaves_a_locked_test_split(rows, seed, stratified):
    keys, fixed, one, other, labels = [[row[at] for row in rows] for at in range(5)]
    strata = labels if stratified else None
    plan = plan_splits(keys, fixed, seed=seed, test_rows=15, together=[one, other], strata=strata, locked=True)
    tested = {at for at, split in enumerate(fixed) if split is Split.TEST}
    assert {at for at, split in enumerate(plan.splits) if split is Split.TEST} == tested
    twins = set().union(*[c for c in clusters(len(rows), keys, one, other) if c & tested], set())
    assert {held.row for held in plan.held} == {at for at in twins if fixed[at] is None}
    for held in plan.held:
        assert held.twin in tested
        assert "locked" in held.reason


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(1, 4)), min_size=1, max_size=60),
    st.integers(0, 5),
    st.floats(0, 0.6),
)
def test_every_stratum_gives_its_share_to_within_one_bunch(bunches, seed, share):
    keys = [f"{at}" for at, (_, size) in enumerate(bunches) for _ in range(size)]
    strata = [stratum for stratum, size in bunches for _ in range(size)]
    wanted = int(share * len(keys))
    plan = plan_splits(keys, [None] * len(keys), seed=seed, test_rows=wanted, strata=strata)
    assert plan.counts[Split.TEST] <= wanted
    for counts in plan.strata:
        largest = max(size for stratum, size in bunches if stratum == counts.stratum)
        assert abs(counts.test - wanted * counts.rows / len(keys)) < largest + 1
        assert counts.train > 0


@given(st.integers(0, 500), st.lists(st.integers(0, 100), max_size=20))
def test_largest_remainder_shares_everything_out(total, weights):
    import numpy as np

    shares = largest_remainder(total, np.array(weights, dtype=np.int64))
    assert shares.sum() == (total if sum(weights) else 0)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / max(1, sum(weights))) < 1


def test_a_group_column_and_near_duplicates_are_united():
    found = bunch(5, [["a", "b", "c", "d", "e"], [1, 1, None, None, 2], [None, "x", "x", None, None]])
    assert [sorted(found.rows(b).tolist()) for b in range(3)] == [[0, 1, 2], [3], [4]]
    with pytest.raises(ValueError, match="4 values for 5 rows"):
        bunch(5, [[1, 2, 3, 4]])


def test_a_label_with_one_example_is_learnt_and_not_tested():
    keys = [f"q{n}" for n in range(60)]
    labels = ["rare", *(["common"] * 59)]
    for seed in range(30):
        plan = plan_splits(keys, [None] * 60, seed=seed, test_rows=30, validation_share=0.3, strata=labels)
        assert plan.splits[0] is Split.TRAIN
        assert plan.counts[Split.TEST] == 30
        assert "1 of 2 labels or tags have no test row: nothing will be measured for them." in plan.sentences


def test_strata_that_people_fixed_in_the_test_give_less():
    keys = [f"q{n}" for n in range(100)]
    labels = ["a"] * 50 + ["b"] * 50
    fixed = [Split.TEST] * 15 + [None] * 85
    plan = plan_splits(keys, fixed, seed=3, test_rows=20, strata=labels)
    assert {counts.stratum: counts.test for counts in plan.strata} == {"a": 15, "b": 5}


def test_what_is_too_large_for_the_test_is_said():
    keys = [f"q{n}" for n in range(100)]
    plan = plan_splits(keys, [None] * 100, seed=0, test_rows=10, together=[["shop"] * 30 + [None] * 70])
    assert (plan.too_large[0].rows, plan.too_large[0].split) == (30, Split.TEST)
    assert plan.splits[plan.too_large[0].first_row] is Split.TRAIN
    assert plan.counts[Split.TEST] == 10
    assert (
        "30 examples belong together and are more than the 10 test rows wanted: they stay in training."
        in plan.sentences
    )


def test_rows_divided_by_people_stay_and_are_said():
    plan = plan_splits(["a", "a", "b", "c"], [Split.TEST, Split.TRAIN, None, None], seed=0)
    assert plan.splits[:2] == [Split.TEST, Split.TRAIN]
    assert plan.divided == 1
    assert any("flatters the result" in sentence for sentence in plan.sentences)


def test_a_new_twin_of_a_locked_test_row_is_held_with_its_reason():
    plan = plan_splits(["a", "b", "a", "c"], [Split.TEST, Split.TRAIN, None, None], seed=0, locked=True, test_rows=3)
    assert plan.splits == [Split.TEST, Split.TRAIN, None, Split.TRAIN]
    assert (plan.held[0].row, plan.held[0].twin) == (2, 0)
    assert any("1 example is held back" in sentence for sentence in plan.sentences)


@pytest.mark.parametrize("rows", [1, 3, 10, 20, 40, 50, 100, 200, 500, 2000])
def test_what_the_test_rows_show_is_what_the_evaluation_will_say(rows):
    assert detectable_points(rows) == round(100 * detectable_difference(rows))


def test_what_the_test_rows_show_in_words():
    assert what_it_shows(100) == "100 test rows can show differences above about 10 points."
    assert what_it_shows(20_000) == "20,000 test rows can show differences above about 1 point."
    assert what_it_shows(2) == "2 test rows can show next to nothing: only differences above about 69 points."
    assert what_it_shows(0) == "Without test rows nothing can be measured."


@pytest.mark.shared
def test_banking77_is_split_by_label_and_its_near_duplicates_stay_together(shared_data):
    with (shared_data / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts, labels = [row["text"] for row in rows], [row["category"] for row in rows]
    near = groups(texts)
    plan = plan_splits(texts, [None] * len(rows), seed=7, test_rows=500, together=[near], strata=labels)
    assert plan.counts[Split.TEST] == 500
    sides = defaultdict(set)
    for group, split in zip(near, plan.splits, strict=True):
        sides[group].add(split)
    assert all(len(several) == 1 for several in sides.values())
    for counts in plan.strata:
        assert math.isclose(counts.test, 500 * counts.rows / len(rows), abs_tol=3)
        assert counts.test > 0
