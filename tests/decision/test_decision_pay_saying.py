"""Money, times and numbers in words: rounded outwards, and plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.decision.pay.ranges import Range, point
from ftcore.decision.pay.saying import (
    after_calls,
    counts,
    dearer,
    dollars,
    duration,
    durations,
    in_months,
    longer,
    looked_ahead,
    number,
    rough_dollars,
    rounded,
)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "$0"),
        (1234.4, "$1,234"),
        (12.4, "$12.40"),
        (30, "$30"),
        (0.3, "$0.30"),
        (0.999, "$1"),
        (0.0000672, "$0.0000672"),
        (-3.5, "−$3.50"),
        (1e9, "$1,000,000,000"),
    ],
)
def test_money_is_said_without_exponents(amount: float, said: str) -> None:
    assert dollars(amount) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (4.2, 10.1, "4 to 11 months"),
        (0.4, 3, "12 days to 3 months"),
        (0.1, 0.5, "3 to 16 days"),
        (3, 3, "3 months"),
        (1, 1, "1 month"),
        (1.9, 2.2, "8 to 10 weeks"),  # not "1 to 3 months"
        (25, 40, "2 to 3.5 years"),
        (11, 30, "11 months to 2.5 years"),
    ],
)
def test_times_are_said_in_days_months_and_years(low: float, high: float, said: str) -> None:
    assert durations(Range(low, high)) == said


@given(st.floats(1e-9, 1e12), st.floats(1, 1e6))
def test_a_rounded_range_holds_the_range(low: float, times: float) -> None:
    high = low * times
    assert rounded(low, up=False) <= low * (1 + 1e-6)
    assert rounded(high, up=True) >= high * (1 - 1e-6)
    assert rounded(high, up=True) <= high * 1.11


@given(st.floats(0.034, 120))  # a day and more: less is said as a day
def test_a_time_is_never_said_shorter_than_it_is_at_its_end(months: float) -> None:
    days = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
    said = {up: duration(months, up=up).split() for up in (True, False)}
    late, soon = (float(said[up][0]) * days[said[up][1].rstrip("s")] for up in (True, False))
    assert soon - 1e-6 <= months * days["month"] <= late + 1e-6


@given(st.floats(0, 119), st.floats(0.01, 100))
def test_what_takes_longer_than_is_left_reads_longer(left: float, more: float) -> None:
    takes, rest = (said.split() for said in longer(left + more, left))
    assert takes[1].rstrip("s") == rest[1].rstrip("s")
    assert int(takes[0].replace(",", "")) > int(rest[0].replace(",", ""))


@given(st.floats(1, 1e9), st.floats(1, 3), st.floats(0, 1))
def test_what_saves_no_more_than_something_costs_reads_so(cost: float, times: float, share: float) -> None:
    said = dearer(Range(cost, cost * times), cost * share)
    costs, saved = (float(one.split(" to ")[0].removeprefix("$").replace(",", "")) for one in said)
    assert saved <= costs


def test_calls_are_said_as_one_number_where_both_ends_are_one() -> None:
    assert counts(point(300_000)) == "300,000"
    assert counts(point(3_271_234)) == "3,270,000"
    assert counts(Range(301_000, 349_000)) == "300,000 to 350,000"
    assert counts(Range(20_000, float("inf"))) == "20,000 to never"
    assert [after_calls(point(300_000)), after_calls(Range(0, 20_000))] == [
        "after 300,000 calls",
        "after at most 20,000 calls",
    ]
    assert [in_months(Range(3, 6)), in_months(Range(0, 4.5))] == ["in 3 to 6 months", "in at most 5 months"]


def test_sentences_take_two_figures_that_mean_something() -> None:
    assert rough_dollars(Range(1234.4, 2888)) == "$1,200 to $2,900"
    assert rough_dollars(Range(16.2, 48.7)) == "$16 to $49"
    assert rough_dollars(point(88.97)) == "$89"
    assert rough_dollars(point(1234567)) == "$1,230,000"
    assert rough_dollars(Range(0, 0.0123)) == "$0 to $0.013"


def test_numbers_and_the_time_ahead() -> None:
    assert [number(one) for one in (1, 0.3, 71.633, 1234.5, float("inf"))] == ["1", "0.3", "71.6", "1,234", "never"]
    assert looked_ahead(12) == "the first year"
    assert looked_ahead(24) == "the first 24 months"
    assert looked_ahead(1.54) == "the first 1.5 months"
    assert looked_ahead(0.5) == "the first 15 days"
    assert looked_ahead(27.3333) == "the first 27.3 months"
