"""Brings what we know of a job and what its server says together, one small step at a time.

planned -> submitting -> submitted -> running (paused) -> succeeded | failed | cancelled, and unknown, where nobody can tell
whether the job exists. The intent (`submitting`) is committed before the request that creates the job leaves, with retries off.
A reply that never came leaves the job there, and then we look for our own number in the server's list (`looking`) and never ask
again blindly. Only whoever holds the job's task may write (`turn`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import openai

from ftcore.dataset.targets import ExportError
from ftcore.endpoints import EndpointError
from ftcore.endpoints.facts import facts_of
from ftcore.records import Job, JobState
from ftcore.store import endpoints, jobs
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.training import looking
from ftcore.training.calling import NoAnswer, no_answer, said_by
from ftcore.training.following import follow
from ftcore.training.submitting import KEY, REFUSALS, submit
from ftcore.training.turn import Hold, Turn, held_by_nobody
from ftcore.workspace import Workspace

__all__ = ["KEY", "NoAnswer", "Step", "advance", "take_step"]


NOT_SENT = (JobState.PLANNED, JobState.SUBMITTING, JobState.UNKNOWN)
"""What comes after a change of these is worth doing at once."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a step has brought. `changed`: something happened, more may follow soon; `seconds`: wait so long, None = the caller
    knows best."""

    job: Job
    changed: bool
    seconds: float | None = None

    @property
    def ended(self) -> bool:
        return self.job.state.ended


def advance(db: Database, job_id: int, exports: Path, hold: Hold = held_by_nobody) -> bool:
    """Takes the job one step further; True when it has ended. Raises NoAnswer to be called again later, and what `hold` raises
    when the caller may no longer act (LostLease): it is asked in every transaction that writes."""
    return take_step(db, job_id, exports, hold).ended


def take_step(
    db: Database,
    job_id: int,
    exports: Path,
    hold: Hold = held_by_nobody,
    *,
    job: Job | None = None,
    lightly: bool = False,
) -> Step:
    """`advance`, with all that the step has brought. `job` is what the caller has just read; `lightly` as in `follow`."""
    with db.read() as c:
        job = job or jobs.get(c, job_id)
        endpoint = endpoints.get(c, job.endpoint_id)
    if job.state.ended:
        return Step(job, False)
    adapter = facts_of(Workspace(exports.parent)).adapter(endpoint)
    turn = Turn(db, job, endpoint, adapter, exports, hold)
    seconds = _act(turn, lightly)
    with db.read() as c:
        after = jobs.get(c, job_id)
    asked = (after.cancel_requested and not job.cancel_requested) or (after.wish and after.wish != job.wish)
    changed = (after.state, after.step, after.remote_status) != (job.state, job.step, job.remote_status)
    begun = after.state != job.state and job.state in NOT_SENT
    return Step(after, changed, 0.0 if asked or begun else seconds)


def _act(turn: Turn, lightly: bool) -> float | None:
    try:
        if turn.job.state == JobState.PLANNED:
            submit(turn)
        elif turn.job.state in (JobState.SUBMITTING, JobState.UNKNOWN):
            return looking.look_for(turn)
        else:
            follow(turn, lightly=lightly)
    except ExportError as error:
        turn.end(JobState.FAILED, error=f"The training file could not be written: {error}")
    except EndpointError as error:
        if turn.job.state != JobState.PLANNED:  # it may be running: a key that is missing today may be back tomorrow
            raise NoAnswer(str(error)) from error
        turn.end(JobState.FAILED, error=str(error))
    except openai.APIStatusError as error:
        if not _is_final(turn, error):
            raise no_answer(turn.endpoint, error) from error
        turn.end(JobState.FAILED, error=f"{turn.endpoint.name} refused: {said_by(turn.endpoint, error)}")
    return None


def _is_final(turn: Turn, error: openai.APIStatusError) -> bool:
    """Whether the server's word ends the job. Before it was sent, every definite refusal does. Afterwards only "there is
    no such job", said twice and some time apart: a key that is refused today says nothing about the job."""
    if turn.job.state == JobState.PLANNED:
        return error.status_code in REFUSALS
    if error.status_code != 404 or turn.job.state in (JobState.SUBMITTING, JobState.UNKNOWN):
        return False
    with turn.write() as c:
        first = jobs.looked_at(c, turn.job.id)
        if first is None:
            jobs.change(c, turn.job.id, looked_at=now())
        return first is not None and (now() - first).total_seconds() >= looking.SURE_SECONDS[False]
