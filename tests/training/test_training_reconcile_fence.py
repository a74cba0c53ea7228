"""Two workers never act on one job, and a request that may still leave is never sent twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.records import Endpoint, JobState, Snapshot, Task
from ftcore.store import jobs, tasks
from ftcore.store.database import Database
from ftcore.store.tasks import LostLease
from ftcore.training import intent, looking, submitting
from ftcore.training.doubt import did_not_start, look_again
from ftcore.training.intent import Intent
from ftcore.training.reconcile import NoAnswer, advance, take_step
from tests.faults.protocol_server import Remote
from tests.training.faulty import endpoint, now_of, plan, remote, said, settle, snapshot

__all__ = ["endpoint", "remote", "snapshot"]


@pytest.fixture(autouse=True)
def _sure_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "SURE_SECONDS", {True: 0.1, False: 0.1})


def lease(db: Database, *, later: float = 0.0) -> Task:
    with db.write() as c:
        task = tasks.lease(c, clock=time.time() + later, kinds=("reconcile",))
    assert task is not None
    return task


def holding(task: Task) -> object:
    return partial(lambda c, task: tasks.hold(c, task), task=task)


def test_a_worker_that_lost_its_lease_before_the_request_sends_nothing(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = plan(db, snapshot, endpoint)
    first = lease(db)
    lease(db, later=tasks.LEASE_SECONDS + 1)
    with pytest.raises(LostLease):
        advance(db, job.id, tmp_path, holding(first))  # type: ignore[arg-type]
    assert (now_of(db, job).state, remote.creates) == (JobState.PLANNED, 0)


def test_a_worker_that_is_overtaken_right_before_its_request_leaves_keeps_it_back(
    db: Database,
    snapshot: Snapshot,
    endpoint: Endpoint,
    remote: Remote,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It sleeps between the intent and the sending, and wakes when another worker has its task."""
    job = plan(db, snapshot, endpoint)
    first, whole = lease(db), submitting.connect

    def sleepy(*what: object, **how: object) -> object:
        lease(db, later=tasks.LEASE_SECONDS + 1)
        return whole(*what, **how)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(submitting, "connect", sleepy)
        with pytest.raises(LostLease):
            advance(db, job.id, tmp_path, holding(first))  # type: ignore[arg-type]
    assert (now_of(db, job).state, remote.asked) == (JobState.SUBMITTING, [])
    assert settle(db, job, tmp_path).state == JobState.SUCCEEDED
    assert remote.creates == 1


def test_a_request_that_could_not_leave_in_time_is_kept_back_and_sent_later(
    db: Database,
    snapshot: Snapshot,
    endpoint: Endpoint,
    remote: Remote,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ftcore.training.patience import within as whole

    job = plan(db, snapshot, endpoint)
    with monkeypatch.context() as patch:
        patch.setattr(intent, "POST_SECONDS", -1.0)
        patch.setattr(submitting, "within", lambda seconds, before_sending: whole(60.0, before_sending=before_sending))
        with pytest.raises(NoAnswer):
            advance(db, job.id, tmp_path)
    assert (now_of(db, job).state, remote.asked) == (JobState.PLANNED, [])
    assert settle(db, job, tmp_path).state == JobState.SUCCEEDED
    assert remote.creates == 1


def test_as_long_as_the_sender_lives_nothing_is_asked_for_again(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    """A stopped process may still send what it has in its hand, hours later."""
    job = plan(db, snapshot, endpoint)
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        _as_if_sent_by(db, job.id, sleeper.pid)
        for _ in range(8):
            advance(db, job.id, tmp_path)
            time.sleep(0.05)
        assert (now_of(db, job).state, remote.asked) == (JobState.SUBMITTING, [])
    finally:
        sleeper.kill()
        sleeper.wait()
    assert settle(db, job, tmp_path).state == JobState.SUCCEEDED
    assert remote.creates == 1


def test_a_sender_that_is_gone_is_waited_for_until_its_request_can_no_longer_arrive(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = plan(db, snapshot, endpoint)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    _as_if_sent_by(db, job.id, gone.pid, until=time.time() + 0.6)
    began = time.time()
    assert settle(db, job, tmp_path).state == JobState.SUCCEEDED
    assert time.time() - began > 0.6
    assert remote.creates == 1


def _as_if_sent_by(db: Database, job_id: int, pid: int, until: float | None = None) -> None:
    with db.write() as c:
        jobs.change(c, job_id, state=JobState.SUBMITTING)
        mine = intent.write(c, job_id, "faulty")
        born = intent._born(pid) if until is None else time.time()
        theirs = replace(mine, pid=pid, born=born, until=until or time.time() - 1)
        jobs.note(c, job_id, mine.name, "asked", data=intent._data(theirs), again=True)


@given(over=st.booleans(), mine=st.booleans(), passed=st.booleans())
def test_a_request_is_over_when_its_sender_says_so_or_is_no_more(over: bool, mine: bool, passed: bool) -> None:
    until = time.time() + (-1 if passed else 100)
    found = Intent("asked-1", "a mark of nobody's", os.getpid() if mine else 2**22 + 7, 0.0, 0.0, until, over)
    assert intent.is_over(found) == (over or mine or passed)


def test_the_reply_is_kept_even_by_a_worker_that_lost_its_lease_meanwhile(
    db: Database,
    snapshot: Snapshot,
    endpoint: Endpoint,
    remote: Remote,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = plan(db, snapshot, endpoint)
    first, whole = lease(db), submitting._post

    def slow(*what: object) -> object:
        created = whole(*what)  # type: ignore[arg-type]
        lease(db, later=tasks.LEASE_SECONDS + 1)
        return created

    monkeypatch.setattr(submitting, "_post", slow)
    advance(db, job.id, tmp_path, holding(first))  # type: ignore[arg-type]
    assert (now_of(db, job).state, now_of(db, job).remote_id) == (JobState.SUBMITTED, "ftjob-1")


def test_every_creation_carries_our_number_twice(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    job = plan(db, snapshot, endpoint)
    settle(db, job, tmp_path)
    assert [(one["metadata"], one["idempotency_key"]) for one in remote.asked] == [({submitting.KEY: job.key}, job.key)]


class TestWhereNobodyCanTell:
    """A server that has never shown our numbers in its list."""

    @pytest.fixture
    def remote(self) -> Remote:
        return Remote(faults=["reset_before"])

    def test_a_job_stays_unknown_and_is_never_asked_for_again(
        self, db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
    ) -> None:
        job = plan(db, snapshot, endpoint)
        settle(db, job, tmp_path, until=lambda job: job.state == JobState.UNKNOWN)
        for _ in range(12):
            step = take_step(db, job.id, tmp_path)
            time.sleep(0.02)
        assert (step.job.state, len(remote.asked)) == (JobState.UNKNOWN, 1)
        assert step.seconds is not None
        assert step.seconds >= 10
        assert "cannot be told" in said(db, job)

    def test_a_person_who_looked_ends_it_and_nothing_is_sent(
        self, db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
    ) -> None:
        job = plan(db, snapshot, endpoint)
        assert not did_not_start(db, job.id, "Ada")
        settle(db, job, tmp_path, until=lambda job: job.state == JobState.UNKNOWN)
        assert did_not_start(db, job.id, "Ada")
        ended = now_of(db, job)
        assert ended.state == JobState.CANCELLED
        assert "Ada looked at faulty" in ended.error
        assert advance(db, job.id, tmp_path)
        assert len(remote.asked) == 1

    def test_a_job_that_did_start_after_all_is_told_and_cancelled_there(
        self, db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
    ) -> None:
        remote.faults, remote.status = ["reset_after"], "running"
        job = plan(db, snapshot, endpoint)
        with pytest.raises(NoAnswer):
            advance(db, job.id, tmp_path)
        before = now_of(db, job)
        assert did_not_start(db, job.id, "Ada")
        with db.read() as c:
            turn = reconcile_turn(db, before, endpoint, tmp_path)
            assert jobs.get(c, job.id).state == JobState.CANCELLED
        looking.look_for(turn)  # a look that had begun before
        assert now_of(db, job).state == JobState.SUBMITTED
        assert settle(db, job, tmp_path).state == JobState.CANCELLED
        assert remote.status == "cancelled"
        assert "after all" in said(db, job)

    def test_looking_again_makes_the_worker_look_now(
        self, db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote
    ) -> None:
        job = plan(db, snapshot, endpoint)
        task = lease(db)
        with db.write() as c:
            tasks.postpone(c, task, 500)
            assert not tasks.something_due(c)
        look_again(db, job.id)
        assert lease(db).id == task.id


def reconcile_turn(db: Database, job: object, endpoint: Endpoint, exports: Path) -> object:
    from ftcore.endpoints.adapter import Adapter
    from ftcore.training.turn import Turn, held_by_nobody

    return Turn(db, job, endpoint, Adapter(), exports, held_by_nobody)  # type: ignore[arg-type]
