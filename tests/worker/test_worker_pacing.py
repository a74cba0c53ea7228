"""Servers are asked often only where that is free, and ever more seldom while they are silent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.records import JobState
from ftcore.worker import pacing
from ftcore.worker.pacing import Pace


def looks(pace: Pace, changes: list[bool], *, ours: bool = False) -> list[float]:
    return [pace.next(1, 1, state=JobState.RUNNING, changed=changed, ours=ours) for changed in changes]


def test_a_job_at_a_provider_is_looked_at_every_five_seconds_and_then_ever_more_seldom() -> None:
    waits = looks(Pace(), [False] * 12)
    assert waits[0] == pytest.approx(5, rel=0.16)
    assert waits[-1] == pytest.approx(60, rel=0.16)


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_every_wait_is_between_five_seconds_and_a_minute_and_news_bring_it_back(changes: list[bool]) -> None:
    waits = looks(Pace(), changes)
    assert all(0.84 * 5 <= wait <= 1.16 * 60 for wait in waits)
    assert all(wait <= 1.16 * 5 for wait, changed in zip(waits, changes, strict=True) if changed)


def test_a_hundred_jobs_share_the_looks_of_one() -> None:
    """Even while all of them have news."""
    pace = Pace()
    for _ in range(2):
        waits = [pace.next(job, 1, state=JobState.RUNNING, changed=True, ours=False) for job in range(100)]
    assert sum(1 / wait for wait in waits) < 2


def test_a_job_without_news_is_asked_for_its_events_at_every_third_look() -> None:
    moment = [0.0]
    pace = Pace(lambda: moment[0])
    assert not any(pace.is_quiet(1) for _ in range(6))
    looks(pace, [False] * 8)
    quiet = []
    for _ in range(6):
        moment[0] += 60
        quiet.append(pace.is_quiet(1))
    assert quiet.count(False) == 2
    looks(pace, [True])
    assert not any(pace.is_quiet(1) for _ in range(6))


def test_a_list_that_did_not_show_our_jobs_is_asked_for_again_later() -> None:
    moment = [0.0]
    pace = Pace(lambda: moment[0])
    pace.lists_nothing(1)
    pace.is_left_out([7])
    assert [pace.is_listed(5, 1), pace.is_listed(7, 2), pace.is_listed(5, 2)] == [False, False, True]
    moment[0] += pacing.NO_LIST_SECONDS
    assert pace.is_listed(5, 1)
    assert pace.is_listed(7, 2)


def test_one_at_a_time_lists_the_jobs_of_an_endpoint() -> None:
    pace = Pace()
    with pace.listing(1) as first, pace.listing(1) as second, pace.listing(2) as other:
        assert [first, second, other] == [True, False, True]
    with pace.listing(1) as again:
        assert again


def test_our_own_trainer_is_looked_at_several_times_in_ten_seconds() -> None:
    assert max(looks(Pace(), [False] * 20, ours=True)) < 1


@given(faults=st.integers(1, 60), ours=st.booleans())
def test_the_wait_after_faults_grows_and_is_never_too_long(faults: int, ours: bool) -> None:
    pace = Pace()
    waits = [pace.after_fault(1, 1, asked=None, everywhere=False, ours=ours) for _ in range(faults)]
    assert waits[0] <= 3.5
    assert max(waits) <= pacing.LONGEST_AFTER_FAULT[ours] * 1.16


def test_a_silent_endpoint_is_asked_by_one_job_for_all() -> None:
    pace = Pace()
    for job in range(50):
        pace.after_fault(job, 1, asked=None, everywhere=True, ours=False)
    assert 0 < pace.closed(1) < 8  # fifty that asked at the same time count as one
    assert pace.closed(2) == 0
    pace.next(1, 1, state=JobState.RUNNING, changed=True, ours=False)
    assert pace.closed(1) == 0


def test_the_wait_that_a_server_asks_for_is_kept() -> None:
    pace = Pace()
    assert pace.after_fault(1, 1, asked=1234.0, everywhere=True, ours=False) == 1234.0
    assert pace.closed(1) > 1200


def test_few_threads_wait_for_one_server() -> None:
    pace = Pace()
    with pace.asking(1) as a, pace.asking(1) as b, pace.asking(1) as c, pace.asking(1) as d, pace.asking(2) as other:
        assert [a, b, c, d, other] == [True, True, True, False, True]
    with pace.asking(1) as again:
        assert again
