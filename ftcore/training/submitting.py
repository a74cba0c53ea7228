"""Asks a server for a job: once, with everything that may follow written down before."""

from __future__ import annotations

import time
from typing import Any

import openai

from ftcore.endpoints import EndpointError, connect
from ftcore.records import Job, JobState
from ftcore.store import jobs
from ftcore.store.tasks import LostLease
from ftcore.training import intent as intents
from ftcore.training.calling import NoAnswer, told
from ftcore.training.intent import Intent
from ftcore.training.patience import be_patient, within
from ftcore.training.turn import Turn
from ftcore.training.uploading import send_files

KEY = "tuneworthy_job"
"""The name under which our own key travels in the job's metadata."""
REFUSALS = (400, 401, 402, 403, 404, 405, 413, 415, 422)
"""A server that answers so to a creation has not created anything."""
SLOWER = 429
"""Neither has one that answers so; it may be asked again later."""


class NotNow(Exception):
    """Right before it was sent, the request was found not to be wanted any more. Nothing has been sent."""


class Sending:
    """Looks once more, right before each part of the request leaves: is the job still ours, and is there still time?"""

    def __init__(self, turn: Turn, intent: Intent) -> None:
        self._turn, self._intent = turn, intent
        self.refused: BaseException | None = None
        self.begun = False

    def __call__(self) -> None:
        try:
            self._look()
        except (LostLease, NotNow) as error:
            self.refused = error
            raise
        self.begun = True

    def _look(self) -> None:
        if time.time() > self._intent.until:
            raise NotNow("it took too long until the request could be sent")
        with self._turn.write() as c:
            if jobs.get(c, self._turn.job.id).state != JobState.SUBMITTING:
                raise NotNow("the job is no longer to be sent")


def submit(turn: Turn) -> None:
    """Sends the files, writes down the intent, asks. Afterwards the job is submitted, planned (nothing was created: said by a
    definite refusal, or known since nothing left) or unknown.

    Raises ExportError, EndpointError, NoAnswer, LostLease and the client's APIStatusError for a definite refusal.
    """
    if turn.job.cancel_requested:
        turn.end(JobState.CANCELLED)
        return
    training, validation = send_files(turn)
    wanted = turn.adapter.creation(
        model=turn.job.base_model,
        training_file=training,
        validation_file=validation,
        method=turn.job.method,
        hyperparameters=_chosen(turn.job),
        suffix=turn.job.suffix,
        seed=turn.job.seed,
        metadata={KEY: turn.job.key},
    )
    with turn.write() as c:
        if not jobs.change(
            c, turn.job.id, expected=JobState.PLANNED, state=JobState.SUBMITTING, looked_at=None, error=""
        ):
            return
        intent = intents.write(c, turn.job.id, turn.endpoint.name)
    sending = Sending(turn, intent)
    try:
        created = _post(turn, wanted, sending)
    except Exception as error:  # whatever a server or the way to it can do: only what is certain is taken for certain
        intents.finish(turn.db, turn.job.id, intent)
        raise _not_created(turn, sending, error) from error
    else:
        adopt(turn, created)
        intents.finish(turn.db, turn.job.id, intent)


def _chosen(job: Job) -> dict[str, Any]:
    return {name: value for name, value in job.hyperparameters.items() if value is not None}


def _post(turn: Turn, wanted: dict[str, Any], sending: Sending) -> Any:
    """A connection of its own: one that was kept open may just be closing, and then nobody knows what has arrived."""
    headers = {"Idempotency-Key": turn.job.key}
    client = be_patient(connect(turn.endpoint, timeout=intents.POST_SECONDS, max_retries=0))
    with client, within(intents.POST_SECONDS, before_sending=sending):
        return told(client.fine_tuning.jobs.create(**wanted, extra_headers=headers))


def _not_created(turn: Turn, sending: Sending, error: Exception) -> Exception:
    """Writes down what is known of a creation that brought no job; gives what is to be raised."""
    if isinstance(sending.refused, LostLease):
        return sending.refused
    definite = isinstance(error, openai.APIStatusError) and error.status_code in (*REFUSALS, SLOWER)
    unsent = sending.refused is not None or not sending.begun
    with turn.write() as c:
        back = JobState.PLANNED if definite or unsent else JobState.UNKNOWN
        jobs.change(c, turn.job.id, expected=JobState.SUBMITTING, state=back)
        if back == JobState.UNKNOWN:
            said = f"{turn.endpoint.name} gave no answer that says whether the job exists. We look, and do not ask again meanwhile."
            jobs.note(c, turn.job.id, f"no-answer-{len(jobs.notes(c, turn.job.id, intents.NAME))}", said, level="warn")
    if definite or isinstance(error, EndpointError):
        return error
    if unsent:
        return NoAnswer(f"{turn.endpoint.name} did not answer; this is tried again by itself.")
    said = "We asked for this job but got no answer. It may be running; we look before we ask again."
    return NoAnswer(said, seconds=0.5, everywhere=False)


def adopt(turn: Turn, remote: Any) -> None:
    """The server's job bears our number: it is this one. That is a fact whoever holds the task by now, and even when somebody has
    said meanwhile that it did not start; then it is cancelled there."""
    with turn.db.write() as c:
        job = jobs.get(c, turn.job.id)
        if job.remote_id:
            return
        values: dict[str, Any] = {
            "state": JobState.SUBMITTED,
            "remote_id": remote.id,
            "remote_status": str(getattr(remote, "status", None) or ""),
            "hyperparameters": job.hyperparameters | settled(remote),
            "error": "",
            "looked_at": None,
        }
        if job.state.ended:
            values |= {"cancel_requested": True, "finished_at": None}
            said = f"The job does exist at {turn.endpoint.name} after all ({remote.id}). It is cancelled there."
            jobs.note(c, job.id, "exists-after-all", said, level="warn")
        jobs.change(c, job.id, **values)


def settled(remote: Any) -> dict[str, Any]:
    """What the server made of "auto": newer servers say it in `method`, older ones at the top."""
    method = getattr(remote, "method", None)
    kind = getattr(method, "type", None) or "supervised"
    found = getattr(getattr(method, str(kind), None), "hyperparameters", None) or getattr(
        remote, "hyperparameters", None
    )
    values = found if isinstance(found, dict) else found.model_dump() if isinstance(found, openai.BaseModel) else {}
    return {name: value for name, value in values.items() if isinstance(value, int | float | str)}
