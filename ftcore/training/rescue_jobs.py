"""Bringing in: the training files of jobs at an endpoint become projects, and the jobs themselves jobs of these projects, with
their settings; the worker then follows each like any other, which brings its curve, its results and its model.

Bringing in twice doubles nothing: a job is known by the endpoint's address and its id there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset.freeze import take_snapshot
from ftcore.dataset.intake import take_in
from ftcore.dataset.intake.wish import digest_of
from ftcore.dataset.sources import SourceError
from ftcore.endpoints.adapter import Adapter
from ftcore.records import Endpoint, JobState, Mapping, Split, Status, Task, TaskState
from ftcore.store import endpoints, examples, found, imports, jobs, journal, projects, snapshots, tasks
from ftcore.store.database import Database
from ftcore.training.calling import answering, client_of, told
from ftcore.training.rescue import BRING, FoundJob, Inventory, method_of, moment
from ftcore.training.rescue_files import SIDE, Fetched, Progress, fetch
from ftcore.training.submitting import settled

PART = 2_000
"""Rows that are approved in one transaction."""
GONE = "The {what} {id} is no longer at {where}: its rows could not be brought in."


def ask(db: Database, endpoint: Endpoint, inventory: Inventory, wanted: Iterable[str], *, who: str) -> list[Task]:
    """Has the worker bring in these jobs (by their ids there): one project for all that learnt from the same files. What is known
    already, or is being brought in, is left alone."""
    ids = set(wanted)
    with db.write() as c:
        known = found.at_server(c, endpoint.base_url)
        coming = {
            id_
            for task in found.tasks_of(c, BRING, endpoint.id)
            if task.state in (TaskState.QUEUED, TaskState.RUNNING)
            for id_ in task.payload["jobs"]
        }
        groups: dict[tuple[str, str, str], list[FoundJob]] = {}
        for job in inventory.new:
            if job.id in ids and job.id not in known and job.id not in coming:
                groups.setdefault((job.training_file, job.validation_file, job.method), []).append(job)
        return [_put(c, endpoint, inventory, group, who) for group in groups.values()]


def _put(c: Connection, endpoint: Endpoint, inventory: Inventory, group: Sequence[FoundJob], who: str) -> Task:
    first = group[0]
    ids = sorted(job.id for job in group)
    key = f"{BRING}:{endpoint.id}:{hashlib.sha256(' '.join(ids).encode()).hexdigest()[:24]}"
    before = found.task(c, key)
    if before is not None:  # it failed or was stopped: the same project goes on
        tasks.revive(c, key)
        return tasks.get(c, before.id)
    earlier = found.on_files(c, endpoint.base_url, first.training_file, first.validation_file)
    same = earlier is not None and earlier.method == first.method and bool(first.training_file)
    project = earlier.project_id if earlier and same else projects.create(c, _title(inventory, first)).id
    payload = {
        "endpoint_id": endpoint.id,
        "jobs": ids,
        "training_file": first.training_file,
        "validation_file": first.validation_file,
        "method": first.method,
        "who": who,
    }
    return tasks.put(c, BRING, payload, project_id=project, key=key)


def _title(inventory: Inventory, job: FoundJob) -> str:
    name = next((file.name for file in inventory.files if file.id == job.training_file), "")
    return f"Brought in: {(name.removesuffix('.jsonl') or job.id)[:80]}"


def bring_in(db: Database, task: Task, uploads: Path, adapter: Adapter, progress: Progress) -> dict[str, Any]:
    """Carries a task of `ask` out; begun again after a death it goes on. Gives what came and, in `notes`, what did not.

    Raises NoAnswer or EndpointError, and the client's APIStatusError, when the endpoint does not give what is needed: nothing is
    doubled when it is asked for again.
    """
    wanted, project_id = task.payload, task.project_id or 0
    with db.read() as c:
        endpoint = endpoints.get(c, wanted["endpoint_id"])
    notes: list[str] = []
    pairs = wanted["method"] == "dpo"
    rows, rejected = 0, 0
    for name, split in (("training_file", Split.TRAIN), ("validation_file", Split.VALIDATION)):
        if not wanted[name]:
            continue
        what = name.replace("_", " ")
        fetched = fetch(endpoint, wanted[name], split, uploads, progress, pairs=pairs)
        if fetched is None:
            notes.append(GONE.format(what=what, id=wanted[name], where=endpoint.name))
            continue
        try:
            taken = _take(db, project_id, fetched, wanted["who"], progress)
            rows, rejected = rows + taken.accepted, rejected + taken.rejected
        except SourceError as error:
            notes.append(f"The {what} {wanted[name]} could not be read as examples: {error}")
        finally:
            fetched.path.unlink(missing_ok=True)
    remotes = []
    for id_ in wanted["jobs"]:
        with answering(endpoint):
            remotes.append(told(client_of(endpoint).fine_tuning.jobs.retrieve(id_)))
    made = _keep(db, endpoint, task, remotes, adapter, notes, pairs=pairs)
    return {"jobs": made, "project_id": project_id, "rows": rows, "rejected": rejected, "notes": notes}


def _take(db: Database, project_id: int, fetched: Fetched, who: str, progress: Progress) -> imports.Import:
    """Imports the file, unless it is there; then its rows are approved, since a model has been trained on them."""
    with db.read() as c:
        taken = imports.of_file(c, project_id, digest_of(fetched.path))
    if taken is None:
        taken = take_in(
            db,
            project_id,
            fetched.path,
            name=fetched.name,
            who=who,
            mapping=Mapping(split=SIDE),
            progress=progress,
        )
    with db.read() as c:
        ids = examples.ids_of_import(c, taken.id)
    for at in range(0, len(ids), PART):
        with db.write() as c:
            several = examples.get_many(c, ids[at : at + PART])
            edits = [
                journal.Edit(row.id, {"status": Status.APPROVED.value, "worse": fetched.worse.get(row.line or 0, "")})
                for row in several
                if row.status is Status.DRAFT
            ]
            journal.save(c, project_id, edits, who=who, label="Approved: a model has been trained on these rows")
        progress(at + len(several), len(ids), "Keeping the rows as they were trained on")
    return taken


def _keep(
    db: Database,
    endpoint: Endpoint,
    task: Task,
    remotes: Sequence[Any],
    adapter: Adapter,
    notes: Sequence[str],
    *,
    pairs: bool,
) -> int:
    """The snapshot and the jobs, in one transaction with the tasks that follow them."""
    project_id, wanted = task.project_id or 0, task.payload
    with db.write() as c:
        project = projects.get(c, project_id)
        if (
            project.tuned_prompt
        ):  # derived by the intake; these models were trained with what their rows hold, and no more
            projects.set_prompts(c, project_id, base=project.base_prompt, tuned="")
        snapshot = take_snapshot(c, project_id, who=wanted["who"], pairs=pairs)
        known, made = found.at_server(c, endpoint.base_url), 0
        system = next((row.training.system for row in snapshots.rows(c, snapshot.id, Split.TRAIN)), "")
        for remote in remotes:
            if str(remote.id) in known:
                continue
            made += 1
            _keep_job(c, project_id, snapshot.id, endpoint, remote, adapter, wanted, notes, system)
        return made


def _keep_job(
    c: Connection,
    project_id: int,
    snapshot_id: int,
    endpoint: Endpoint,
    remote: Any,
    adapter: Adapter,
    wanted: dict[str, Any],
    notes: Sequence[str],
    system: str,
) -> None:
    seed = getattr(remote, "seed", 0)
    job = jobs.plan(
        c,
        project_id,
        snapshot_id=snapshot_id,
        endpoint_id=endpoint.id,
        key=key_of(endpoint, str(remote.id)),
        base_model=str(getattr(remote, "model", "") or ""),
        hyperparameters=settled(remote),
        system_prompt=system,
        seed=seed if isinstance(seed, int) else 0,
        who=wanted["who"],
        method=method_of(remote),
        origin="found",
    )
    seconds = moment(getattr(remote, "created_at", None))
    status = str(getattr(remote, "status", "") or "")
    # "Submitted" whatever it is now: following it brings its events, its end and its model, in the usual way.
    jobs.change(
        c,
        job.id,
        state=JobState.SUBMITTED,
        remote_id=str(remote.id),
        remote_status=status,
        training_file_id=str(wanted["training_file"]),
        validation_file_id=str(wanted["validation_file"]),
        created_at=datetime.fromtimestamp(seconds, UTC) if seconds else job.created_at,
    )
    for at, said in enumerate(notes):
        jobs.note(c, job.id, f"not-brought-in-{at}", said, level="warn")
    tasks.put(c, "reconcile", {"job_id": job.id}, project_id=project_id, key=f"reconcile:{job.key}")


def key_of(endpoint: Endpoint, remote_id: str) -> str:
    """The key of a job that was brought in: the same for every connection to the same address."""
    return f"found-{hashlib.sha256(f'{endpoint.base_url} {remote_id}'.encode()).hexdigest()[:32]}"
