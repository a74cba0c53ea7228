"""The short form of the break-even, where every figure is a point."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.decision import break_even, call_cost

money = st.floats(0, 1e6)


def test_the_calls_that_pay_it_back_are_rounded_up_to_whole_ones() -> None:
    found = break_even(training_cost=10, base_call_cost=0.004, tuned_call_cost=0.001, calls_per_month=1_000)
    assert (found.calls, found.pays) == (3_334, True)
    assert found.sentence == "Paid back after 3,334 calls, 4 months at your volume."


def test_a_call_costs_its_tokens() -> None:
    assert call_cost(1_000_000, 0, 3, 9) == 3
    assert call_cost(0, 500_000, 3, 9) == 4.5
    assert call_cost(1_000, 100, 0.30, 1.20) == pytest.approx(0.00042)


@given(money, money, money, st.floats(1e-3, 1e9), money)
def test_a_point_says_the_same_as_the_ranges(
    training: float, base: float, tuned: float, calls: float, hosting: float
) -> None:
    from ftcore.decision.pay import Inputs, Reckoning, Way, point

    def way(cost: float) -> Way:
        return Way(point(1), point(0), point(cost * 1e6), point(0))

    nothing = point(0)
    found = Reckoning(
        Inputs(
            calls=point(calls),
            tuned=way(tuned),
            other=way(base),
            example_tokens=point(1e6),
            passes=point(1),
            train_price=point(training),
            hosting=point(hosting),
            hour_rate=nothing,
        )
    )
    short = break_even(
        training_cost=training,
        base_call_cost=base,
        tuned_call_cost=tuned,
        calls_per_month=calls,
        hosting_per_month=hosting,
    )
    if found.months.high < 119 and training > 1:
        assert short.pays
        assert short.months is not None
        assert short.months == pytest.approx(found.months.high, rel=1e-6, abs=1 / calls)


def test_a_shutdown_comes_first() -> None:
    found = break_even(
        training_cost=30,
        base_call_cost=0.004,
        tuned_call_cost=0.001,
        calls_per_month=5_000,
        today=date(2026, 11, 23),
        shutdown=date(2027, 1, 14),
    )
    assert not found.pays
    assert found.sentence.startswith("Never: the model is shut down on 2027-01-14")
    later = break_even(
        training_cost=30,
        base_call_cost=0.004,
        tuned_call_cost=0.001,
        calls_per_month=5_000,
        today=date(2026, 11, 23),
        shutdown=date(2027, 6, 1),
    )
    assert later.pays


def test_the_training_is_paid_back_by_what_each_call_saves() -> None:
    found = break_even(training_cost=30, base_call_cost=0.004, tuned_call_cost=0.001, calls_per_month=5_000)
    assert (found.calls, found.months, found.pays) == (10_000, 2.0, True)
    assert "10,000 calls" in found.sentence


def test_it_never_pays_when_a_call_is_not_cheaper_or_hosting_eats_the_saving() -> None:
    assert not break_even(training_cost=1, base_call_cost=0.001, tuned_call_cost=0.001, calls_per_month=100).pays
    hosted = break_even(
        training_cost=1, base_call_cost=0.004, tuned_call_cost=0.001, calls_per_month=1_000, hosting_per_month=1_241
    )
    assert hosted.calls is None
    assert hosted.sentence.startswith("Never")
    assert not break_even(training_cost=1, base_call_cost=1, tuned_call_cost=0, calls_per_month=0).pays


@given(money, money, money, st.floats(0, 1e9), money)
def test_break_even_is_total_and_pays_only_with_a_saving(
    training: float, base: float, tuned: float, calls: float, hosting: float
) -> None:
    found = break_even(
        training_cost=training,
        base_call_cost=base,
        tuned_call_cost=tuned,
        calls_per_month=calls,
        hosting_per_month=hosting,
    )
    if found.pays:
        assert found.calls is not None
        assert found.saving_per_call > 0
        assert found.calls * found.saving_per_call >= training * (1 - 1e-6)


def test_a_negative_cost_is_refused() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        break_even(training_cost=-1, base_call_cost=1, tuned_call_cost=1, calls_per_month=1)
