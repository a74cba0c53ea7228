"""What a job leaves behind: its result files, its checkpoints, and until when its models live. Fetched once it has ended.

Nothing that fails here changes how the job ended.
"""

from __future__ import annotations

import base64
import binascii
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import openai

from ftcore.endpoints import EndpointError
from ftcore.records import Endpoint, Job, JobState, Metric
from ftcore.store import endpoints, job_files, jobs, models
from ftcore.store.database import Database
from ftcore.training.calling import NoAnswer, answering, client_of, said_by, told

LARGEST = 5 << 20
"""Bytes of a result file that are kept; figures of a training are far smaller."""
FILE_SECONDS = 120.0
MOST_CHECKPOINTS = 500
NOT_OFFERED = (404, 405, 501)
COLUMNS = {
    "train_loss": ("train_loss",),
    "train_accuracy": ("train_accuracy", "train_mean_token_accuracy"),
    "valid_loss": ("full_valid_loss", "valid_loss", "validation_loss"),
    "valid_accuracy": (
        "full_valid_mean_token_accuracy",
        "valid_mean_token_accuracy",
        "validation_mean_token_accuracy",
        "full_validation_mean_token_accuracy",
        "valid_accuracy",
    ),
}
"""What servers call the figures in their result files, the one that says most first."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """`faults` say what could not be fetched, a sentence each; none = there is nothing left to fetch."""

    files: int
    checkpoints: int
    faults: tuple[str, ...]


def fetch_results(db: Database, job_id: int) -> Fetched:
    """Fetches and keeps what the ended job left; each part by itself, so that one that fails leaves the others whole. It may be
    called again: what is there already is written again."""
    with db.read() as c:
        job = jobs.get(c, job_id)
        endpoint = endpoints.get(c, job.endpoint_id)
    faults: list[str] = []
    remote = _part(faults, endpoint, "the job", lambda: _ask(endpoint, job))
    ids = [str(id_) for id_ in (getattr(remote, "result_files", None) or ())]
    kept = [_part(faults, endpoint, f"the file {id_}", partial(_keep_file, db, endpoint, job, id_)) for id_ in ids]
    steps = _part(faults, endpoint, "the checkpoints", lambda: _keep_checkpoints(db, endpoint, job))
    _part(faults, endpoint, "the model", lambda: _keep_ending(db, endpoint, job))
    return Fetched(sum(1 for one in kept if one), steps or 0, tuple(faults))


def give_up(db: Database, job_id: int, fetched: Fetched) -> None:
    """Says in the job's events what could not be fetched, however often it was tried."""
    with db.write() as c:
        for at, said in enumerate(fetched.faults):
            jobs.note(c, job_id, f"not-fetched-{at}", f"{said} The job itself is as it was.", level="warn", again=True)


def _part(faults: list[str], endpoint: Endpoint, what: str, fetch: Callable[[], Any]) -> Any:
    try:
        return fetch()
    except openai.APIStatusError as error:
        if error.status_code not in NOT_OFFERED:
            faults.append(f"{endpoint.name} did not give {what}: {said_by(endpoint, error)}.")
    except (NoAnswer, EndpointError) as error:
        faults.append(f"{what[0].upper()}{what[1:]} could not be fetched: {error}")
    return None


def _ask(endpoint: Endpoint, job: Job) -> Any:
    with answering(endpoint):
        return told(client_of(endpoint).fine_tuning.jobs.retrieve(job.remote_id))


def _keep_file(db: Database, endpoint: Endpoint, job: Job, remote_id: str) -> bool:
    name = _name(endpoint, remote_id)
    content = _content(endpoint, remote_id)
    with db.write() as c:
        if content is None:
            said = f"The result file {remote_id} is larger than {LARGEST >> 20} MB and was not fetched; it is at {endpoint.name}."
            jobs.note(c, job.id, f"too-large-{remote_id}", said, level="warn")
            return False
        job_files.keep(c, job.id, remote_id=remote_id, name=name, content=content)
        jobs.fill_metrics(c, job.id, list(read_metrics(content)))
    return True


def _name(endpoint: Endpoint, remote_id: str) -> str:
    try:
        with answering(endpoint):
            return str(getattr(client_of(endpoint).files.retrieve(remote_id), "filename", "") or remote_id)[:200]
    except openai.APIStatusError:
        return remote_id


def _content(endpoint: Endpoint, remote_id: str) -> bytes | None:
    """The bytes as the server gave them; None when there are too many."""
    found = bytearray()
    with (
        answering(endpoint, FILE_SECONDS),
        client_of(endpoint).files.with_streaming_response.content(remote_id) as response,
    ):
        for block in response.iter_bytes(1 << 16):
            found += block
            if len(found) > LARGEST:
                return None
    return bytes(found)


def read_metrics(content: bytes) -> Iterator[Metric]:
    """The figures of a result file, step by step. It may be base64 of the file; columns have several names; what is no figure
    counts as not told, and a line without a step is passed over."""
    text = _text(content)
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if "step" not in names:
        return
    for row in rows:
        step = _number(row.get(names["step"]))
        if step is None or step < 0 or step != int(step):
            continue
        figures = {
            ours: next((n for one in theirs if one in names and (n := _number(row.get(names[one]))) is not None), None)
            for ours, theirs in COLUMNS.items()
        }
        if any(value is not None for value in figures.values()):
            yield Metric(step=int(step), total_steps=0, **figures)


def _text(content: bytes) -> str:
    text = content.decode("utf-8-sig", "replace")
    if "step" in text.split("\n", 1)[0].lower():
        return text
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8-sig", "replace")
    except (binascii.Error, ValueError):
        return text


def _number(value: Any) -> float | None:
    try:
        found = float(str(value).strip())
    except ValueError:
        return None
    return found if abs(found) < 1e300 else None  # a figure that is none (NaN, infinite) is not told


def _keep_checkpoints(db: Database, endpoint: Endpoint, job: Job) -> int:
    found: dict[str, tuple[int, dict[str, Any]]] = {}
    after: str | None = None
    while len(found) < MOST_CHECKPOINTS:
        with answering(endpoint):
            ask = client_of(endpoint).fine_tuning.jobs.checkpoints.list
            page = ask(job.remote_id, limit=100, after=after or openai.omit)
            fresh = {one.fine_tuned_model_checkpoint: _checkpoint(one) for one in page.data}
            last, more = (page.data[-1].id if page.data else None), bool(page.has_more)
        new = fresh.keys() - found.keys()
        found |= fresh
        if not new or not more:
            break
        after = last
    with db.write() as c:
        for name, (step, metrics) in found.items():
            told_ = {"step": step, "metrics": metrics}
            models.keep(c, endpoint.id, str(name), base_model=job.base_model, job_id=job.id, kind="checkpoint", **told_)
    return len(found)


def _checkpoint(point: Any) -> tuple[int, dict[str, Any]]:
    metrics = point.metrics.model_dump() if isinstance(point.metrics, openai.BaseModel) else point.metrics or {}
    kept = {k: v for k, v in metrics.items() if isinstance(v, int | float)}
    return int(point.step_number or 0), {"id": str(point.id or ""), **kept}


def _keep_ending(db: Database, endpoint: Endpoint, job: Job) -> None:
    """Keeps the day on which the tuned model stops answering, where the server tells one."""
    if job.state != JobState.SUCCEEDED or not job.fine_tuned_model:
        return
    with answering(endpoint):
        day = getattr(client_of(endpoint).models.retrieve(job.fine_tuned_model), "shutdown_date", None)
    if isinstance(day, str) and len(day) <= 10:
        with db.write() as c:
            told_ = {"shutdown_date": day}
            models.keep(c, endpoint.id, job.fine_tuned_model, base_model=job.base_model, job_id=job.id, **told_)
