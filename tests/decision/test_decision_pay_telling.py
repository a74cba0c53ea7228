"""What is said of a payback: one sentence, what would have to change, and nothing from a blank."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.decision.pay import BY_KEY, FIGURES, NEVER, About, Better, pay_story_of
from ftcore.records.pay import Origin, Outcome, PayFigure, PayStory

TODAY = date(2026, 11, 28)
KNOWN: dict[str, Any] = {
    "calls": 100_000,
    "tuned_in": 100,
    "tuned_out": 50,
    "tuned_price_in": 10,
    "tuned_price_out": 20,
    "other_in": 300,
    "other_out": 50,
    "other_price_in": 10,
    "other_price_out": 20,
    "example_tokens": 1e6,
    "passes": 2,
    "train_price": 50,
    "hour_rate": 50,
    "hours_once": 10,
}
"""$600 at the beginning; a call saves $0.002, which is $200 a month."""


def figures(**changes: Any) -> dict[str, PayFigure]:
    """A figure is a number, a pair (low, high), or None for a blank."""
    found = {}
    for key, value in {**KNOWN, **changes}.items():
        low, high = value if isinstance(value, tuple) else (value, value)
        origin = Origin.BLANK if low is None else Origin.YOU
        found[key] = PayFigure(key, BY_KEY[key].label, low, high, "", origin, "you")
    return found


def told(about: About | None = None, **changes: Any) -> PayStory:
    return pay_story_of(figures(**changes), about or About(other="Few-shot", today=TODAY))


def test_it_pays_back_in_so_many_months_and_calls() -> None:
    found = told(calls=(60_000, 100_000), hours_once=(10, 12))
    assert found.outcome is Outcome.PAYS
    assert found.sentence == (
        "Fine-tuning pays back in 3 to 6 months, after 300,000 to 350,000 calls, compared with “Few-shot”."
    )
    assert found.money == (
        "$2,000 to $3,100 in the first year, against $2,800 to $4,800 for “Few-shot”; pays back in 3 to 6 months"
    )
    assert found.months == (pytest.approx(3), pytest.approx(700 / 120))
    assert found.tuned_total == (pytest.approx(600 + 12 * 120), pytest.approx(700 + 12 * 200))


def test_never_is_said_with_its_reason_and_what_would_change_it() -> None:
    found = told(hosting_month=1_241)
    assert found.outcome is Outcome.NEVER
    assert found.months is None
    assert (
        found.sentence == "Fine-tuning never pays back: hosting costs $1,240 a month, and the calls save at most $200."
    )
    assert "from about 650,000 calls a month or with hosting below $150 a month" in found.because


def test_what_it_costs_to_run_never_reads_less_than_what_the_calls_save() -> None:
    found = told(calls=95_500, hosting_month=195)
    assert found.sentence == "Fine-tuning never pays back: hosting costs $195 a month, and the calls save at most $191."


def test_where_hours_alone_decide_no_cheaper_call_is_asked_for() -> None:
    """A call saves nothing; the other way's hours are worth $0 to $2,000 a month."""
    found = told(other_price_in=0.1, other_price_out=0.5, other_hours_month=(0, 40))
    assert found.outcome is Outcome.DEPENDS
    assert "More calls do not change that" not in found.because
    assert "Between the two ends it turns with the figures that are ranges" in found.because


def test_a_call_that_is_no_cheaper_never_pays_at_any_volume() -> None:
    found = told(other_price_in=0.1, other_price_out=0.5)
    assert found.outcome is Outcome.NEVER
    assert "1,000 calls to the fine-tuned model cost $2, and with “Few-shot” $0.055" in found.sentence
    assert found.because == (
        "More calls do not change that: 1,000 of them to the fine-tuned model would have to cost less than $0.055."
    )


def test_it_is_never_paid_back_after_the_model_is_shut_down() -> None:
    about = About(other="Few-shot", today=TODAY, shutdown=date(2027, 1, 14))
    found = told(about)
    assert found.sentence == (
        "Fine-tuning does not pay back before the model is shut down on 14 January 2027: that would take 13 weeks at best, "
        "and 6 weeks are left."
    )
    assert (found.never_pays, found.would_pay_later) == (True, True)
    assert "does not pay back by then" in found.money
    assert "never" not in found.money
    assert found.shutdown == "2027-01-14"
    assert found.by_month[-1].at == pytest.approx(47 / (365.25 / 12))
    assert "before the model is shut down on 14 January 2027 from about" in found.because
    assert "until the model is shut down on 14 January 2027" in found.money


def test_the_money_says_as_the_sentence_does_that_the_worst_end_comes_after_the_last_day() -> None:
    about = About(other="Few-shot", today=TODAY, shutdown=date(2027, 4, 28))
    found = told(about, calls=(50_000, 100_000))
    assert "at worst not before the model is shut down on 28 April 2027" in found.sentence
    assert "in 3 months at best, not before the model is shut down at worst" in found.money


def test_what_closes_is_said_in_the_first_sentence_and_what_is_to_check_beside_the_money() -> None:
    ending = date(2030, 1, 14)
    about = About(
        other="Few-shot",
        today=TODAY,
        shutdown=ending,
        closing="no new trainings from 6 January 2027",
        doubt=("undated",),
    )
    found = told(about)
    assert found.sentence.endswith("“Few-shot” (no new trainings from 6 January 2027; shut down on 14 January 2030).")
    assert found.money.endswith("pays back in 3 months (prices to check: undated)")


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.floats(1, 1e5), st.floats(1, 1e5)),
    st.tuples(st.floats(0.5, 1), st.floats(1, 2)),
    st.tuples(st.floats(0, 100), st.floats(0, 100)),
    st.tuples(st.floats(0, 400), st.floats(0, 400)),
)
def test_beside_never_no_lines_of_the_chart_cross(calls: Any, scale: Any, rate: Any, read: Any) -> None:
    found = told(
        calls=tuple(sorted(calls)),
        scale=scale,
        hour_rate=tuple(sorted(rate)),
        other_in=tuple(sorted(read)),
        hosting_month=90,
    )
    if found.outcome is not Outcome.NEVER:
        assert "favours" not in found.drawn
        return
    assert "favours fine-tuning" in found.drawn
    assert all(point.tuned_low == point.tuned_high >= point.other_low - 0.01 for point in found.by_month)


def test_texts_of_typical_length_are_said_to_be_assumed() -> None:
    given_ = figures()
    typical = given_["other_in"]
    given_["other_in"] = PayFigure(typical.key, typical.label, 300, 2500, "", Origin.ASSUMED, "assumed")
    assert pay_story_of(given_, About(today=TODAY)).sentence.startswith("Assuming texts of typical length, fine-tuning")


def test_a_model_that_is_gone_is_said_to_be_gone() -> None:
    found = told(About(today=TODAY, shutdown=date(2026, 10, 23)))
    assert found.sentence == "Fine-tuning never pays back: the model was shut down on 23 October 2026."
    assert found.by_month == ()
    assert found.tuned_total is None


def test_where_it_depends_it_says_on_which_volume() -> None:
    found = told(calls=(1_000, 100_000), hours_month=(0, 2))
    assert found.outcome is Outcome.DEPENDS
    assert found.months == (pytest.approx(3), None)
    assert "in 3 months at best, and never at worst" in found.sentence
    assert "Below about 25,000 calls a month it does not pay back within a year; from about 75,000" in found.because
    assert "Knowing “Questions a month”" in found.because


def test_an_assumed_volume_is_said_in_the_sentence_itself() -> None:
    assumed = figures(calls=(1_000, 100_000))
    low = assumed["calls"]
    assumed["calls"] = PayFigure(low.key, low.label, low.low, low.high, "", Origin.ASSUMED, "assumed")
    found = pay_story_of(assumed, About(today=TODAY))
    assert found.sentence.startswith("Assuming 1,000 to 100,000 calls a month, fine-tuning")
    assert "assuming 1,000 to 100,000 calls a month" in found.money


@pytest.mark.parametrize("key", [asked.key for asked in FIGURES if asked.needed])
def test_nothing_is_concluded_from_a_blank(key: str) -> None:
    found = told(**{key: None})
    assert found.outcome is Outcome.UNKNOWN
    assert found.missing == (BY_KEY[key].label,)
    assert BY_KEY[key].label in found.sentence
    assert (found.lines, found.by_month, found.months, found.tuned_total) == ((), (), None, None)


def test_retraining_reaches_from_every_six_months_to_never() -> None:
    found = told(retrain_every=(6, NEVER), retrain_hours=8)
    assert found.months == (pytest.approx(3), pytest.approx(600 / (200 - 500 / 6)))
    line = next(line for line in found.lines if line.what.startswith("Set aside"))
    assert line.how == "(one training + 8 hours × $50) ÷ 6 months, or never"
    assert line.amount == "$0 to $83.33"


def test_a_better_answer_has_its_price_where_fine_tuning_is_dearer() -> None:
    better = Better(0.18, 0.11, 0.25, error_cost=5)
    about = About(other="Few-shot", today=TODAY, better=better)
    found = told(about, hosting_month=1_241)
    assert found.quality.startswith(
        "It also answers more calls right than “Few-shot”: 18 more of every 100 (11 to 25)."
    )
    assert "each of them costs $0.043 to $0.10" in found.quality
    assert "You say that a wrong answer costs $5: more than that." in found.quality
    assert not told(about).quality
    assert not told(About(today=TODAY, better=Better(0.05, -0.02, 0.12)), hosting_month=1_241).quality


def test_every_line_of_the_arithmetic_says_where_its_figures_are_from() -> None:
    given_ = figures()
    given_["tuned_in"] = PayFigure(
        "tuned_in", "Tokens in, fine-tuned", 100, 100, "", Origin.MEASURED, "measured in run 3"
    )
    found = pay_story_of(given_, About(today=TODAY))
    line = found.lines[0]
    assert line.how == "(100 tokens in × $10 + 50 out × $20) ÷ 1,000,000"
    assert (line.low, line.amount) == (pytest.approx(0.002), "$0.002")
    assert line.source == "measured in run 3; you"
    assert [one.what for one in found.lines][-2:] == ["Fine-tuning, the first year", "“Your prompt”, the first year"]


typed = st.one_of(
    st.floats(0, 1e9), st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)).map(lambda pair: tuple(sorted(pair)))
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_may_be_typed_gives_a_sentence(data: st.DataObject) -> None:
    changes = {}
    for asked in FIGURES:
        most = min(asked.most, 1e12)
        ends = sorted(data.draw(st.tuples(st.floats(asked.least, most), st.floats(asked.least, most))))
        changes[asked.key] = tuple(ends)
    end = data.draw(st.none() | st.dates(date(2026, 1, 1), date(2040, 1, 1)))
    better = Better(0.1, 0.01, 0.2, data.draw(st.none() | st.floats(0, 1e6)))
    found = told(
        About(today=TODAY, shutdown=end, horizon=data.draw(st.sampled_from([6.0, 12.0, 36.0])), better=better),
        **changes,
    )
    assert found.outcome is not Outcome.UNKNOWN
    assert found.sentence.endswith(".")
    assert found.money
    assert "nan" not in f"{found.sentence}{found.money}{found.because}{found.quality}".lower()
    assert all(point.tuned_low <= point.tuned_high and point.other_low <= point.other_high for point in found.by_month)


def test_beside_bands_that_widen_together_it_says_so() -> None:
    assert "overlap more than the ways can" in told(calls=(60_000, 100_000)).drawn
    assert told(hours_once=(10, 12)).drawn == ""


def test_what_nobody_can_look_up_is_not_asked_for() -> None:
    assert "Knowing" not in told(scale=(0.9, 1.35)).because
