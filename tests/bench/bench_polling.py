"""What it costs to follow a hundred jobs at a provider: processor time of a worker process, beside a worker that does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import psutil

from ftcore.records import JobState, SnapshotRow, Split, TrainingExample
from ftcore.store import endpoints, jobs, projects, snapshots, tasks
from ftcore.worker.pacing import ROUND_SECONDS
from ftcore.workspace import Workspace, open_workspace
from tests.bench.measure import Row
from tests.conftest import ROOT
from tests.faults.serving import serving

JOBS = 100
SECONDS = 120.0
START_SECONDS = 80.0
"""The worker loads, looks at every job once, and makes its first round."""
STEADY = (
    "import ftcore.worker.pacing as p; p.FIRST_SECONDS = p.LONGEST_SECONDS; "
    "from ftcore.worker.__main__ import main; main()"
)
"""A worker whose jobs have been quiet for a while already."""


@contextmanager
def quiet_server() -> Iterator[str]:
    """Its base_url: every job runs and has nothing new to tell."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            found: dict[str, Any] = told(path.split("/")[-1])
            if path.endswith("/events"):
                found = {"object": "list", "data": [], "has_more": False}
            elif path.endswith("/jobs"):
                found = {"object": "list", "data": [told(f"ftjob-{at}") for at in range(JOBS)], "has_more": False}
            data = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with serving(Handler) as base_url:
        yield base_url


def told(id_: str) -> dict[str, Any]:
    """A job as a server of this protocol tells it."""
    settings = {"n_epochs": 3, "batch_size": 8, "learning_rate_multiplier": 1.8}
    unknown = ("error", "fine_tuned_model", "finished_at", "trained_tokens", "estimated_finish")
    return {
        "id": id_,
        "object": "fine_tuning.job",
        "created_at": 1,
        "status": "running",
        "model": "m",
        "organization_id": "org-1",
        "training_file": "file-1",
        "validation_file": "file-2",
        "result_files": [],
        "seed": 0,
        "hyperparameters": settings,
        "method": {"type": "supervised", "supervised": {"hyperparameters": settings}},
        "metadata": {"tuneworthy_job": f"job of {id_}"},
        "integrations": [],
        **dict.fromkeys(unknown),
    }


def prepare(workspace: Workspace, base_url: str, number: int) -> None:
    """So many running jobs, each with the task that follows it."""
    db = workspace.open_database()
    with db.write() as c:
        project = projects.create(c, "Polled")
        provider = endpoints.put(c, "provider", base_url=base_url, key_source="")
        row = SnapshotRow(1, Split.TRAIN, TrainingExample([{"role": "user", "content": "q"}]))
        taken = snapshots.take(c, project.id, [row], digest="d", numbers={Split.TRAIN: 1}, tokens=1, who="b")
        for at in range(number):
            job = jobs.plan(
                c,
                project.id,
                snapshot_id=taken.id,
                endpoint_id=provider.id,
                key=f"job-{at}",
                base_model="m",
                hyperparameters={},
                system_prompt="",
                seed=0,
                who="b",
            )
            jobs.change(c, job.id, state=JobState.RUNNING, remote_id=f"ftjob-{at}", remote_status="running")
            tasks.put(c, "reconcile", {"job_id": job.id}, project_id=project.id, key=f"reconcile:{job.key}")
    db.close()


def start(workspace: Workspace) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TUNEWORTHY_HOME": str(workspace.root)}
    with (workspace.folder("logs") / "worker.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-c", STEADY], cwd=ROOT, env=environment, stdout=log, stderr=log)


def percents(workers: list[subprocess.Popen[bytes]]) -> list[float]:
    """Per cent of a core that each worker takes, all of them in the same time."""
    time.sleep(START_SECONDS)
    processes = [psutil.Process(worker.pid) for worker in workers]
    before, began = [_used(process) for process in processes], time.monotonic()
    time.sleep(SECONDS)
    passed = time.monotonic() - began
    return [100 * (_used(process) - used) / passed for process, used in zip(processes, before, strict=True)]


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, quiet_server() as base_url:
        busy, idle = (open_workspace(Path(folder) / name) for name in ("busy", "idle"))
        prepare(busy, base_url, JOBS)
        prepare(idle, base_url, 0)
        workers = [start(busy), start(idle)]
        try:
            ours, baseline = percents(workers)
        finally:
            for worker in workers:
                worker.terminate()
                worker.wait(20)
    how = (
        f"processor time of a worker over {SECONDS:.0f} s, in per cent of a core, with {JOBS} running jobs at a provider "
        f"that has nothing new, each seen every {ROUND_SECONDS:.0f} s and asked for its events every 300 s; baseline: a worker without a job, at the same time. "
        f"The polling alone: {ours - baseline:.2f} %"
    )
    yield Row(f"{JOBS} running jobs followed", ours, baseline, how, "%")


if __name__ == "__main__":
    for found in run():
        print(found)
