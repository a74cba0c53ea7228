"""`/v1/fine_tuning/jobs`."""

from __future__ import annotations

import hashlib
import json
import random
import re
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Request

from ftcore.trainer import catalogue, hyperparameters, methods
from ftcore.trainer.checking import CONVERSATIONS, MINIMUM, PAIRS
from ftcore.trainer.database import Row, new_id, now
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.methods import Method
from ftcore.trainer.paging import listed, page
from ftcore.trainer.routes import files
from ftcore.trainer.state import State, state_of

KNOWN = frozenset(
    (
        "model",
        "training_file",
        "validation_file",
        "hyperparameters",
        "method",
        "suffix",
        "seed",
        "metadata",
        "integrations",
    )
)
SUFFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LARGEST_SEED = 2**31 - 1
CANCEL_WAIT = 10.0

router = APIRouter(prefix="/v1/fine_tuning/jobs")


def to_wire(state: State, row: Row) -> dict[str, Any]:
    """The job as the protocol has it, and two fields of ours: `queue_position` (1 is the next to begin; null when it
    does not wait) and `best_checkpoint` (the model of the lowest validation loss, once there is one)."""
    if row["paused"] and row["finished_at"] is None:
        row = {**row, "status": "paused", "estimated_finish": None}
    same = ("id", "created_at", "status", "model", "training_file", "validation_file", "seed", "metadata")
    later = ("finished_at", "estimated_finish", "fine_tuned_model", "trained_tokens", "error", "best_checkpoint")
    return {
        "object": "fine_tuning.job",
        **{name: row[name] for name in (*same, *later)},
        "organization_id": catalogue.ORGANISATION,
        "result_files": [row["result_file"]] if row["result_file"] else [],
        **methods.to_wire(row["settings"]),
        "integrations": [],
        "user_provided_suffix": row["suffix"],
        "queue_position": state.runner.position(row["id"]) if row["status"] == "queued" else None,
    }


def find(state: State, job_id: str) -> Row:
    row = state.database.row("SELECT * FROM jobs WHERE id = ?", (job_id,))
    if row is None:
        raise TrainerError(f"There is no fine-tuning job {job_id!r}.", status=404, code="fine_tuning_job_not_found")
    return row


@router.post("")
def create(
    body: Annotated[dict[str, Any], Body()],
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
    state: State = Depends(state_of),
) -> dict[str, Any]:
    """Accepts the job when it can be trained. The same Idempotency-Key with the same body gives the same job."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    with state.database.transaction():
        earlier = (
            state.database.row("SELECT * FROM jobs WHERE request_key = ?", (idempotency_key,))
            if idempotency_key
            else None
        )
        if earlier is not None:
            if earlier["request_hash"] != digest:
                message = "This Idempotency-Key was used for a job with another content."
                raise TrainerError(message, status=409, code="idempotency_key_reused")
            return to_wire(state, earlier)
        row = _checked(state, body)
        state.database.insert("jobs", {**row, "request_key": idempotency_key or None, "request_hash": digest})
        state.runner.note(row["id"], "created", f"Created fine-tuning job: {row['id']}")
        state.runner.note(row["id"], "settings", hyperparameters.rules(row["asked"], row["settings"]))
        ahead = state.runner.ahead(row["id"])
        if ahead:
            jobs = "1 job is" if ahead == 1 else f"{ahead} jobs are"
            state.runner.note(row["id"], "waiting", f"It waits for its turn: {jobs} before it.")
    state.runner.wake()
    return to_wire(state, find(state, row["id"]))


def _checked(state: State, body: dict[str, Any]) -> Row:
    unknown = sorted(set(body) - KNOWN)
    if unknown:
        raise TrainerError(f"Unknown parameter {unknown[0]!r}.", code="unknown_parameter", param=unknown[0])
    if body.get("integrations"):
        message = "Integrations are not supported by this server: it sends nothing anywhere."
        raise TrainerError(message, code="unsupported_value", param="integrations")
    method = methods.read(body)
    model = catalogue.base(_text(body, "model"))
    methods.check_size(method, model.folder)
    training = _file(state, body, "training_file", method)
    if training["examples"] < MINIMUM:
        message = f"{training['filename']} has {training['examples']} examples; at least {MINIMUM} are needed (50 to 100 good ones to see a gain)."
        raise TrainerError(message, code="invalid_training_file", param="training_file")
    validation = None if body.get("validation_file") is None else _file(state, body, "validation_file", method)["id"]
    return {
        "id": new_id("ftjob-"),
        "created_at": now(),
        "status": "queued",
        "model": model.id,
        "training_file": training["id"],
        "validation_file": validation,
        "suffix": _suffix(body.get("suffix")),
        "seed": _seed(body.get("seed")),
        "asked": method.asked,
        "settings": method.settings(training["examples"]),
        "metadata": _metadata(body.get("metadata")),
    }


def _file(state: State, body: dict[str, Any], param: str, method: Method) -> Row:
    """The file of examples that `param` names, of the kind that the method learns from."""
    row = files.find(state, _text(body, param), param)
    if not row["examples"]:
        raise TrainerError(f"{row['id']} is not a file of examples.", code="invalid_file_purpose", param=param)
    found, wanted = row["kind"] or CONVERSATIONS, PAIRS if method.kind == "dpo" else CONVERSATIONS
    if found != wanted:
        message = f"{row['filename']} holds {found}; the method {method.kind!r} learns from {wanted}."
        raise TrainerError(message, code=f"invalid_{param}", param=param)
    return row


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        code = "missing_required_parameter" if value is None else "invalid_type"
        raise TrainerError(f"{name} is required, as a text.", code=code, param=name)
    return value


def _suffix(value: Any) -> str | None:
    if value is None or (isinstance(value, str) and SUFFIX.fullmatch(value)):
        return value
    message = "suffix must be 1 to 64 letters, digits, dots, hyphens or underscores, and begin with a letter or digit."
    raise TrainerError(message, code="invalid_value", param="suffix")


def _seed(value: Any) -> int:
    if value is None:
        return random.randint(0, LARGEST_SEED)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_SEED:
        return value
    raise TrainerError(f"seed must be a whole number from 0 to {LARGEST_SEED}.", code="invalid_value", param="seed")


def _metadata(value: Any) -> dict[str, str]:
    value = {} if value is None else value
    fits = isinstance(value, dict) and len(value) <= 16
    if fits and all(isinstance(v, str) and len(k) <= 64 and len(v) <= 512 for k, v in value.items()):
        return dict(value)
    message = "metadata must be an object of at most 16 texts, keys up to 64 and values up to 512 characters."
    raise TrainerError(message, code="invalid_value", param="metadata")


@router.get("")
def list_jobs(
    request: Request,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    state: State = Depends(state_of),
) -> dict[str, Any]:
    """Newest first; `metadata[key]=value` keeps the jobs that carry all the named pairs."""
    where = "1 = 1"
    values: dict[str, Any] = {}
    wanted = [
        (key[9:-1], value)
        for key, value in request.query_params.multi_items()
        if key.startswith("metadata[") and key[-1] == "]"
    ]
    for at, (key, value) in enumerate(wanted):
        where += f" AND EXISTS (SELECT 1 FROM json_each(metadata) AS m WHERE m.key = :k{at} AND m.value = :v{at})"  # noqa: S608 - {at} counts
        values |= {f"k{at}": key, f"v{at}": value}
    rows, more = page(state.database, "jobs", after=after, limit=limit, where=where, values=values)
    return listed([to_wire(state, row) for row in rows], more)


@router.get("/{job_id}")
def retrieve(job_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    return to_wire(state, find(state, job_id))


def _open(state: State, job_id: str, wanted: str) -> Row:
    """The job, when it has not ended yet. Raises `TrainerError`."""
    row = find(state, job_id)
    if row["finished_at"] is not None:
        message = f"The job has already ended ({row['status']}), so it cannot be {wanted}."
        raise TrainerError(message, code="invalid_job_state")
    return row


@router.post("/{job_id}/cancel")
def cancel(job_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    """Returns when the training has really stopped (or after 10 seconds, when it goes on stopping)."""
    _open(state, job_id, "cancelled")
    state.runner.cancel(job_id, CANCEL_WAIT)
    return to_wire(state, find(state, job_id))


@router.post("/{job_id}/pause")
def pause(job_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    """Returns when the training has really stopped (or after 10 seconds, when it goes on stopping). Pausing twice is once."""
    _open(state, job_id, "paused")
    state.runner.pause(job_id, CANCEL_WAIT)
    return to_wire(state, find(state, job_id))


@router.post("/{job_id}/resume")
def resume(job_id: str, state: State = Depends(state_of)) -> dict[str, Any]:
    """The job waits in the queue again, at the place of its creation."""
    if not _open(state, job_id, "resumed")["paused"]:
        raise TrainerError("The job is not paused, so it cannot be resumed.", code="invalid_job_state")
    state.runner.resume(job_id)
    return to_wire(state, find(state, job_id))


@router.get("/{job_id}/events")
def list_events(
    job_id: str,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 20,
    state: State = Depends(state_of),
) -> dict[str, Any]:
    find(state, job_id)
    rows, more = page(state.database, "events", after=after, limit=limit, where="job_id = :job", values={"job": job_id})
    names = ("id", "created_at", "level", "message", "type", "data")
    return listed([{"object": "fine_tuning.job.event", **{name: row[name] for name in names}} for row in rows], more)


@router.get("/{job_id}/checkpoints")
def list_checkpoints(
    job_id: str,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    state: State = Depends(state_of),
) -> dict[str, Any]:
    find(state, job_id)
    rows, more = page(
        state.database, "checkpoints", after=after, limit=limit, where="job_id = :job", values={"job": job_id}
    )
    data = [
        {
            "object": "fine_tuning.job.checkpoint",
            "id": row["id"],
            "created_at": row["created_at"],
            "fine_tuned_model_checkpoint": row["model"],
            "fine_tuning_job_id": job_id,
            "step_number": row["step"],
            "metrics": row["metrics"],
        }
        for row in rows
    ]
    return listed(data, more, ends=True)
