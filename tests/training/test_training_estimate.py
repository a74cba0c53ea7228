"""What a launch will take: tokens, money and time, each as a range, and what was spent already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.endpoints.figures import Figure
from ftcore.endpoints.prices import Price
from ftcore.records import Endpoint, Job, JobState, Split
from ftcore.training.estimate import Estimate, estimate, range_reason, speed_of
from ftcore.training.settings import Settings
from ftcore.training.spending import Spent, cost_of, month_of
from ftcore.training.survey import Survey
from ftcore.training.terms import Terms

THERE = Endpoint(3, "cloud", "https://api.example/v1")
HERE = Terms(Endpoint(1, "local", "", practice=True), "smollm2")
START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def at(usd: float | None) -> Terms:
    train = Figure(usd, "provider", START.date()) if usd is not None else None
    return Terms(THERE, "llama", price=Price("p", "llama", True, train=train))


def survey(tokens: list[int], validation: tuple[int, ...] = (), foreign: float = 0.0) -> Survey:
    numbers = {Split.TRAIN: len(tokens), Split.VALIDATION: len(validation)}
    return Survey("d", numbers, tuple(tokens), validation, foreign=foreign)


def past(speed: float, *, wait: float = 30, model: str = "llama", tokens: int = 60_000, **also: object) -> Job:
    begun = START + timedelta(seconds=wait)
    job = Job(1, 1, 1, 3, "k", JobState.SUCCEEDED, model, "ftjob-1", trained_tokens=tokens, created_at=START)
    return replace(job, started_at=begun, finished_at=begun + timedelta(seconds=tokens / speed), **also)  # type: ignore[arg-type]


def test_an_estimate_counts_every_pass() -> None:
    one, three = (estimate(survey([100] * 60), Settings(epochs=n), at(3.0)) for n in (1, 3))
    assert (one.tokens, three.tokens) == (6_000, 18_000)


def test_the_price_is_tokens_times_passes_times_the_rate_with_a_range() -> None:
    found = estimate(survey([1_000] * 100, validation=(1_000,) * 10), Settings(epochs=3), at(3.0))
    assert found.cost == pytest.approx((0.9 * 0.3 * 3, 1.35 * 0.33 * 3))
    assert estimate(survey([1_000] * 100), Settings(epochs=3), at(None)).cost is None
    assert estimate(survey([1_000] * 100), Settings(epochs=3), HERE).cost == (0.0, 0.0)


def test_a_range_says_why_it_is_one_and_is_wider_where_scripts_are_counted_otherwise() -> None:
    plain, foreign = survey([10] * 20, validation=(10,)), survey([10] * 20, foreign=0.4)
    assert (
        "counts them in its own way, 10% fewer to 35% more. Some servers bill the validation rows too."
        in range_reason(plain, at(3.0))
    )
    assert "2.8 times as many" in range_reason(foreign, at(3.0))
    high = [estimate(rows, Settings(epochs=1), at(3.0)).cost for rows in (replace(plain, validation=()), foreign)]
    assert high[0] is not None
    assert high[1] is not None
    assert high[1][1] == pytest.approx(high[0][1] * 2.8 / 1.35)


@given(st.lists(st.integers(1, 5_000), min_size=40, max_size=120), st.floats(0.01, 100), st.integers(1, 50))
def test_a_group_costs_what_its_jobs_cost_together(tokens: list[int], rate: float, epochs: int) -> None:
    found = estimate(survey(tokens), Settings(epochs=epochs, series=True, seeds=2), at(rate))
    assert len(found.parts) == 6
    assert found.cost is not None
    alone = [part.cost for part in found.parts if part.cost is not None]
    assert found.cost == pytest.approx((sum(low for low, _ in alone), sum(high for _, high in alone)))
    assert all(low <= high for low, high in alone)
    sizes = [part.tokens for part in found.parts]
    assert sizes == sorted(sizes), "a larger part has no fewer tokens"


def test_time_is_not_known_where_nothing_was_trained_yet() -> None:
    assert estimate(survey([100] * 60), Settings(), at(3.0)).seconds is None
    assert estimate(survey([100] * 60), Settings(), HERE).seconds is not None


def test_time_is_taken_from_the_middle_one_of_the_endpoints_own_jobs() -> None:
    jobs = [past(1_000), past(2_000), past(9_000, wait=300)]
    found = estimate(survey([1_000] * 100), Settings(epochs=3), at(3.0), jobs)
    middle = 30 + 300_000 / 2_000
    assert found.measured == 3
    assert found.seconds == pytest.approx((middle * 0.6, middle * 2))


def test_jobs_of_the_same_model_tell_its_speed_and_others_only_where_there_are_none() -> None:
    other = past(50, model="qwen")
    speed = speed_of([other, past(1_000)], at(3.0))
    assert speed is not None
    assert speed.tokens_a_second == pytest.approx(1_000)
    alone = speed_of([other], at(3.0))
    assert alone is not None
    assert alone.tokens_a_second == pytest.approx(50)


def test_a_job_that_was_over_at_once_says_nothing_about_speed() -> None:
    assert speed_of([past(1_000, tokens=4_000)], at(3.0)) is None


@pytest.mark.parametrize(
    ("job", "spent"),
    [
        (past(1_000, rate=3.0, tokens=1_000_000), Spent(3.0, 3.0, 1)),
        (past(1_000, rate=3.0, cost_high=9.0, state=JobState.RUNNING), Spent(0.0, 9.0, 1)),
        (past(1_000, rate=3.0, cost_high=9.0, state=JobState.UNKNOWN, remote_id=""), Spent(0.0, 9.0, 1)),
        (past(1_000, rate=3.0, cost_high=9.0, state=JobState.PLANNED, remote_id=""), Spent(0.0, 9.0, 1)),
        (past(1_000, rate=3.0, cost_high=9.0, state=JobState.FAILED, trained_tokens=None), Spent(0.0, 9.0, 1)),
        (past(1_000, rate=3.0, cost_high=9.0, state=JobState.FAILED, trained_tokens=0), Spent(0.0, 0.0, 1)),
        (
            past(1_000, rate=3.0, cost_high=9.0, state=JobState.CANCELLED, remote_id="", trained_tokens=None),
            Spent(jobs=1),
        ),
        (past(1_000), Spent(jobs=1, unpriced=1)),
        (past(1_000, rate=0.0), Spent(jobs=1)),
    ],
)
def test_what_a_job_has_cost_is_what_is_known_and_else_at_most_the_high_estimate(job: Job, spent: Spent) -> None:
    assert cost_of(job) == spent


def test_a_month_begins_at_midnight_by_this_computers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        late = datetime(2026, 10, 31, 16, tzinfo=UTC)  # 1 November there
        assert month_of(late) == datetime(2026, 10, 31, 15, tzinfo=UTC)
        assert month_of(late - timedelta(hours=2)) == datetime(2026, 9, 30, 15, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_several_trainings_on_this_computer_take_their_times_one_after_the_other() -> None:
    one = estimate(survey([100] * 60), Settings(epochs=1), HERE)
    three = estimate(survey([100] * 60), Settings(epochs=1, seeds=3), HERE)
    assert isinstance(three, Estimate)
    assert one.seconds is not None
    assert three.seconds == pytest.approx(tuple(3 * seconds for seconds in one.seconds))
