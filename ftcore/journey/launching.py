"""What a launch from the command line needs around it: the file as a project, somebody who sends the job, and waiting for its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from ftcore import supervisor
from ftcore.dataset.curation import approve_clean
from ftcore.journey.following import Bars, progress_bars
from ftcore.journey.servers import address_of, must_be_able_to_train, running_trainer, running_worker
from ftcore.records import LOCAL, Endpoint, Job, Mapping, Project
from ftcore.store import endpoints, jobs, problems, projects, tasks
from ftcore.store.database import Database
from ftcore.worker.local_endpoint import keep_local_endpoint
from ftcore.workspace import Workspace

WORKER_SECONDS = 3.0
"""A worker that runs has taken the job up after so long."""


def import_file(
    db: Database, file: Path, input: str, output: str, test_rows: int | None, *, who: str
) -> tuple[Project, list[str]]:
    """The file as a new project; its rows with no problems are approved. Also gives what has to be said about it, in sentences.
    Raises SourceError for a file that cannot be read; there is no new project then."""
    from ftcore.dataset.intake import take_in
    from ftcore.dataset.sources import open_file

    mapping = Mapping(input=input, output=output) if input or output else None
    open_file(file, mapping, name=file.name)
    with db.write() as c:
        taken = {project.name for project in projects.every(c)}
        name = next(
            name for name in (file.stem, *(f"{file.stem} {at}" for at in range(2, 100_000))) if name not in taken
        )
        project = projects.create(c, name)
    done = take_in(db, project.id, file, name=file.name, who=who, mapping=mapping, test_rows=test_rows)
    approved = approve_clean(db, project.id, who=who)
    said = [
        f"{file.name}: {done.read:,} read, {done.accepted:,} kept, {done.rejected:,} set aside. Project “{project.name}”."
    ]
    with db.read() as c:
        found = [(code, number) for code, severity, number in problems.tally(c, project.id) if severity != "hint"]
    if found and approved < done.accepted:
        named = ", ".join(f"{code} {number}" for code, number in found)
        said.append(f"{done.accepted - approved:,} with problems are left out; look at them in the app: {named}.")
    return project, said


def local_endpoint(db: Database, workspace: Workspace, *, start: bool) -> Endpoint | None:
    """This computer's trainer, as it was last seen. None when it has never run here; with `start` it is then run once, so that
    its address is known. Raises JourneyError when it cannot be."""
    keep_local_endpoint(db, workspace)
    with db.read() as c:
        found = endpoints.find(c, LOCAL)
    if found is not None or not start:
        return found
    must_be_able_to_train(workspace)
    with running_trainer(workspace, db) as (server, _):
        return server


def somebody_works(db: Database, job: Job) -> bool:
    """Whether a worker runs in this workspace: within a few seconds it takes up the task that follows the job."""
    until = time.monotonic() + WORKER_SECONDS
    while time.monotonic() < until:
        with db.read() as c:
            waiting = [task for task in tasks.open_tasks(c, job.project_id) if task.payload.get("job_id") == job.id]
        if all(task.fence > 0 for task in waiting):
            return True
        time.sleep(0.1)
    return False


def follow(db: Database, workspace: Workspace, job: Job, endpoint: Endpoint, console: Console) -> Job:
    """The job once it has ended, drawn as a bar meanwhile. A worker of ours sends and follows it, beside any other that runs, and for
    this computer a trainer server where none runs. Stopping that leaves the job as it stands. Raises JourneyError."""
    with (
        progress_bars(console) as progress,
        running_worker(workspace) as worker,
        _trainer(workspace, db, endpoint) as trainer,
    ):
        server, answers = trainer
        return Bars(progress, worker, server, answers).follow(lambda: _seen(db, job.id), "Training")


def _seen(db: Database, job_id: int) -> tuple[bool, int, int, Job]:
    with db.read() as c:
        now = jobs.get(c, job_id)
    return now.state.ended, now.step, now.total_steps, now


@contextmanager
def _trainer(
    workspace: Workspace, db: Database, endpoint: Endpoint
) -> Iterator[tuple[supervisor.Child | None, Callable[[], bool]]]:
    """The trainer server that we started, if we had to, and whether it answers; nothing for an endpoint elsewhere."""
    if endpoint.name != LOCAL:
        yield None, lambda: True
        return
    with running_trainer(workspace, db) as (_, child):
        yield child, lambda: bool(address_of(workspace))
