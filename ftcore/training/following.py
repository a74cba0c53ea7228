"""What the server says of a job that it has: its state, its events, and what somebody wishes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import openai

from ftcore.records import Job, JobEvent, JobState, Metric
from ftcore.store import jobs, models
from ftcore.store.schema import now
from ftcore.training.calling import NoAnswer, answering, clean, said_by, told
from ftcore.training.looking import learn
from ftcore.training.turn import Turn, end

MOST_EVENTS = 2_000
"""A server that ignores `after` repeats its first page for ever."""
SEEN_SECONDS = 120.0
"""How exactly it is kept when the server was last heard of, while nothing else is written: each write costs a little."""
ALREADY = (400, 409)
"""Answers to a cancelling of a job that has ended meanwhile."""
UNHEARD = (404, 405, 501)
"""Answers of a server that has no such request."""


def follow(turn: Turn, *, lightly: bool = False) -> bool:
    """One look at the job, and what is asked of it is passed on; whether anything has changed. `lightly` leaves out the events
    while the server tells nothing else that is new. Raises NoAnswer, and the client's
    APIStatusError for a refusal."""
    if turn.job.cancel_requested:
        _cancel(turn)
    elif turn.job.wish:
        _tell_wish(turn)
    with answering(turn.endpoint):
        remote = told(turn.client.fine_tuning.jobs.retrieve(turn.job.remote_id))
        status = str(remote.status or "")
    state = turn.adapter.status(status)
    with turn.db.read() as c:
        once_missing = jobs.looked_at(c, turn.job.id) is not None
        light = lightly and not once_missing and not _news(turn, remote, status, state, [])
        known = set() if light else jobs.known_event_ids(c, turn.job.id)
    if light:
        _see(turn)
        return False
    events = _new_events(turn, known)
    metrics = [metric for metric in map(metric_of, events) if metric is not None]
    values = _news(turn, remote, status, state, metrics) | ({"looked_at": None} if once_missing else {})
    if state != turn.job.state and state not in (JobState.SUBMITTED, JobState.FAILED):
        _learn(turn)
    if not events and not values:
        _see(turn)  # a quiet look writes nothing else: every write makes the pages read again
        return False
    with turn.write() as c:
        jobs.add_events(c, turn.job.id, events)
        jobs.add_metrics(c, turn.job.id, metrics)
        if name := values.get("fine_tuned_model"):
            models.keep(c, turn.endpoint.id, name, base_model=turn.job.base_model, job_id=turn.job.id)
        if state.ended:
            end(c, turn.job, state, **{k: v for k, v in values.items() if k != "state"}, seen_at=now())
        else:
            jobs.change(c, turn.job.id, **values, seen_at=now())
    return True


def _see(turn: Turn) -> None:
    if seen_long_ago(turn.job):
        with turn.write() as c:
            jobs.see(c, turn.job.id, now())


def seen_long_ago(job: Job) -> bool:
    """Whether it is worth a write that its server has answered again."""
    return job.seen_at is None or (now() - job.seen_at).total_seconds() >= SEEN_SECONDS


def _learn(turn: Turn) -> None:
    try:
        learn(turn)
    except NoAnswer:
        return  # a question that can wait: the next job asks it again


def _news(turn: Turn, remote: Any, status: str, state: JobState, metrics: list[Metric]) -> dict[str, Any]:
    """The columns of the job that are no longer as the server says."""
    job = turn.job
    values: dict[str, Any] = {
        "state": state,
        "remote_status": status,
        "estimated_finish": moment_of(getattr(remote, "estimated_finish", None)),
        "queue_position": whole_of(getattr(remote, "queue_position", None)),
    }
    if state == JobState.RUNNING and job.started_at is None:
        values["started_at"] = now()
    if metrics:
        newest = max(metrics, key=lambda m: m.step)
        values |= {"step": max(newest.step, job.step), "total_steps": newest.total_steps or job.total_steps}
    if state.ended:
        values |= _ending(turn, remote, state)
    name = getattr(remote, "fine_tuned_model", None)
    if name and state == JobState.SUCCEEDED:
        values["fine_tuned_model"] = str(name)
    return {name: value for name, value in values.items() if getattr(job, name) != value}


def _ending(turn: Turn, remote: Any, state: JobState) -> dict[str, Any]:
    ending: dict[str, Any] = {
        "finished_at": moment_of(getattr(remote, "finished_at", None)) or now(),
        "trained_tokens": whole_of(getattr(remote, "trained_tokens", None)),
        "estimated_finish": None,
        "queue_position": None,
    }
    if state == JobState.FAILED:
        error = getattr(remote, "error", None)
        said = error.get("message") if isinstance(error, dict) else getattr(error, "message", None)
        ending["error"] = (
            clean(turn.endpoint, str(said))
            if said
            else "The server says that it failed, and not why. Its events and log may tell."
        )
    return ending


def _cancel(turn: Turn) -> None:
    """Said at every look until the job has ended: to be told twice is harmless, not to have been told is not."""
    try:
        with answering(turn.endpoint):
            turn.client.fine_tuning.jobs.cancel(turn.job.remote_id)
    except openai.APIStatusError as error:
        if error.status_code in UNHEARD:
            said = f"{turn.endpoint.name} cannot cancel a job ({error.status_code}). Look at its own page; the job is still followed here."
            turn.note("cannot-cancel", said, level="warn")
        elif error.status_code not in ALREADY:
            raise
    except NoAnswer:
        return  # it is told again at the next look; what the job does meanwhile is worth knowing


def _tell_wish(turn: Turn) -> None:
    """Pauses or resumes where the server can; where it cannot, that is said, and the wish is withdrawn."""
    wish = turn.job.wish
    done = "paused" if wish == "pause" else "resumed"
    if not turn.adapter.provider.pauses:
        _withdraw(turn, wish, f"{turn.endpoint.name} cannot pause a job. It goes on.")
        return
    call = getattr(turn.client.fine_tuning.jobs, wish)
    try:
        with answering(turn.endpoint):
            call(turn.job.remote_id)
    except openai.APIStatusError as error:
        _withdraw(turn, wish, f"{turn.endpoint.name} has not {done} the job: {said_by(turn.endpoint, error)}")
    except NoAnswer as error:
        if getattr(error.__cause__, "status_code", 0) in (409, 501):
            _withdraw(turn, wish, f"{turn.endpoint.name} has not {done} the job: {error}")
        # otherwise it is told again at the next look
    else:
        with turn.write() as c:
            jobs.withdraw_wish(c, turn.job.id, wish)


def _withdraw(turn: Turn, wish: str, said: str) -> None:
    with turn.write() as c:
        number = len(jobs.notes(c, turn.job.id, f"not-{wish}")) + 1
        jobs.note(c, turn.job.id, f"not-{wish}-{number}", said, level="warn")
        jobs.withdraw_wish(c, turn.job.id, wish)


def _new_events(turn: Turn, known: set[str]) -> list[JobEvent]:
    """Events that are not known yet, walking back from the newest; doubles and endless pages do not matter."""
    found: dict[str, JobEvent] = {}
    after: str | None = None
    while len(found) < MOST_EVENTS:
        try:
            with answering(turn.endpoint):
                events = turn.client.fine_tuning.jobs
                page = events.list_events(turn.job.remote_id, limit=100, after=after or openai.omit)
                fresh = [e for e in page.data if e.id not in known and e.id not in found]
                found |= {e.id: _event(turn, e) for e in fresh}
        except openai.APIStatusError as error:
            if error.status_code in UNHEARD:  # not every server keeps events
                return []
            raise
        if not fresh or len(fresh) < len(page.data) or not getattr(page, "has_more", False):
            break
        after = page.data[-1].id
    return list(found.values())


def _event(turn: Turn, event: Any) -> JobEvent:
    data = dict(event.data) if isinstance(event.data, dict) else {}
    said = clean(turn.endpoint, str(event.message))
    return JobEvent(str(event.id), moment_of(event.created_at) or now(), str(event.level), said, data)


def metric_of(event: JobEvent) -> Metric | None:
    """The figures of a step, as an event tells them."""
    data = event.data
    step = whole_of(data.get("step"))
    if step is None:
        return None
    return Metric(
        step=step,
        total_steps=whole_of(data.get("total_steps")) or 0,
        train_loss=_figure(data.get("train_loss")),
        train_accuracy=_figure(data.get("train_mean_token_accuracy")),
        valid_loss=_figure(data.get("full_valid_loss", data.get("valid_loss"))),
        valid_accuracy=_figure(data.get("full_valid_mean_token_accuracy", data.get("valid_mean_token_accuracy"))),
    )


def _figure(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def whole_of(value: Any) -> int | None:
    """A whole number as a server tells it; None for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment_of(value: Any) -> datetime | None:
    """Seconds since 1970 as a moment; None for what is none."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 32_503_680_000:
        return None
    return datetime.fromtimestamp(value, UTC)
