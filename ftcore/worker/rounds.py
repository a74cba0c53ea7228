"""A round: one listing for all quiet jobs of an endpoint, and one transaction that puts them off.

To look at a hundred quiet jobs every minute, one by one, takes two per cent of a processor, most of it for leasing tasks and
putting them back. In a round one job's task is leased, and its worker lists the jobs of the endpoint. Where the list tells
nothing new, the tasks of the others are put off while they wait, in the transaction that puts back its own and names its fence.
They come due a little later than the next round; when none is made, each is looked at singly.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openai
from sqlalchemy import Connection

from ftcore.endpoints.facts import facts_of
from ftcore.records import Endpoint, Job
from ftcore.store import jobs
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.store.waiting import THERE, Waiting, put_off, see_all, waiting_jobs
from ftcore.training.calling import NoAnswer
from ftcore.training.following import seen_long_ago
from ftcore.training.rounds import is_as_known, listed
from ftcore.worker.pacing import ROUND_SECONDS, Pace
from ftcore.workspace import Workspace

SPREAD_SECONDS = 10.0
"""The tasks come due one after the other within so long: the first makes the round for all."""
TOGETHER = 4
"""Fewer quiet jobs than these are looked at singly."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a listing has brought. `itself`: it told nothing new of the job of whoever asked; `times` are those of the others'
    tasks (None = at once); the server was heard of at `moment` for the jobs in `seen`."""

    job_id: int
    itself: bool
    times: list[tuple[Waiting, float | None]]
    seen: list[int]
    moment: datetime

    def write(self, c: Connection) -> None:
        """In a transaction that names the fence of whoever asked, after its task was put back: what somebody has asked for
        meanwhile makes that due at once."""
        put_off(c, self.times)
        see_all(c, self.seen, self.moment)
        if self.itself and is_asked_for(job := jobs.get(c, self.job_id)):
            jobs.follow_soon(c, job)


def is_asked_for(job: Job) -> bool:
    return job.cancel_requested or bool(job.wish)


def take_round(db: Database, workspace: Workspace, job: Job, endpoint: Endpoint, pace: Pace) -> Round | None:
    """Lists the jobs of the endpoint for whoever holds the task of `job`; None where looking singly is the better way. Writes
    nothing. Raises NoAnswer."""
    with pace.listing(endpoint.id) as free:
        if not free or job.state not in THERE or not pace.is_listed(job.id, endpoint.id):
            return None
        with db.read() as c:
            others = [one for one in waiting_jobs(c, endpoint.id) if pace.is_listed(one.job.id, endpoint.id)]
        if len(others) + 1 < TOGETHER:
            return None
        moment = now()
        there = _listed(endpoint, [job, *(one.job for one in others)], pace)
    if len(there) < TOGETHER:
        return None
    adapter = facts_of(workspace).adapter(endpoint)
    shown = [one for one in others if one.job.remote_id in there]
    same = [one for one in shown if is_as_known(adapter, one.job, there[one.job.remote_id])]
    itself = job.remote_id in there and is_as_known(adapter, job, there[job.remote_id])
    news = [one for one in shown if one not in same]
    for one in news:
        pace.is_due(one.job.id)
    times: list[tuple[Waiting, float | None]] = [*((one, None) for one in news), *_times(same, pace)]
    seen = [one for one in [*(each.job for each in same), *([job] if itself else [])] if seen_long_ago(one)]
    return Round(job.id, itself, times, [one.id for one in seen], moment)


def _listed(endpoint: Endpoint, wanted: list[Job], pace: Pace) -> dict[str, Any]:
    """What the list tells of these jobs; a list that is of no use is not asked for again for a while."""
    try:
        there = listed(endpoint, [one.remote_id for one in wanted])
    except NoAnswer:
        pace.lists_nothing(endpoint.id)
        raise
    except openai.APIStatusError:
        there = {}
    if len(there) < TOGETHER:
        pace.lists_nothing(endpoint.id)
    pace.is_left_out([one.id for one in wanted if one.remote_id not in there])
    return there


def _times(same: list[Waiting], pace: Pace) -> list[tuple[Waiting, float]]:
    """When the others come due: the quiet ones after the next round, those whose events are wanted until then. Jobs that had
    news lately keep their time."""
    quiet, due = (set(ids) for ids in pace.rota([one.job.id for one in same]))
    moment = time.time()
    later = [(one, moment + ROUND_SECONDS + SPREAD_SECONDS * random.random()) for one in same if one.job.id in quiet]
    soon = [(one, min(one.due, moment + ROUND_SECONDS * random.random())) for one in same if one.job.id in due]
    return [*later, *soon]
