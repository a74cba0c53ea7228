"""G3, proved: one launch is one job, whatever the server answers and whenever a worker dies; where nobody can tell, it says so."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftcore.dataset.curation import approve_clean
from ftcore.dataset.freeze import take_snapshot
from ftcore.dataset.intake import take_in
from ftcore.records import JobState, Project, Snapshot
from ftcore.store import jobs
from ftcore.store.database import Database, integrity
from ftcore.workspace import Workspace
from tests.conftest import times, write_csv
from tests.faults.fault_server import REFUSED
from tests.faults.launching import (
    Planned,
    Server,
    Workers,
    add_endpoint,
    launch_many,
    wait_until_settled,
    working,
    write_plans,
)

pytestmark = [pytest.mark.faults]
CANARY = "sk-canary-5f2b9c7d1e"
SHOWING, HIDING = 18, 12
"""Launches of a batch at a server that lists our numbers, and at one that does not: 30 in all, 300 under `make prove`."""
BATCHES = times(1, 10)
SEED = int(os.environ.get("TUNEWORTHY_SEED", "0")) or random.SystemRandom().randrange(1, 1_000_000)
MUTATIONS = tuple(filter(None, os.environ.get("TUNEWORTHY_MUTATION", "").split(",")))
"""Rules that are broken on purpose (`dying_worker._mutate`), to see that this finds them."""


@pytest.fixture
def snapshot(db: Database, project: Project, tmp_path: Path) -> Snapshot:
    rows = [(f"Where is parcel {i} of customer {i * 7}?", f"Parcel {i} is on its way to {i * 7}.") for i in range(130)]
    take_in(db, project.id, write_csv(tmp_path / "f.csv", rows), name="f.csv", who="t", test_rows=10)
    approve_clean(db, project.id, who="t")
    with db.write() as c:
        return take_snapshot(c, project.id, who="t")


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    showing = Server(tmp_path / "showing").start(shows=True)
    hiding = Server(tmp_path / "hiding").start(shows=False)
    yield showing, hiding
    showing.stop()
    hiding.stop()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_every_launch_is_one_job_or_an_honest_unknown(
    db: Database,
    workspace: Workspace,
    project: Project,
    snapshot: Snapshot,
    servers: tuple[Server, Server],
    tmp_path: Path,
    batch: int,
) -> None:
    seed = SEED + batch
    print(f"seed {seed} (TUNEWORTHY_SEED={SEED})")
    showing, hiding = servers
    key = tmp_path / "key"
    key.write_text(CANARY)
    folder = tmp_path / "deaths"
    folder.mkdir()
    both = [add_endpoint(db, server, name, key) for server, name in ((showing, "showing"), (hiding, "hiding"))]
    listed = launch_many(db, project.id, snapshot, both[0], seed, SHOWING)
    hidden = launch_many(db, project.id, snapshot, both[1], seed + 500_000, HIDING)
    write_plans(listed, showing, folder)
    write_plans(hidden, hiding, folder)
    with working(Workers(workspace.root, folder, MUTATIONS)) as workers:
        wait_until_settled(db, workers, 300, {both[1].id})
    died = {path.name: path.read_text() for path in (folder / "died").iterdir()}
    told = [_tell(db, one, showing, died) for one in listed] + [_tell(db, one, hiding, died) for one in hidden]
    print("\n".join(told))
    for one in listed:
        _assert_one(db, one, showing)
    for one in hidden:
        _assert_one_at_most(db, one, hiding)
    assert len(died) >= (SHOWING + HIDING) * 0.5, "too few workers died for this to prove anything"
    with db.read() as c:
        assert integrity(c) == "ok"
    _assert_no_key(tmp_path, key)


def _assert_one(db: Database, one: Planned, server: Server) -> None:
    """Exactly one job there, and ours has its end; none at all where the server refused."""
    with db.read() as c:
        job = jobs.get(c, one.job_id)
    created = server.jobs_of(one.key)
    if one.faults.get("create") == REFUSED:
        assert (created, job.state) == ([], JobState.FAILED), (one, job)
        return
    assert [there["id"] for there in created] == [job.remote_id], (one, job)
    assert job.state == JobState.SUCCEEDED, (one, job)


def _assert_one_at_most(db: Database, one: Planned, server: Server) -> None:
    with db.read() as c:
        job = jobs.get(c, one.job_id)
    created = server.jobs_of(one.key)
    if job.state == JobState.UNKNOWN:
        assert len(created) <= 1, (one, job)
        assert job.remote_id == "", (one, job)
        return
    _assert_one(db, one, server)


def _assert_no_key(folder: Path, key: Path) -> None:
    found = [
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and path != key and CANARY.encode() in path.read_bytes()
    ]
    assert found == []


def _tell(db: Database, one: Planned, server: Server, died: dict[str, str]) -> str:
    """A line of the table: what was done to the launch, and what came of it."""
    with db.read() as c:
        job = jobs.get(c, one.job_id)
    faults = "+".join(f"{place}:{kind or 'none'}" for place, kind in one.faults.items())
    created = len(server.jobs_of(one.key))
    return f"ROW | {job.key} | {faults} | {died.get(str(one.job_id), 'lived')} | {job.state} | {created} created"
