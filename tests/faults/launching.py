"""Many launches at once at a server that misbehaves, with two workers that are killed and stopped all the while."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from ftcore.records import Endpoint, Job, JobState, Snapshot
from ftcore.store import endpoints, jobs, tasks
from ftcore.store.database import Database
from ftcore.training.intent import NAME
from tests.conftest import ROOT
from tests.faults.dying_worker import CREATING, LEASE_SECONDS, main
from tests.faults.fault_server import AFTER, BEFORE, KEY, REFUSED, name_of

MOMENTS = 90
"""A quiet life of a job has about so many: the number at which its worker dies is drawn among them."""
STOPPED_SECONDS = LEASE_SECONDS * 2
"""So long a stopped worker sleeps: the other one has taken its tasks over by then."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One launch and what is done to it."""

    job_id: int
    key: str
    faults: dict[str, str]
    death: tuple[int | str, str]


@dataclass
class Server:
    """The process of the fault server, and what it remembers."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self, *, shows: bool) -> Server:
        self.folder.mkdir(parents=True)
        (self.folder / "plan.json").write_text("{}")
        if shows:
            (self.folder / "shows-metadata").touch()
        command = [sys.executable, "-m", "tests.faults.fault_server", str(self.folder)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        until = time.monotonic() + 30
        while not (self.folder / "port").exists():
            assert time.monotonic() < until, (self.folder / "server.log").read_text()
            time.sleep(0.02)
        return self

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{(self.folder / 'port').read_text()}/v1"

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def remembered(self, what: str) -> list[Any]:
        journal = self.folder / "journal.jsonl"
        entries = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
        return [entry["value"] for entry in entries if entry["what"] == what]

    def jobs_of(self, key: str) -> list[dict[str, Any]]:
        return [job for job in self.remembered("job") if job["metadata"].get(KEY) == key]


@dataclass
class Workers:
    """Two workers on one workspace; a dead one is replaced, a stopped one goes on after a while."""

    root: Path
    folder: Path
    mutations: tuple[str, ...] = ()
    running: list[Any] = field(default_factory=list)
    stopped: dict[int, float] = field(default_factory=dict)
    deaths: int = 0

    def __post_init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(
            ["tests.faults.dying_worker", "ftcore.worker.handlers", "openai", "httpx2"]
        )

    def look(self) -> None:
        for process in [one for one in self.running if not one.is_alive()]:
            process.join()
            self.running.remove(process)
            self.stopped.pop(process.pid, None)
            self.deaths += 1
        while len(self.running) < 2:
            process = self._context.Process(target=main, args=(str(self.root), str(self.folder), self.mutations))
            process.start()
            self.running.append(process)
        for process in self.running:
            self._wake(process.pid)

    def _wake(self, pid: int) -> None:
        try:
            asleep = psutil.Process(pid).status() == psutil.STATUS_STOPPED
        except psutil.NoSuchProcess:
            return
        if not asleep:
            self.stopped.pop(pid, None)
        elif time.monotonic() - self.stopped.setdefault(pid, time.monotonic()) > STOPPED_SECONDS:
            os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        for process in self.running:
            process.kill()
            process.join()


@contextmanager
def working(workers: Workers) -> Iterator[Workers]:
    for name in ("moments", "died"):
        (workers.folder / name).mkdir(parents=True, exist_ok=True)
    try:
        yield workers
    finally:
        workers.stop()


def draw(chance: random.Random, job_id: int, key: str) -> Planned:
    """A fault for one request of the job's, most often the one that creates it, and a death."""
    place = chance.choice(("create", "create", "create", "upload", "status", "list"))
    kinds = (*BEFORE, *AFTER, REFUSED, "") if place == "create" else (*BEFORE, *AFTER)
    faults = {place: chance.choice(kinds)}
    if place == "list":  # a list is looked into only when there was no answer
        faults["create"] = chance.choice(("dropped", "reset_after", "reset_before"))
    if (
        chance.random() < 0.15
    ):  # the hardest: it sleeps with the request in its hand, and wakes when another has taken over
        return Planned(job_id, key, faults, (CREATING[0], "stop"))
    at: int | str = chance.choice(CREATING) if chance.random() < 0.5 else chance.randint(1, MOMENTS)
    return Planned(job_id, key, faults, (at, chance.choice(("kill", "kill", "kill", "stop"))))


def launch_many(
    db: Database, project_id: int, snapshot: Snapshot, endpoint: Endpoint, seed: int, number: int
) -> list[Planned]:
    """Writes jobs and their tasks as `training.launch` does, each with a part of the examples of its own, so that each sends a file."""
    chance, planned = random.Random(seed), []
    for at in range(number):
        key = f"{endpoint.name}-{seed}-{at}"
        with db.write() as c:
            job = jobs.plan(
                c,
                project_id,
                snapshot_id=snapshot.id,
                endpoint_id=endpoint.id,
                key=key,
                base_model="m",
                hyperparameters={"n_epochs": 2},
                system_prompt="",
                seed=at,
                who="t",
                share=(at % 90 + 10) / 100,
            )
            tasks.put(c, "reconcile", {"job_id": job.id}, project_id=project_id, key=f"reconcile:{key}")
        planned.append(draw(chance, job.id, key))
    return planned


def write_plans(planned: list[Planned], server: Server, folder: Path) -> None:
    (server.folder / "plan.json").write_text(json.dumps({name_of(one.key): one.faults for one in planned}))
    known = json.loads((folder / "deaths.json").read_text()) if (folder / "deaths.json").exists() else {}
    (folder / "deaths.json").write_text(json.dumps(known | {str(one.job_id): one.death for one in planned}))


def wait_until_settled(db: Database, workers: Workers, seconds: float, hiding: set[int] = frozenset()) -> None:  # type: ignore[assignment]
    """Returns when every job has ended, or is unknown where it cannot be told (`hiding` endpoints)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        workers.look()
        with db.read() as c:
            left = [job for job in jobs.open_jobs(c) if not _is_left_open(c, job, hiding)]
        if not left and not workers.stopped:
            return
        time.sleep(0.1)
    raise AssertionError("not settled: " + ", ".join(f"{job.key} {job.state}" for job in left))


def _is_left_open(c: Any, job: Job, hiding: set[int]) -> bool:
    told = jobs.has_event(c, job.id, "cannot-be-told")
    return job.state == JobState.UNKNOWN and job.endpoint_id in hiding and told


def times_asked(db: Database, job_id: int) -> int:
    with db.read() as c:
        return len(jobs.notes(c, job_id, NAME))


def add_endpoint(db: Database, server: Server, name: str, key: Path) -> Endpoint:
    with db.write() as c:
        return endpoints.put(c, name, base_url=server.base_url, key_source=f"file:{key}")
