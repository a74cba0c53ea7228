"""How a training is named and told: its state, its settings, its time and its cost, in a line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ftcore.records import Endpoint, Job, JobEvent, JobState
from ftcore.training.pace import seconds_left
from ftcore.training.spending import cost_of
from ftcore.ui import say

STATES = {
    JobState.PLANNED: "getting ready",
    JobState.SUBMITTING: "being handed over",
    JobState.SUBMITTED: "waiting at the server",
    JobState.RUNNING: "training",
    JobState.PAUSED: "paused",
    JobState.SUCCEEDED: "finished",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "stopped",
    JobState.UNKNOWN: "no answer yet",
}
_STAGES = {
    JobState.PLANNED: "Getting the examples ready",
    JobState.SUBMITTING: "Handing the examples over",
    JobState.SUBMITTED: "The server has the examples and checks them",
    JobState.RUNNING: "The model is being loaded",
}
_PARTS = {0.25: "a quarter of the examples", 0.5: "half of the examples"}


def headline(job: Job, events: Sequence[JobEvent]) -> str:
    """What the training is doing now, with its step and the time that is left."""
    if job.cancel_requested:
        return "Stopping the training"
    if job.state is JobState.UNKNOWN:
        return "Looking for the job"
    done = f": step {job.step:,} of {job.total_steps:,}" if job.total_steps else ""
    if job.state is JobState.PAUSED:
        return f"Paused{done}"
    if job.state is JobState.SUBMITTED and job.queue_position:
        return f"In the queue: {say.count(job.queue_position, 'training')} before this one"
    if not done:
        return _STAGES.get(job.state, "Training")
    rest = _left(job, events) if job.step < job.total_steps else None
    return f"Training{done}{f', {say.left(rest)}' if rest is not None else ''}"


def standing(job: Job) -> str:
    """The state in a word or two, with the server's own word where we know no other for it."""
    if job.cancel_requested and not job.state.ended:
        return "stopping"
    done = f", step {job.step:,} of {job.total_steps:,}" if job.total_steps and not job.state.ended else ""
    return f"{STATES[job.state]}{done}"


def strange(job: Job) -> str:
    """The server's word for the state, when it is none that we know: shown as it is, and never taken for success."""
    from ftcore.endpoints.statuses import knows

    return "" if job.state.ended or not job.remote_status or knows(job.remote_status) else job.remote_status


def title(job: Job) -> str:
    """ "Training 7", and what sets it apart from the others of its group."""
    apart = [] if job.share == 1 else [_PARTS.get(job.share, f"{job.share:.0%} of the examples")]
    apart += [f"seed {job.seed}"] if job.group and job.share == 1 and job.seed else []
    return ", ".join([f"Training {job.id}", *apart])


def facts(job: Job) -> str:
    """One line on a finished job: steps, time, tokens, cost."""
    parts = [say.count(job.total_steps, "step")] if job.total_steps else []
    if seconds := seconds_of(job):
        parts.append(say.duration(seconds))
    if job.trained_tokens is not None:
        parts.append(f"{say.count(job.trained_tokens, 'token')} trained on")
    if told := cost(job):
        parts.append(told)
    parts.append(f"from {job.base_model}")
    return " · ".join(parts)


def seconds_of(job: Job) -> float | None:
    return (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None


def settings(job: Job) -> dict[str, str]:
    """What was chosen, by name; what was left to the server is told by what the server made of it."""
    values = {"Method": "pairs of answers (DPO)"} if job.method == "dpo" else {}
    names = {"n_epochs": "Epochs", "batch_size": "Batch size", "learning_rate_multiplier": "Learning rate multiplier"}
    for name, value in job.hyperparameters.items():
        values[names.get(name, name)] = str(value)
    return {**values, "Seed": str(job.seed), **({"Suffix": job.suffix} if job.suffix else {})}


def last_heard(job: Job, endpoint: Endpoint, *, after: float = 90.0) -> str:
    """When the server last answered, once that is longer ago than `after` seconds; "" before."""
    if job.seen_at is None or (silent := (datetime.now(UTC) - job.seen_at).total_seconds()) < after:
        return ""
    return f"{endpoint.name} last answered {say.duration(silent)} ago. It is asked again by itself; nothing is lost."


def cost(job: Job) -> str:
    """What has been spent so far, or in the end, where a price is known: "$0.42", "about $0.10 so far"; "" where none is."""
    if not job.rate:
        return ""
    if job.state.ended:
        known = cost_of(job)
        return _dollars(known.high) if known.certain else f"at most {_dollars(known.high)}"
    if not job.total_steps or not job.estimated_tokens:
        return ""
    spent = job.rate * job.estimated_tokens * job.step / job.total_steps / 1e6
    return f"about {_dollars(spent)} so far" if spent >= 0.01 else "less than $0.01 so far"


def _dollars(amount: float) -> str:
    return f"${amount:,.2f}" if amount >= 0.01 else "less than $0.01"


def _left(job: Job, events: Sequence[JobEvent]) -> float | None:
    """From the measured pace; failing that, from what the server expects."""
    measured = seconds_left(job, events)
    if measured is not None or job.estimated_finish is None:
        return measured
    return max(0.0, (job.estimated_finish - datetime.now(UTC)).total_seconds())
