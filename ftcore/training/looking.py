"""Was a job created by a request whose reply never came? We look in the server's list for our own number.

The rule: what is found is ours. A job is asked for again only when two looks, 30 seconds apart, after the request could no longer
arrive, find nothing in the whole list of a server that is known to show our numbers. Otherwise it stays unknown, for as long as
it takes, and a person decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openai

from ftcore.records import JobState
from ftcore.store import jobs
from ftcore.store.job_history import SHOWS_METADATA
from ftcore.store.schema import now
from ftcore.training import intent as intents
from ftcore.training.calling import answering
from ftcore.training.submitting import KEY, adopt
from ftcore.training.turn import Turn

SURE_SECONDS = {True: 3.0, False: 30.0}
"""How long after a first empty listing a second one makes it sure that the job does not exist: our own trainer
(True) lists what it has committed, others may lag."""
CANNOT_BE_TOLD = "cannot-be-told"
"""The note that says why."""
MOST_JOBS = 1_000
A_DAY = 86_400.0
AGAIN_SECONDS = {True: 0.5, False: 10.0}
LONGEST_SECONDS = 600.0
"""How seldom a list is looked into that has never shown our numbers: it may begin to."""


@dataclass(frozen=True, slots=True)
class Listing:
    """`job` is ours, or None. `whole` = nothing that could be ours was left unseen; `shows` = it shows our numbers, on whichever
    job; `seen` jobs were looked at."""

    job: Any
    whole: bool
    shows: bool
    seen: int


def look_for(turn: Turn) -> float:
    """One look. Gives the seconds after which the next one is worth while; 0 when the job was found, or is planned again."""
    with turn.db.read() as c:
        intent = intents.latest(c, turn.job.id)
    over, moment = intents.is_over(intent), now()  # before the look: what arrives during it does not count as absent
    listing = find(turn, since=intent.at if intent else None)
    if listing.shows:
        remember_metadata(turn)
    if listing.job is not None:
        adopt(turn, listing.job)
        return 0.0
    if not over:
        return AGAIN_SECONDS[turn.ours]
    return _not_there(turn, listing, moment)


def _not_there(turn: Turn, listing: Listing, moment: datetime) -> float:
    number = 0
    with turn.write() as c:
        sure = listing.whole and (turn.ours or listing.shows or jobs.shows_metadata(c, turn.endpoint.id))
        first = jobs.looked_at(c, turn.job.id)
        if turn.job.state == JobState.SUBMITTING:
            jobs.change(c, turn.job.id, expected=JobState.SUBMITTING, state=JobState.UNKNOWN)
        if not sure:
            jobs.note(c, turn.job.id, CANNOT_BE_TOLD, _cannot_tell(turn, listing), level="warn")
            if first is not None:
                jobs.change(c, turn.job.id, looked_at=None)
        elif first is None:
            jobs.change(c, turn.job.id, looked_at=moment)
        elif (moment - first).total_seconds() >= SURE_SECONDS[turn.ours]:
            number = len(jobs.notes(c, turn.job.id, intents.NAME))
            if jobs.change(c, turn.job.id, expected=JobState.UNKNOWN, state=JobState.PLANNED, looked_at=None):
                said = f"Looked twice: the job does not exist at {turn.endpoint.name}. It is asked for again."
                jobs.note(c, turn.job.id, f"not-there-{number}", said)
            return 0.0
    if sure:
        return min(AGAIN_SECONDS[turn.ours], SURE_SECONDS[turn.ours] + 0.05)
    age = (now() - turn.job.created_at).total_seconds() if turn.job.created_at else 0.0
    return min(LONGEST_SECONDS, max(AGAIN_SECONDS[turn.ours], age / 5))


def _cannot_tell(turn: Turn, listing: Listing) -> str:
    why = "shows too few of its jobs" if not listing.whole else "has never shown the numbers under which we ask"
    return (
        f"Whether the job exists cannot be told: the list of {turn.endpoint.name} {why}. It is not asked for again by itself. "
        "Look at the server's own page: if the job is not there, say so here, and start it anew."
    )


def find(turn: Turn, *, since: float | None) -> Listing:
    """Looks for our number: first by the server's own filter, then through the list until jobs that are a day older than the
    request (`since`, seconds since 1970). Raises NoAnswer."""
    filtered = _filtered(turn)
    ours = next((job for job in filtered if _number(job) == turn.job.key), None)
    if ours is not None:
        return Listing(ours, True, True, len(filtered))
    return _walk(turn, since)


def _filtered(turn: Turn) -> list[Any]:
    """Some servers ignore the filter, or refuse it: what they give is only a first glance."""
    try:
        with answering(turn.endpoint):
            wanted = {f"metadata[{KEY}]": turn.job.key}
            return list(turn.client.fine_tuning.jobs.list(limit=100, extra_query=wanted).data)
    except openai.APIStatusError:
        return []


def _walk(turn: Turn, since: float | None) -> Listing:
    seen: dict[str, Any] = {}
    after: str | None = None
    shows = whole = False
    while len(seen) < MOST_JOBS and not whole:
        with answering(turn.endpoint):
            page = turn.client.fine_tuning.jobs.list(limit=100, after=after or openai.omit)
            fresh = [job for job in page.data if job.id not in seen]
            has_more, full = getattr(page, "has_more", None), len(page.data) >= 100
        seen |= {job.id: job for job in fresh}
        shows = shows or any(_number(job) for job in fresh)
        ours = next((job for job in fresh if _number(job) == turn.job.key), None)
        if ours is not None:
            return Listing(ours, True, True, len(seen))
        older = bool(fresh) and since is not None and all(_age(job, since) > A_DAY for job in fresh)
        whole = older or has_more is False or (has_more is None and not full)
        if not fresh:
            break  # the same page again: what follows cannot be reached
        after = fresh[-1].id
    return Listing(None, whole, shows, len(seen))


def remember_metadata(turn: Turn) -> None:
    """This server's list shows our numbers: a lost reply can be cleared up there. Kept once an endpoint."""
    with turn.write() as c:
        if not turn.ours and not jobs.shows_metadata(c, turn.endpoint.id):
            said = f"{turn.endpoint.name} lists our own number for a job: were an answer lost, it could be found again."
            jobs.note(c, turn.job.id, SHOWS_METADATA, said)


def learn(turn: Turn) -> None:
    """While a job of ours is there for certain, sees whether the list shows its number. Not to know it only makes us careful."""
    with turn.db.read() as c:
        known = turn.ours or jobs.shows_metadata(c, turn.endpoint.id)
    if not known and any(_number(job) == turn.job.key for job in _filtered(turn)):
        remember_metadata(turn)


def _number(job: Any) -> str:
    metadata = getattr(job, "metadata", None)
    found = metadata.get(KEY) if isinstance(metadata, dict) else None
    return found if isinstance(found, str) else ""


def _age(job: Any, since: float) -> float:
    created = getattr(job, "created_at", None)
    return since - created if isinstance(created, int | float) and created > 0 else 0.0
