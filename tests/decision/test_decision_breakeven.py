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
