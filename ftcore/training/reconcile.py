"""Brings what we know of a job and what its server says together, one small step at a time.

planned -> submitting -> submitted -> running -> succeeded | failed | cancelled. The intent (`submitting`) is committed before
the request that creates the job leaves, with retries off: a reply that never came leaves us in `submitting`, and then we look
for our own key in the server's listing and never ask again blindly.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai

from ftcore.dataset.targets import ExportError, openai_chat
from ftcore.endpoints import EndpointError, connect, normalise
from ftcore.records import Endpoint, Job, JobEvent, JobState, Metric, Split
from ftcore.store import endpoints, jobs, models, snapshots
from ftcore.store.database import Database
from ftcore.store.schema import now

KEY = "tuneworthy_job"
"""The name under which our own key travels in the job's metadata."""
SURE_SECONDS = {True: 3.0, False: 30.0}
"""How long after a first empty listing a second one makes it sure that the job does not exist: our own trainer
(True) lists what it has committed, others may lag."""
REFUSALS = (400, 401, 402, 403, 404, 405, 413, 415, 422)
"""A server that answers so to a creation has not created anything."""
MOST_EVENTS = 2_000
"""A server that ignores `after` repeats its first page for ever."""


class NoAnswer(Exception):
    """The server could not be reached or did not answer; nothing is lost, it is tried again later."""


def advance(db: Database, job_id: int, exports: Path) -> bool:
    """Takes the job one step further; True when it has ended. Raises NoAnswer to be called again later."""
    with db.read() as c:
        job = jobs.get(c, job_id)
        endpoint = endpoints.get(c, job.endpoint_id)
    if job.state.ended:
        return True
    try:
        client = connect(endpoint, timeout=60.0, max_retries=0)
        if job.state == JobState.PLANNED:
            _submit(db, client, job, exports)
        elif job.state in (JobState.SUBMITTING, JobState.UNKNOWN):
            _look_for(db, client, job, endpoint)
        else:
            _follow(db, client, job, endpoint)
    except ExportError as error:
        _end(db, job, JobState.FAILED, error=f"The training file could not be written: {error}")
    except EndpointError as error:
        if job.state != JobState.PLANNED:  # it may be running: a key that is missing today may be back tomorrow
            raise NoAnswer(str(error)) from error
        _end(db, job, JobState.FAILED, error=str(error))
    except openai.APIStatusError as error:
        if not _is_final(db, job, error):
            raise NoAnswer(
                f"{endpoint.name} does not answer as it should ({_said(error)}); it is asked again."
            ) from error
        _end(db, job, JobState.FAILED, error=f"{endpoint.name} refused: {_said(error)}")
    except openai.APIConnectionError as error:
        raise NoAnswer(f"{endpoint.name} did not answer; this is tried again by itself.") from error
    with db.read() as c:
        return jobs.get(c, job_id).state.ended


def _is_final(db: Database, job: Job, error: openai.APIStatusError) -> bool:
    """Whether the server's word ends the job. Before it was sent, every definite refusal does. Afterwards only "there is
    no such job", said twice and some time apart: a key that is refused today says nothing about the job."""
    if job.state == JobState.PLANNED:
        return error.status_code in REFUSALS
    if error.status_code != 404:
        return False
    with db.write() as c:
        first = jobs.looked_at(c, job.id)
        if first is None:
            jobs.change(c, job.id, looked_at=now())
        return first is not None and (now() - first).total_seconds() >= SURE_SECONDS[False]


def _submit(db: Database, client: openai.OpenAI, job: Job, exports: Path) -> None:
    if job.cancel_requested:
        _end(db, job, JobState.CANCELLED)
        return
    training, validation = _send_files(db, client, job, exports)
    with db.write() as c:
        if not jobs.change(c, job.id, expected=JobState.PLANNED, state=JobState.SUBMITTING, looked_at=None):
            return
    supervised = {"hyperparameters": job.hyperparameters} if job.hyperparameters else {}
    method: Any = {"type": "supervised", "supervised": supervised}
    optional: dict[str, Any] = {"validation_file": validation} if validation else {}
    try:
        created = client.fine_tuning.jobs.create(
            model=job.base_model,
            training_file=training,
            seed=job.seed,
            method=method,
            metadata={KEY: job.key},
            **optional,
        )
        if not isinstance(getattr(created, "id", None), str):
            raise TypeError("the reply is no job")
    except Exception as error:  # whatever a server or the way to it can do: only a definite refusal is one
        definite = isinstance(error, openai.APIStatusError) and error.status_code in (*REFUSALS, 429)
        state = JobState.PLANNED if definite else JobState.UNKNOWN
        with db.write() as c:
            jobs.change(c, job.id, expected=JobState.SUBMITTING, state=state)
        if definite:
            raise
        raise NoAnswer(
            "We asked for this job but got no answer. It may be running; we look before we ask again."
        ) from error
    _adopt(db, job, created)


def _send_files(db: Database, client: openai.OpenAI, job: Job, exports: Path) -> tuple[str, str]:
    """Uploads what has not been uploaded for this job yet. An upload that is repeated after a crash costs nothing."""
    with db.read() as c:
        training, validation = jobs.files(c, job.id)
        digest = snapshots.get(c, job.snapshot_id).digest
        sides = {
            side: [r.training for r in snapshots.rows(c, job.snapshot_id, side)]
            for side in (Split.TRAIN, Split.VALIDATION)
        }
    if not training:
        training = _upload(client, sides[Split.TRAIN], exports / f"{digest[:16]}-train.jsonl")
    if not validation and sides[Split.VALIDATION]:
        validation = _upload(client, sides[Split.VALIDATION], exports / f"{digest[:16]}-validation.jsonl")
    with db.write() as c:
        jobs.change(c, job.id, training_file_id=training, validation_file_id=validation)
    return training, validation


def _upload(client: openai.OpenAI, rows: list[Any], path: Path) -> str:
    openai_chat.export(rows, path)
    with path.open("rb") as file:
        return client.files.create(file=file, purpose="fine-tune").id


def _look_for(db: Database, client: openai.OpenAI, job: Job, endpoint: Endpoint) -> None:
    """Was the job created by the request whose reply never came? Found: it is ours. Not found twice, far enough apart:
    it does not exist, and may be asked for again."""
    found = next((j for j in _newest(client, job.key) if (j.metadata or {}).get(KEY) == job.key), None)
    if found is not None:
        _adopt(db, job, found)
        return
    with db.write() as c:
        first = jobs.looked_at(c, job.id)
        if first is None:
            jobs.change(c, job.id, looked_at=now(), state=JobState.UNKNOWN)
        elif (now() - first).total_seconds() >= SURE_SECONDS[endpoint.practice]:
            jobs.change(c, job.id, expected=JobState.UNKNOWN, state=JobState.PLANNED, looked_at=None)


def _newest(client: openai.OpenAI, key: str) -> Iterable[Any]:
    """Jobs that may be ours: some servers ignore the filter, so the caller looks at the metadata again."""
    return client.fine_tuning.jobs.list(limit=100, extra_query={f"metadata[{KEY}]": key}).data


def _adopt(db: Database, job: Job, remote: Any) -> None:
    with db.write() as c:
        jobs.change(
            c,
            job.id,
            state=JobState.SUBMITTED,
            remote_id=remote.id,
            remote_status=str(remote.status or ""),
            hyperparameters=job.hyperparameters | _settled(remote),
            error="",
            looked_at=None,
        )


def _settled(remote: Any) -> dict[str, Any]:
    """What the server made of "auto": newer servers say it in `method`, older ones at the top."""
    method = getattr(remote, "method", None)
    ours = getattr(getattr(method, "supervised", None), "hyperparameters", None) or getattr(
        remote, "hyperparameters", None
    )
    values = ours if isinstance(ours, dict) else ours.model_dump() if isinstance(ours, openai.BaseModel) else {}
    return {name: value for name, value in values.items() if isinstance(value, int | float | str)}


def _follow(db: Database, client: openai.OpenAI, job: Job, endpoint: Endpoint) -> None:
    if job.cancel_requested:
        _cancel(client, job)
    remote = client.fine_tuning.jobs.retrieve(job.remote_id)
    with db.read() as c:
        known = jobs.known_event_ids(c, job.id)
    events = _new_events(client, job.remote_id, known)
    metrics = [metric for metric in map(_metric, events) if metric is not None]
    state = normalise(remote.status)
    values = _news(job, remote, state, metrics)
    if not events and not values:
        return  # a quiet tick writes nothing: every write makes the pages read again
    with db.write() as c:
        jobs.add_events(c, job.id, events)
        jobs.add_metrics(c, job.id, metrics)
        if name := values.get("fine_tuned_model"):
            models.keep(c, endpoint.id, name, base_model=job.base_model, job_id=job.id)
        jobs.change(c, job.id, **values)


def _news(job: Job, remote: Any, state: JobState, metrics: list[Metric]) -> dict[str, Any]:
    """The columns of the job that are no longer as the server says."""
    values: dict[str, Any] = {"state": state, "remote_status": str(remote.status or "")}
    if state == JobState.RUNNING and job.started_at is None:
        values["started_at"] = now()
    if metrics:
        newest = max(metrics, key=lambda m: m.step)
        values |= {"step": max(newest.step, job.step), "total_steps": newest.total_steps or job.total_steps}
    if state.ended:
        values |= _ending(remote, state)
    if remote.fine_tuned_model and state == JobState.SUCCEEDED:
        values["fine_tuned_model"] = remote.fine_tuned_model
    return {name: value for name, value in values.items() if getattr(job, name) != value}


def _ending(remote: Any, state: JobState) -> dict[str, Any]:
    finished = datetime.fromtimestamp(remote.finished_at, UTC) if remote.finished_at else now()
    ending: dict[str, Any] = {"finished_at": finished, "trained_tokens": remote.trained_tokens}
    if state == JobState.FAILED:
        said = getattr(remote.error, "message", None)
        ending["error"] = said or "The server says that it failed, and not why. Its events and log may tell."
    return ending


def _cancel(client: openai.OpenAI, job: Job) -> None:
    try:
        client.fine_tuning.jobs.cancel(job.remote_id)
    except (openai.BadRequestError, openai.ConflictError):
        return  # it has ended meanwhile: what it ended as is read next


def _new_events(client: openai.OpenAI, remote_id: str, known: set[str]) -> list[JobEvent]:
    """Events that are not known yet, walking back from the newest; doubles and endless pages do not matter."""
    found: dict[str, JobEvent] = {}
    after: str | None = None
    while len(found) < MOST_EVENTS:
        page = client.fine_tuning.jobs.list_events(remote_id, limit=100, after=after or openai.omit)
        fresh = [e for e in page.data if e.id not in known and e.id not in found]
        for e in fresh:
            moment = datetime.fromtimestamp(e.created_at, UTC)
            found[e.id] = JobEvent(e.id, moment, e.level, e.message, dict(e.data) if isinstance(e.data, dict) else {})
        if not fresh or len(fresh) < len(page.data) or not getattr(page, "has_more", False):
            break
        after = page.data[-1].id
    return list(found.values())


def _metric(event: JobEvent) -> Metric | None:
    data = event.data
    if not isinstance(data.get("step"), int):
        return None
    return Metric(
        step=data["step"],
        total_steps=int(data.get("total_steps") or 0),
        train_loss=data.get("train_loss"),
        train_accuracy=data.get("train_mean_token_accuracy"),
        valid_loss=data.get("full_valid_loss", data.get("valid_loss")),
        valid_accuracy=data.get("full_valid_mean_token_accuracy", data.get("valid_mean_token_accuracy")),
    )


def _end(db: Database, job: Job, state: JobState, *, error: str = "") -> None:
    with db.write() as c:
        jobs.change(c, job.id, state=state, error=error, finished_at=now())


def _said(error: openai.APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.message)
