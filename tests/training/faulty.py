"""A project that may be launched at a server that misbehaves, and the worker's steps by hand."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ftcore.dataset.curation import approve_clean
from ftcore.dataset.freeze import take_snapshot
from ftcore.dataset.intake import take_in
from ftcore.records import Endpoint, Job, JobState, Project, Snapshot
from ftcore.store import endpoints, jobs, tasks
from ftcore.store.database import Database
from ftcore.training import reconcile
from ftcore.training.reconcile import NoAnswer, advance
from tests.conftest import write_csv
from tests.faults.protocol_server import Remote, protocol_server


@pytest.fixture
def remote() -> Remote:
    """A server with a job that was launched elsewhere: its list is seen to show our numbers."""
    remote = Remote()
    remote.create({"model": "m", "training_file": "f", "metadata": {reconcile.KEY: "somebody else's"}})
    remote.creates = 0
    return remote


@pytest.fixture
def endpoint(db: Database, remote: Remote, tmp_path: Path) -> Iterator[Endpoint]:
    key = tmp_path / "key"
    key.write_text("canary-key")
    with protocol_server(remote) as url, db.write() as c:
        found = endpoints.put(c, "faulty", base_url=url, key_source=f"file:{key}")
        c.commit()
        yield found


@pytest.fixture
def snapshot(db: Database, project: Project, tmp_path: Path) -> Snapshot:
    rows = [(f"Where is parcel {i} of customer {i * 7}?", f"Parcel {i} is on its way to {i * 7}.") for i in range(60)]
    take_in(db, project.id, write_csv(tmp_path / "f.csv", rows), name="f.csv", who="t", test_rows=10)
    approve_clean(db, project.id, who="t")
    with db.write() as c:
        return take_snapshot(c, project.id, who="t")


def plan(db: Database, snapshot: Snapshot, endpoint: Endpoint, key: str = "ours-1", **also: object) -> Job:
    """A job as `training.launch` writes it."""
    with db.write() as c:
        job = jobs.plan(
            c,
            snapshot.project_id,
            snapshot_id=snapshot.id,
            endpoint_id=endpoint.id,
            key=key,
            base_model="m",
            hyperparameters={},
            system_prompt="",
            seed=1,
            who="t",
            **also,
        )
        tasks.put(c, "reconcile", {"job_id": job.id}, project_id=snapshot.project_id, key=f"reconcile:{key}")
    return job


def now_of(db: Database, job: Job) -> Job:
    with db.read() as c:
        return jobs.get(c, job.id)


def settle(db: Database, job: Job, exports: Path, until: Callable[[Job], bool] = lambda job: job.state.ended) -> Job:
    """Calls `advance` as the worker would, until the job is as wanted."""
    seen = now_of(db, job)
    for _ in range(1000):
        with contextlib.suppress(NoAnswer):
            advance(db, job.id, exports)
        seen = now_of(db, job)
        if until(seen):
            return seen
        time.sleep(0.01)
    raise AssertionError(f"it stayed {seen.state}")


def running(job: Job) -> bool:
    return job.state == JobState.RUNNING


def said(db: Database, job: Job) -> str:
    """All sentences among the job's events."""
    with db.read() as c:
        return " ".join(event.message for event in jobs.events(c, job.id))
