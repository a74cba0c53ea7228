"""When fine-tuning pays back: ranges that hold every figure inside them, and sentences that promise no more."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.decision.pay import Inputs, Range, Reckoning, Way, payback, point
from ftcore.decision.pay.changes import dearest_hosting, least_calls
from ftcore.decision.pay.curves import by_calls, by_month

WAY_BOUNDS = {
    "tokens_in": 5_000.0,
    "tokens_out": 500.0,
    "price_in": 20.0,
    "price_out": 40.0,
    "price_cached": 20.0,
    "cached_share": 1.0,
    "hours_once": 80.0,
    "hours_month": 20.0,
}
BOUNDS = {
    "example_tokens": 1e6,
    "passes": 5.0,
    "train_price": 30.0,
    "hour_rate": 100.0,
    "retrainings": 1.0,
    "retrain_hours": 16.0,
    "hosting": 2_000.0,
    "scale": 2.0,
}


def spread(most: float) -> st.SearchStrategy[Range]:
    ends = st.tuples(st.floats(0, most), st.floats(0, most))
    return ends.map(lambda pair: Range(*sorted(pair)))


ways = st.builds(Way, **{name: spread(most) for name, most in WAY_BOUNDS.items()})
inputs = st.builds(
    Inputs,
    calls=st.tuples(st.floats(1, 1e6), st.floats(1, 1e6)).map(lambda pair: Range(*sorted(pair))),
    tuned=ways,
    other=ways,
    **{name: spread(most) for name, most in BOUNDS.items()},
    horizon=st.floats(0.5, 60),
    shutdown=st.none() | st.floats(-1, 60),
)


@st.composite
def inside(draw: st.DrawFn, wide: Inputs) -> Inputs:
    """Every range narrowed to a point in it."""

    def some(found: Range) -> Range:
        return point(draw(st.sampled_from([found.low, found.high]) | st.floats(found.low, found.high)))

    def of(value: Any) -> Any:
        if isinstance(value, Range):
            return some(value)
        if isinstance(value, Way):
            return replace(value, **{name: of(getattr(value, name)) for name in Way.__dataclass_fields__})
        return value

    return replace(wide, **{name: of(getattr(wide, name)) for name in Inputs.__dataclass_fields__})


@st.composite
def nested(draw: st.DrawFn) -> tuple[Inputs, Inputs]:
    wide = draw(inputs)
    return wide, draw(inside(wide))


def close(found: Range, value: float) -> bool:
    if math.isinf(value):
        return found.high == value or found.holds(value)
    return found.holds(value, slack=1e-6 * (1 + abs(value)))


@settings(max_examples=300, deadline=None)
@given(nested())
def test_the_payback_of_every_point_lies_in_the_payback_of_the_ranges(pair: tuple[Inputs, Inputs]) -> None:
    wide, one = (Reckoning(given_) for given_ in pair)
    assert one.once.is_point
    months = payback(one.once.low, one.gain.low, one.cap)
    assert close(wide.months, months)
    if math.isfinite(months):
        assert close(wide.calls, months * one.given.calls.low)


@settings(max_examples=200, deadline=None)
@given(nested(), st.floats(0, 60))
def test_what_each_way_costs_at_any_time_lies_in_its_band(pair: tuple[Inputs, Inputs], months: float) -> None:
    wide, one = (Reckoning(given_) for given_ in pair)
    for band, exact in (
        (wide.tuned_cost(months), one.tuned_cost(months).low),
        (wide.other_cost(months), one.other_cost(months).low),
        (wide.difference(months), one.tuned_cost(months).low - one.other_cost(months).low),
    ):
        size = 1 + abs(one.tuned_cost(months).low) + abs(one.other_cost(months).low)
        assert band.holds(exact, slack=1e-6 * size)


DEARER = [("tuned", name) for name in ("tokens_in", "tokens_out", "price_in", "price_out", "hours_once", "hours_month")]
CHEAPER = [("other", name) for _, name in DEARER]


@pytest.mark.parametrize(
    ("way", "name"), [*DEARER, *CHEAPER, ("", "hosting"), ("", "retrainings"), ("", "retrain_hours")]
)
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_dearer_tuned_model_pays_later_and_a_dearer_other_way_sooner(
    way: str, name: str, data: st.DataObject
) -> None:
    _, start = data.draw(nested())
    start = replace(start, shutdown=24.0)
    more = point(data.draw(st.floats(0, 100)))
    if way:
        own = getattr(start, way)
        changed = replace(start, **{way: replace(own, **{name: getattr(own, name) + more})})
    else:
        changed = replace(start, **{name: getattr(start, name) + more})
    before, after = (Reckoning(one).months.low for one in (start, changed))
    earlier, later = (after, before) if way == "other" else (before, after)
    assert earlier <= later * (1 + 1e-9) + 1e-9


@settings(max_examples=100, deadline=None)
@given(nested(), st.floats(1, 100))
def test_more_calls_pay_sooner_exactly_where_a_call_saves(pair: tuple[Inputs, Inputs], times: float) -> None:
    _, start = pair
    more = replace(start, calls=start.calls.times(times))
    before, after = Reckoning(start), Reckoning(more)
    if before.saving.low >= 0:
        assert after.months.low <= before.months.low * (1 + 1e-9) + 1e-9
    else:
        assert after.months.low >= before.months.low * (1 - 1e-9) - 1e-9


def usual(**changes: Any) -> Inputs:
    """$600 at the beginning; a call saves $0.002."""
    tuned = Way(point(100), point(50), point(10), point(20), hours_once=point(10))
    other = Way(point(300), point(50), point(10), point(20))
    values: dict[str, Any] = {
        "calls": point(100_000),
        "tuned": tuned,
        "other": other,
        "example_tokens": point(1e6),
        "passes": point(2),
        "train_price": point(50),
        "hour_rate": point(50),
    }
    return Inputs(**{**values, **changes})


def test_a_case_worked_by_hand() -> None:
    found = Reckoning(usual())
    assert found.tuned_call.low == pytest.approx(0.002)
    assert found.other_call.low == pytest.approx(0.004)
    assert found.training.low == pytest.approx(100)
    assert found.tuned_once.low == pytest.approx(600)
    assert found.months.low == pytest.approx(3)
    assert found.calls.high == pytest.approx(300_000)
    assert found.difference(12).low == pytest.approx(600 - 12 * 200)


def test_the_next_training_is_set_aside_for_so_none_puts_it_back_into_the_red() -> None:
    """Paid in lumps of $500 every 6 months, it is ahead for good from the month that the straight line says."""
    inputs_ = usual(retrainings=point(1 / 6), retrain_hours=point(8))
    found = Reckoning(inputs_)
    lump, gain = 500.0, 200.0
    assert found.retraining.low == pytest.approx(lump / 6)
    paid = found.months.low

    def ahead(month: float) -> float:
        return gain * month - 600 - lump * max(0, math.ceil(month / 6 - 1e-9) - 1)

    assert paid == pytest.approx(600 / (gain - lump / 6))
    assert all(ahead(paid + step / 10) >= -1e-9 for step in range(500))
    for month in range(1, 60):
        assert found.tuned_cost(month).low - found.other_cost(month).low >= -ahead(month) - 1e-9


def test_no_training_is_set_aside_for_that_would_come_after_the_models_last_day() -> None:
    every_six_months = usual(retrainings=point(1 / 6), retrain_hours=point(8))
    assert Reckoning(replace(every_six_months, shutdown=5.0)).months.low == pytest.approx(3)
    assert Reckoning(replace(every_six_months, shutdown=5.0)).retraining.high == 0
    assert Reckoning(replace(every_six_months, shutdown=7.0)).retraining.low == pytest.approx(500 / 6)
    some = Reckoning(replace(every_six_months, retrainings=Range(1 / 12, 1 / 3), shutdown=7.0))
    assert (some.retraining.low, some.retraining.high) == (0, pytest.approx(500 / 3))


def test_it_is_never_paid_back_after_the_models_last_day() -> None:
    assert Reckoning(usual(shutdown=2.9)).months.low == math.inf
    assert Reckoning(usual(shutdown=3.2)).months.low == pytest.approx(3)
    assert Reckoning(usual(shutdown=-1.0)).months.low == math.inf


def test_what_pays_at_one_end_only_reaches_from_a_month_to_never() -> None:
    found = Reckoning(usual(calls=Range(1_000, 300_000), hosting=point(50)))
    assert found.months.low == pytest.approx(600 / 550)
    assert found.months.high == math.inf
    assert found.calls.low == pytest.approx(600 / (0.002 - 50 / 300_000))
    assert found.calls.high == math.inf


def test_the_calls_that_pay_it_back_are_the_same_at_any_volume_where_nothing_is_paid_by_the_month() -> None:
    found = Reckoning(usual(calls=Range(20_000, 1_000_000)))
    assert (found.calls.low, found.calls.high) == (pytest.approx(300_000), pytest.approx(300_000))
    assert (found.months.low, found.months.high) == (pytest.approx(0.3), pytest.approx(15))


@settings(max_examples=100, deadline=None)
@given(nested())
def test_from_the_least_volume_on_it_pays_and_below_it_does_not(pair: tuple[Inputs, Inputs]) -> None:
    _, one = pair
    one = replace(one, shutdown=None)
    found = Reckoning(one)
    least = least_calls(found).low
    if 10 < least < 1e8 and found.once.low > 1:
        above = Reckoning(replace(one, calls=point(least * 1.001 + 1)))
        below = Reckoning(replace(one, calls=point(least * 0.999 - 1)))
        assert above.months.low <= found.horizon
        assert below.months.low > found.horizon * (1 - 1e-6)


def test_the_dearest_hosting_is_the_one_that_just_pays() -> None:
    dear = usual(hosting=point(1_000))
    most = dearest_hosting(Reckoning(dear))
    assert most == pytest.approx(200 - 600 / 12)
    assert Reckoning(replace(dear, hosting=point(most))).months.low == pytest.approx(12)


def test_tokens_from_the_cache_cost_their_own_price() -> None:
    way = Way(point(1_000), point(0), point(10), point(0), price_cached=point(1), cached_share=Range(0, 0.5))
    assert (way.call().low, way.call().high) == (pytest.approx(0.0055), pytest.approx(0.01))
    assert replace(way, price_cached=None).call().is_point


def test_the_chart_ends_on_the_models_last_day_and_begins_at_what_is_paid_at_once() -> None:
    found = Reckoning(usual(shutdown=7.5))
    points = by_month(found)
    assert (points[0].at, points[-1].at) == (0, 7.5)
    assert points[0].tuned_low == pytest.approx(600)
    crossed = [one.at for one in points if one.tuned_high <= one.other_low + 1e-9]
    assert crossed[0] == 3
    assert by_calls(found)[-1].at >= 300_000
    assert by_month(Reckoning(usual(shutdown=-3.0))) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"calls": point(0)},
        {"hosting": Range(-1, 3)},
        {"train_price": Range(0, math.inf)},
        {"horizon": 0.0},
        {"horizon": 500.0},
    ],
)
def test_figures_out_of_bounds_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"above|zero|must"):
        usual(**changes)


@pytest.mark.parametrize("ends", [(2, 1), (math.nan, 1), (0, math.nan)])
def test_a_range_that_is_none_is_refused(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="range"):
        Range(*ends)
