"""A task is done by one worker at a time, and by the next one when the first has died."""

from __future__ import annotations

import time

import pytest

from ftcore.records import TaskState
from ftcore.store import tasks
from ftcore.store.database import Database


def test_the_same_key_queues_one_task(db: Database) -> None:
    with db.write() as c:
        first = tasks.put(c, "import", {}, key="a")
        assert tasks.put(c, "import", {}, key="a").id == first.id


def test_a_leased_task_is_given_to_nobody_else(db: Database) -> None:
    with db.write() as c:
        tasks.put(c, "import", {})
        assert tasks.lease(c) is not None
        assert tasks.lease(c) is None


def test_a_worker_that_was_taken_for_dead_can_no_longer_write(db: Database) -> None:
    with db.write() as c:
        tasks.put(c, "import", {})
        first = tasks.lease(c)
        second = tasks.lease(c, clock=time.time() + tasks.LEASE_SECONDS + 1)
        assert first is not None
        assert second is not None
        assert second.fence == first.fence + 1
        for write in (
            lambda: tasks.finish(c, first, {}),
            lambda: tasks.hold(c, first),
            lambda: tasks.fail(c, first, "x"),
        ):
            with pytest.raises(tasks.LostLease):
                write()
        tasks.finish(c, second, {"n": 1})
        assert tasks.get(c, second.id).result == {"n": 1}


def test_a_task_that_kills_every_worker_is_given_up_with_a_sentence(db: Database) -> None:
    with db.write() as c:
        task = tasks.put(c, "import", {})
        later = time.time()
        for _ in range(tasks.ATTEMPTS):
            later += tasks.LEASE_SECONDS + 1
            assert tasks.lease(c, clock=later) is not None
        assert tasks.lease(c, clock=later + tasks.LEASE_SECONDS + 1) is None
        given_up = tasks.get(c, task.id)
    assert given_up.state == TaskState.FAILED
    assert "never ended" in given_up.error


def test_a_postponed_task_comes_back_later_and_never_runs_out_of_attempts(db: Database) -> None:
    with db.write() as c:
        tasks.put(c, "reconcile", {})
        clock = time.time()
        for _ in range(3 * tasks.ATTEMPTS):
            task = tasks.lease(c, clock=clock)
            assert task is not None
            tasks.postpone(c, task, 5)
            assert tasks.lease(c) is None
            clock += 60


def test_cancelling_a_waiting_task_ends_it_and_a_running_one_hears_of_it(db: Database) -> None:
    with db.write() as c:
        waiting, running = tasks.put(c, "import", {}), tasks.put(c, "import", {})
        tasks.request_cancel(c, waiting.id)
        leased = tasks.lease(c)
        assert leased is not None
        assert leased.id == running.id
        tasks.request_cancel(c, running.id)
        assert tasks.hold(c, leased) is True
        assert tasks.get(c, waiting.id).state == TaskState.CANCELLED
