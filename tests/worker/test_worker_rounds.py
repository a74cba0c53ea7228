"""A hundred quiet jobs cost one listing and one transaction a minute, and nothing that happens to one of them is missed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, event

from ftcore.records import Endpoint, Job, JobState, Snapshot, Task
from ftcore.store import endpoints, jobs, tasks
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.worker import following, loop, pacing, rounds
from ftcore.worker.pacing import EVENTS_SECONDS, ROUND_SECONDS, Pace
from ftcore.worker.rounds import SPREAD_SECONDS
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace
from tests.training.faulty import now_of, snapshot
from tests.worker.listing_server import Many, listing_server

__all__ = ["snapshot"]
NUMBER = 100


@dataclass
class Quiet:
    """Jobs that run at a server that has nothing new, and a worker that has looked at each for a while."""

    db: Database
    workspace: Workspace
    remote: Many
    jobs: list[Job]
    pace: Pace
    moment: list[float] = field(default_factory=lambda: [0.0])

    def lease(self, job: Job) -> Task:
        """The job's turn has come."""
        with self.db.write() as c:
            tasks.hurry(c, f"reconcile:{job.key}")
            found = tasks.lease(c)
        assert found is not None
        assert found.payload["job_id"] == job.id
        return found

    def look(self, task: Task) -> None:
        """As the worker's loop does it."""
        with Watch(self.db, task) as watch:
            loop._end(self.db, task, self.workspace, watch)

    def wait_of(self, job: Job) -> float | None:
        """Seconds until its next look; None = due at once."""
        with self.db.read() as c:
            query = "SELECT lease_until FROM tasks WHERE key = ?"
            due = c.exec_driver_sql(query, (f"reconcile:{job.key}",)).scalar_one()
        return None if due is None else due - time.time()

    def settle(self) -> None:
        for job in self.jobs:
            self.pace.is_quiet(job.id)
            for _ in range(8):
                self.pace.next(job.id, job.endpoint_id, state=JobState.RUNNING, changed=False, ours=False)


def run(c: Connection, snapshot: Snapshot, endpoint: Endpoint, at: int) -> Job:
    """A job that runs at the server, and the task that follows it."""
    job = jobs.plan(
        c,
        snapshot.project_id,
        snapshot_id=snapshot.id,
        endpoint_id=endpoint.id,
        key=f"job-{at}",
        base_model="m",
        hyperparameters={},
        system_prompt="",
        seed=1,
        who="t",
    )
    there = {"state": JobState.RUNNING, "remote_id": f"ftjob-{at}", "remote_status": "running"}
    jobs.change(c, job.id, **there, started_at=now(), seen_at=now())
    jobs.follow_soon(c, job)
    return job


@pytest.fixture
def quiet(db: Database, workspace: Workspace, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Quiet]:
    remote = Many({f"ftjob-{at}": "running" for at in range(NUMBER)})
    with listing_server(remote) as url:
        with db.write() as c:
            endpoint = endpoints.put(c, "provider", base_url=url, key_source="")
            planned = [run(c, snapshot, endpoint, at) for at in range(NUMBER)]
            c.exec_driver_sql("UPDATE tasks SET lease_until = ?", (time.time() + 30,))
        moment = [1000.0]
        found = Quiet(db, workspace, remote, planned, Pace(lambda: moment[0]), moment)
        found.settle()
        monkeypatch.setattr(following, "PACE", found.pace)
        # By chance a time may be so near that it is over before the test looks.
        monkeypatch.setattr(rounds, "random", SimpleNamespace(random=lambda: 0.5))
        yield found


def commits(db: Database) -> list[int]:
    """Grows with every transaction that writes."""
    seen: list[int] = []
    event.listen(db.engine, "commit", lambda connection: seen.append(1))
    return seen


def test_a_quiet_round_over_a_hundred_jobs_is_one_listing_and_one_transaction(quiet: Quiet) -> None:
    task = quiet.lease(quiet.jobs[7])
    written = commits(quiet.db)
    quiet.look(task)
    assert (quiet.remote.lists, quiet.remote.looks, quiet.remote.events) == (1, [], [])
    assert len(written) == 1
    waits = [quiet.wait_of(job) for job in quiet.jobs]
    assert all(wait is not None and 0 < wait <= ROUND_SECONDS + SPREAD_SECONDS for wait in waits)
    later = [wait for wait in waits if wait is not None and wait > ROUND_SECONDS - 3]
    assert len(later) >= NUMBER * 0.8  # the others are asked for their events before the next round


def test_in_six_rounds_every_job_is_asked_for_its_events_once(quiet: Quiet) -> None:
    ids = [job.id for job in quiet.jobs]
    whole: list[int] = []
    for _ in range(6):
        quiet.moment[0] += ROUND_SECONDS
        _, due = quiet.pace.rota(ids)
        assert len(due) <= NUMBER * ROUND_SECONDS / EVENTS_SECONDS + 1
        whole += [one for one in due if not quiet.pace.is_quiet(one)]
    assert len(whole) == len(set(whole)) >= 0.9 * NUMBER


def test_a_job_whose_status_has_changed_is_due_at_once_and_its_own_answer_ends_it(quiet: Quiet) -> None:
    done = quiet.jobs[42]
    quiet.remote.statuses[f"ftjob-{42}"] = "succeeded"
    quiet.look(quiet.lease(quiet.jobs[7]))
    assert quiet.wait_of(done) is None
    assert now_of(quiet.db, done).state == JobState.RUNNING  # a list ends no job
    quiet.look(quiet.lease(done))
    assert quiet.remote.looks == quiet.remote.events == ["ftjob-42"]
    assert now_of(quiet.db, done).state == JobState.SUCCEEDED


def test_the_job_whose_turn_it_is_ends_by_its_own_answer_too(quiet: Quiet) -> None:
    quiet.remote.statuses["ftjob-7"] = "failed"
    quiet.look(quiet.lease(quiet.jobs[7]))
    assert (quiet.remote.lists, quiet.remote.looks) == (1, ["ftjob-7"])
    assert now_of(quiet.db, quiet.jobs[7]).state == JobState.FAILED
    assert (quiet.wait_of(quiet.jobs[8]) or 0) > 0


@pytest.mark.parametrize("which", [7, 42])
@pytest.mark.parametrize("asked", [{"cancel_requested": True}, {"wish": "pause"}])
def test_what_is_asked_for_while_the_server_lists_is_told_at_once(
    quiet: Quiet, which: int, asked: dict[str, object]
) -> None:
    def ask() -> None:
        with quiet.db.write() as c:
            jobs.change(c, quiet.jobs[which].id, **asked)

    quiet.remote.meanwhile = ask
    quiet.look(quiet.lease(quiet.jobs[7]))
    assert quiet.wait_of(quiet.jobs[which]) is None


def test_look_again_while_the_server_lists_is_not_put_off(quiet: Quiet) -> None:
    def ask() -> None:
        with quiet.db.write() as c:
            jobs.follow_soon(c, quiet.jobs[42])

    quiet.remote.meanwhile = ask
    quiet.look(quiet.lease(quiet.jobs[7]))
    assert quiet.wait_of(quiet.jobs[42]) is None


def test_a_task_that_another_worker_holds_is_left_to_it(quiet: Quiet) -> None:
    held = quiet.lease(quiet.jobs[42])
    quiet.look(quiet.lease(quiet.jobs[7]))
    with quiet.db.write() as c:
        assert not tasks.hold(c, held)


def test_a_task_that_another_worker_takes_while_the_server_lists_is_left_to_it(quiet: Quiet) -> None:
    held: list[Task] = []
    quiet.remote.meanwhile = lambda: held.append(quiet.lease(quiet.jobs[42]))
    quiet.look(quiet.lease(quiet.jobs[7]))
    with quiet.db.write() as c:
        assert not tasks.hold(c, held[0])


def test_a_worker_that_was_taken_for_dead_puts_nothing_off(quiet: Quiet) -> None:
    task = quiet.lease(quiet.jobs[7])

    def take_over() -> None:
        with quiet.db.write() as c:
            c.exec_driver_sql("UPDATE tasks SET fence = fence + 1 WHERE id = ?", (task.id,))

    quiet.remote.meanwhile = take_over
    with pytest.raises(tasks.LostLease):
        quiet.look(task)
    assert quiet.remote.lists == 1
    assert all((quiet.wait_of(job) or 0) <= 30 for job in quiet.jobs if job.id != quiet.jobs[7].id)


def test_a_job_that_the_list_does_not_show_is_looked_at_singly_and_goes_on(quiet: Quiet) -> None:
    quiet.remote.hidden = ("ftjob-7", "ftjob-42")
    quiet.look(quiet.lease(quiet.jobs[7]))
    before = quiet.wait_of(quiet.jobs[42])
    assert before is not None
    assert before <= 30  # it keeps its time
    quiet.look(quiet.lease(quiet.jobs[42]))
    assert (quiet.remote.lists, quiet.remote.looks) == (1, ["ftjob-7", "ftjob-42"])
    assert [now_of(quiet.db, quiet.jobs[at]).state for at in (7, 42)] == [JobState.RUNNING] * 2


@pytest.mark.parametrize(("repeats", "lists"), [(False, 4), (True, 2)])
def test_a_list_is_read_to_its_end_and_one_that_repeats_itself_no_further(
    quiet: Quiet, repeats: bool, lists: int
) -> None:
    quiet.remote.page, quiet.remote.repeats = 30, repeats
    quiet.look(quiet.lease(quiet.jobs[7]))
    assert quiet.remote.lists == lists
    last = quiet.wait_of(quiet.jobs[99])
    assert last is not None
    assert (last <= 30) == repeats  # what it never shows keeps its time


def test_a_list_that_asks_to_wait_is_waited_for_by_all(quiet: Quiet) -> None:
    quiet.remote.refuses, quiet.remote.retry_after = 429, "77"
    quiet.look(quiet.lease(quiet.jobs[7]))
    assert quiet.wait_of(quiet.jobs[7]) == pytest.approx(77, abs=3)
    quiet.look(quiet.lease(quiet.jobs[8]))
    assert (quiet.remote.lists, quiet.remote.looks) == (1, [])


@pytest.mark.parametrize("code", [403, 404, 405, 500, 501])
def test_a_server_without_a_list_is_asked_for_each_job(quiet: Quiet, code: int) -> None:
    quiet.remote.refuses = code
    quiet.look(quiet.lease(quiet.jobs[7]))
    quiet.moment[0] += pacing.AFTER_FAULT * 2
    quiet.look(quiet.lease(quiet.jobs[7]))
    quiet.look(quiet.lease(quiet.jobs[8]))
    assert quiet.remote.lists == 1
    assert {"ftjob-7", "ftjob-8"} <= set(quiet.remote.looks)
    assert now_of(quiet.db, quiet.jobs[7]).state == JobState.RUNNING


def test_a_job_that_was_said_to_be_missing_is_looked_at_whole_until_it_is_seen(quiet: Quiet) -> None:
    with quiet.db.write() as c:
        jobs.change(c, quiet.jobs[42].id, looked_at=now())
    quiet.look(quiet.lease(quiet.jobs[7]))
    assert (quiet.wait_of(quiet.jobs[42]) or 99) <= 30
    for job in quiet.jobs:
        quiet.pace.is_left_out([job.id])
    quiet.look(quiet.lease(quiet.jobs[42]))
    with quiet.db.read() as c:
        assert jobs.looked_at(c, quiet.jobs[42].id) is None
