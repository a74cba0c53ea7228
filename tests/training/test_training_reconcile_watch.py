"""A job is followed with patience: what the server says, what somebody wishes, and what is no answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.records import Endpoint, Job, JobState, Snapshot
from ftcore.store import endpoints, jobs, tasks
from ftcore.store.database import Database
from ftcore.training import calling, looking
from ftcore.training.launch import cancel
from ftcore.training.reconcile import NoAnswer, advance, take_step
from ftcore.training.wishes import pause, resume
from tests.faults.protocol_server import Remote
from tests.faults.serving import serving
from tests.training.faulty import endpoint, now_of, plan, remote, running, said, settle, snapshot

__all__ = ["endpoint", "remote", "snapshot"]


@pytest.fixture
def job(db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path) -> Job:
    """One that runs."""
    remote.status = "running"
    return settle(db, plan(db, snapshot, endpoint), tmp_path, until=running)


def test_a_pause_and_a_resume_reach_the_server(db: Database, job: Job, remote: Remote, tmp_path: Path) -> None:
    pause(db, job.id)
    advance(db, job.id, tmp_path)
    assert (now_of(db, job).state, now_of(db, job).wish, remote.status) == (JobState.PAUSED, "", "paused")
    resume(db, job.id)
    advance(db, job.id, tmp_path)
    assert (now_of(db, job).state, now_of(db, job).wish) == (JobState.RUNNING, "")


def test_a_server_that_cannot_pause_says_so_and_the_wish_is_withdrawn(
    db: Database, job: Job, remote: Remote, tmp_path: Path
) -> None:
    remote.pauses = False
    pause(db, job.id)
    advance(db, job.id, tmp_path)
    assert (now_of(db, job).state, now_of(db, job).wish) == (JobState.RUNNING, "")
    assert "has not paused the job" in said(db, job)


@pytest.mark.parametrize("ask", [cancel, pause])
def test_what_somebody_asks_for_is_passed_on_now_and_not_at_the_next_look(db: Database, job: Job, ask: Any) -> None:
    with db.write() as c:
        task = tasks.lease(c, kinds=("reconcile",))
        assert task is not None
        tasks.postpone(c, task, 60)
        assert not tasks.something_due(c, kinds=("reconcile",))
    ask(db, job.id)
    with db.read() as c:
        assert tasks.something_due(c, kinds=("reconcile",))


def test_what_the_server_tells_of_its_queue_is_kept(db: Database, job: Job, remote: Remote, tmp_path: Path) -> None:
    remote.more = {"queue_position": 3, "estimated_finish": 1_800_000_000}
    advance(db, job.id, tmp_path)
    seen = now_of(db, job)
    assert seen.queue_position == 3
    assert seen.estimated_finish is not None
    assert seen.estimated_finish.timestamp() == 1_800_000_000
    assert seen.seen_at is not None


def test_a_quiet_look_writes_nothing(db: Database, job: Job, tmp_path: Path) -> None:
    advance(db, job.id, tmp_path)
    before = now_of(db, job)
    with db.read() as c:
        changes = c.exec_driver_sql("PRAGMA data_version").scalar()
        assert not take_step(db, job.id, tmp_path).changed
        assert c.exec_driver_sql("PRAGMA data_version").scalar() == changes
    assert now_of(db, job) == before


@given(word=st.text(max_size=30))
def test_no_word_that_nobody_knows_is_a_success(word: str) -> None:
    from ftcore.endpoints.adapter import Adapter

    state = Adapter().status(word)
    known = "".join(character for character in word.lower() if character.isalnum()).removeprefix("jobstate")
    assert state != JobState.SUCCEEDED or known in ("succeeded", "success", "completed", "complete")


def test_a_job_that_the_server_lost_ends_only_when_it_is_said_twice_and_apart(
    db: Database, job: Job, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "SURE_SECONDS", {True: 0.1, False: 0.3})
    remote.refusals = [404]
    with pytest.raises(NoAnswer):
        advance(db, job.id, tmp_path)
    advance(db, job.id, tmp_path)  # it is there after all: what was said once counts no more
    time.sleep(0.35)
    remote.refusals = [404]
    with pytest.raises(NoAnswer):
        advance(db, job.id, tmp_path)
    time.sleep(0.35)
    remote.refusals = [404]
    assert advance(db, job.id, tmp_path)
    assert now_of(db, job).state == JobState.FAILED


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7.0), ("999999999", 3600.0), ("", None), ("soon", None)])
def test_the_wait_that_a_server_asks_for_is_kept_up_to_an_hour(
    db: Database, job: Job, remote: Remote, tmp_path: Path, asked: str, seconds: float | None
) -> None:
    remote.refusals, remote.retry_after = [429], asked
    with pytest.raises(NoAnswer) as raised:
        advance(db, job.id, tmp_path)
    assert (raised.value.seconds, raised.value.everywhere) == (seconds, True)
    assert ("again in an hour" in str(raised.value)) == (seconds == 3600.0)


def test_a_key_that_the_server_repeats_is_shown_to_nobody(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.repeats_key, remote.faults = True, ["refuse_400"]
    job = settle(db, plan(db, snapshot, endpoint), tmp_path)
    assert "no: 400" in job.error
    assert "canary-key" not in job.error


def test_a_list_of_many_pages_is_searched_until_it_is_a_day_older(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, tmp_path: Path
) -> None:
    from tests.training.test_training_reconcile_fence import reconcile_turn

    job = plan(db, snapshot, endpoint)
    turn: Any = reconcile_turn(db, job, endpoint, tmp_path)
    now = int(time.time())
    pages = [[_listed(f"j{p}-{i}", now - p * 50_000) for i in range(100)] for p in range(5)]
    asked: list[Any] = []
    found = _walked(turn, pages, asked, since=now)
    assert (found.whole, found.seen, len(asked)) == (True, 300, 3)
    ours = _listed("ours", now - 60_000, {"tuneworthy_job": job.key})
    found = _walked(turn, [pages[0], [*pages[1], ours], pages[2]], [], since=now)
    assert found.job.id == "ours"


def test_a_list_that_repeats_its_first_page_proves_nothing(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, tmp_path: Path
) -> None:
    from tests.training.test_training_reconcile_fence import reconcile_turn

    turn: Any = reconcile_turn(db, plan(db, snapshot, endpoint), endpoint, tmp_path)
    page = [_listed(f"j{i}", int(time.time()), {"tuneworthy_job": "another"}) for i in range(100)]
    found = _walked(turn, [page, page, page], [], since=time.time())
    assert (found.whole, found.shows, found.job) == (False, True, None)


def _listed(id_: str, created: int, metadata: dict[str, str] | None = None) -> Any:
    from types import SimpleNamespace

    return SimpleNamespace(id=id_, created_at=created, metadata=metadata or {})


def _walked(turn: Any, pages: list[list[Any]], asked: list[Any], *, since: float) -> looking.Listing:
    from types import SimpleNamespace

    def lists(limit: int, after: Any) -> Any:
        asked.append(after)
        return SimpleNamespace(data=pages[len(asked) - 1], has_more=len(asked) < len(pages))

    client = SimpleNamespace(fine_tuning=SimpleNamespace(jobs=SimpleNamespace(list=lists)))
    fake = SimpleNamespace(client=client, endpoint=turn.endpoint, job=turn.job)
    return looking._walk(fake, since)  # type: ignore[arg-type]


@contextmanager
def dripping_server(seconds: float) -> Iterator[str]:
    """Its base_url: it sends a byte every so many seconds, its headers too, and never ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(seconds)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with serving(Handler) as base_url:
        yield base_url


def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for_for_ever(
    db: Database, job: Job, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes within the client's own timeout; all of them together take longer than a call may."""
    monkeypatch.setattr(calling, "CALL_SECONDS", 0.6)
    with dripping_server(0.05) as url:
        with db.write() as c:
            endpoints.put(c, "faulty", base_url=url, key_source=endpoint.key_source)
        with pytest.raises(NoAnswer, match="did not answer"):
            advance(db, job.id, tmp_path)
    assert now_of(db, job).state == JobState.RUNNING


def test_a_client_is_kept_for_each_endpoint(endpoint: Endpoint) -> None:
    assert calling.client_of(endpoint) is calling.client_of(endpoint)


def test_a_job_may_be_paused_before_its_server_has_been_heard(
    db: Database, snapshot: Snapshot, endpoint: Endpoint, remote: Remote, tmp_path: Path
) -> None:
    remote.status = "running"
    job = plan(db, snapshot, endpoint)
    with db.write() as c:
        jobs.change(c, job.id, wish="pause")
    assert settle(db, job, tmp_path, until=lambda job: job.state == JobState.PAUSED).wish == ""
