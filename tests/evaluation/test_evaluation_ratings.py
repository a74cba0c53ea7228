"""Blind rating: what somebody sees, what is kept of it, and what it shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.evaluation import blind
from ftcore.evaluation.blind import LEFT, RIGHT, Pair, rating_of
from ftcore.evaluation.corrections import correct
from ftcore.evaluation.ratings import agreements, length_bias, prefer, with_judge
from ftcore.store import ratings
from ftcore.store.database import Database
from ftcore.store.ratings import Judged, Rating
from ftcore.store.runs import Run
from tests.finished_run import finished
from tests.rating import ARMS, bench_of, kept, rate


@pytest.fixture
def run(db: Database) -> Run:
    return finished(db, test=40)


def said(case: str, choice: str, who: str = "EM") -> Rating:
    """`choice`: fine_tuned, base, tie or neither."""
    kept_as = {"base": "first", "fine_tuned": "second"}.get(choice, choice)
    return Rating(case, "base", "fine_tuned", who, kept_as)


def many(wins: int, losses: int, ties: int = 0, who: str = "EM") -> list[Rating]:
    choices = ["fine_tuned"] * wins + ["base"] * losses + ["tie"] * ties
    return [said(str(at), choice, who) for at, choice in enumerate(choices)]


def test_the_same_person_sees_the_same_rows_in_the_same_way_and_another_in_another(db: Database, run: Run) -> None:
    first, again, other = bench_of(db, run), bench_of(db, run), bench_of(db, run, "DK")
    assert first == again
    assert [pair.case_id for pair in first.pairs] != [pair.case_id for pair in other.pairs]
    assert {pair.case_id for pair in first.pairs} == {pair.case_id for pair in other.pairs}
    sides = {pair.case_id: pair.left for pair in first.pairs}
    moved = sum(sides[pair.case_id] != pair.left for pair in other.pairs)
    assert 0 < moved < len(sides)
    assert set(sides.values()) == set(ARMS)


def test_which_arm_is_named_first_changes_nothing_of_what_is_seen(db: Database, run: Run) -> None:
    assert bench_of(db, run).pairs == bench_of(db, run, arms=(ARMS[1], ARMS[0])).pairs


def test_answers_that_are_the_same_are_not_asked_about(db: Database) -> None:
    run = finished(db, say=lambda arm, at, expected: f"{expected} \n" if at % 3 == 0 and arm == "base" else expected)
    found = bench_of(db, run)
    assert found.pairs == ()
    assert len(found.same) == 30


def test_rows_without_both_answers_are_counted(db: Database) -> None:
    run = finished(db, say=lambda arm, at, expected: None if arm == "base" and at < 3 else f"{arm} {expected}")
    found = bench_of(db, run)
    assert (len(found.pairs), found.missing) == (27, 3)


def test_a_choice_is_kept_by_arm_whatever_side_it_was_on(db: Database, run: Run) -> None:
    found = bench_of(db, run)
    with db.write() as c:
        for pair in found.pairs:
            blind.keep(c, run, pair, LEFT if pair.left == "fine_tuned" else RIGHT, "EM", note=" good ")
    ours = kept(db, run)
    assert {one.choice for one in ours} == {"second"}
    assert {one.left_arm for one in ours} == set(ARMS)
    assert {one.note for one in ours} == {"good"}
    assert blind.left_to_rate(found, ours) == []


@given(st.booleans(), st.sampled_from(blind.CHOICES))
def test_seen_the_other_way_round_the_other_choice_says_the_same(swapped: bool, choice: str) -> None:
    pair = Pair("1", "?", "base", "fine_tuned", "a", "b")
    other = Pair("1", "?", "fine_tuned", "base", "b", "a")
    mirrored = {LEFT: RIGHT, RIGHT: LEFT}.get(choice, choice)
    first, second = (pair, other) if not swapped else (other, pair)
    assert rating_of(first, choice, "EM").choice == rating_of(second, mirrored, "EM").choice


def test_a_choice_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="is none of left"):
        rating_of(Pair("1", "?", "base", "fine_tuned", "a", "b"), "middle", "EM")


def test_the_last_rating_can_be_taken_back_and_only_ones_own(db: Database, run: Run) -> None:
    rate(db, run, "EM", ["fine_tuned", "base"])
    rate(db, run, "DK", ["base"])
    with db.write() as c:
        gone = ratings.take_back(c, run.id, ARMS, "EM")
    assert gone is not None
    assert gone.case_id == bench_of(db, run).pairs[1].case_id
    assert [len(kept(db, run, who)) for who in ("EM", "DK")] == [1, 1]
    with db.write() as c:
        assert ratings.take_back(c, run.id, ARMS, "AB") is None


def test_a_corrected_run_is_rated_on_where_one_stopped(db: Database, run: Run) -> None:
    rate(db, run, "EM", ["fine_tuned"] * 5)
    new = correct(db, run.id, bench_of(db, run).pairs[0].case_id, "other", "EM")
    assert bench_of(db, new).pairs == bench_of(db, run).pairs
    assert blind.left_to_rate(bench_of(db, new), kept(db, new)) == list(bench_of(db, run).pairs[5:])


def test_a_preference_has_an_interval_and_is_the_same_from_the_other_side() -> None:
    ours, theirs = (prefer(many(30, 10, 5), arms) for arms in (ARMS, ARMS[::-1]))
    assert ours is not None
    assert theirs is not None
    assert ours.share == pytest.approx(32.5 / 45)
    assert 0.5 < ours.low < ours.share < ours.high < 1
    assert theirs.share == pytest.approx(1 - ours.share)
    assert (theirs.wins, theirs.losses, theirs.ties) == (10, 30, 5)
    assert ours.p_value < 0.01


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 20))
def test_a_share_lies_in_its_interval_and_between_none_and_all(wins: int, losses: int, ties: int) -> None:
    found = prefer(many(wins, losses, ties), ARMS)
    if not wins + losses + ties:
        assert found is None
        return
    assert found is not None
    assert 0 <= found.low <= found.share <= found.high <= 1
    assert (found.wins, found.losses, found.ties, found.rows) == (wins, losses, ties, wins + losses + ties)


def test_equal_answers_count_as_ties_as_far_as_the_rating_went() -> None:
    half = prefer(many(10, 0), ARMS, same=40, pairs=20)
    assert half is not None
    assert half.same == 20
    assert half.ties == 0
    assert half.share == pytest.approx((10 + 10) / 30)


def test_both_bad_is_a_tie_that_is_told_apart() -> None:
    found = prefer([*many(4, 2), said("99", "neither")], ARMS)
    assert found is not None
    assert (found.ties, found.neither) == (1, 1)


def test_several_raters_of_one_row_count_once() -> None:
    found = prefer([*many(10, 0), *many(0, 10, who="DK")], ARMS)
    assert found is not None
    assert (found.rows, found.share, found.wins) == (10, 0.5, 0)


def test_raters_who_say_the_same_agree_and_those_who_contradict_do_not() -> None:
    (same,) = agreements([*many(20, 20), *many(20, 20, who="DK")], ARMS)
    assert (same.first, same.second, same.rows) == ("EM", "DK", 40)
    assert same.kappa == pytest.approx(1)
    (against,) = agreements(
        [*many(20, 20), *many(0, 20, who="DK"), *[said(str(at), "fine_tuned", "DK") for at in range(20, 40)]], ARMS
    )
    assert against.kappa is not None
    assert against.kappa < 0
    assert agreements(many(5, 5), ARMS) == []


def test_a_judge_that_contradicts_itself_is_undecided() -> None:
    people = many(30, 30)
    agreeing = [Judged(one.case_id, "fine_tuned", "base", float(one.choice == "second")) for one in people]
    turned = [Judged(one.case_id, "base", "fine_tuned", float(one.choice == "first")) for one in people]
    both = with_judge(people, [*agreeing, *turned], ARMS)
    assert both is not None
    assert both.kappa == pytest.approx(1)
    by_place = [Judged(one.case_id, one.arm, one.other_arm, 1.0) for one in [*agreeing, *turned]]
    flipping = with_judge(people, by_place, ARMS)
    assert flipping is not None
    assert flipping.kappa == pytest.approx(0)


def test_a_liking_for_length_is_noticed() -> None:
    lengths = {str(at): (300, 100) for at in range(40)}
    found = length_bias(many(36, 4), ARMS, lengths)
    assert found is not None
    assert (found.rows, found.longer, found.noticeable) == (40, 36, True)
    fair = length_bias(many(20, 20), ARMS, lengths)
    assert fair is not None
    assert not fair.noticeable
    assert length_bias(many(3, 3), ARMS, {str(at): (5, 5) for at in range(6)}) is None
