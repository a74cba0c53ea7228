"""How fast a running job is, measured from its own steps."""

from __future__ import annotations

from collections.abc import Sequence

from ftcore.records import Job, JobEvent

LATEST = 30
"""Steps that the pace is taken from: the machine may have become busier since the first."""


def seconds_a_step(events: Sequence[JobEvent]) -> float | None:
    """The mean time of the latest steps, from the events that name their step (in any order); None before there are two
    moments to measure between. Servers tell time in whole seconds."""
    told = {event.data["step"]: event.created_at for event in events if isinstance(event.data.get("step"), int)}
    steps = sorted(told)[-LATEST:]
    if len(steps) < 2:
        return None
    passed = (told[steps[-1]] - told[steps[0]]).total_seconds()
    return passed / (steps[-1] - steps[0]) if passed > 0 else None


def seconds_left(job: Job, events: Sequence[JobEvent]) -> float | None:
    """How long the remaining steps take at the measured pace; None while that is not known."""
    pace = seconds_a_step(events)
    if pace is None or not job.total_steps:
        return None
    return max(0, job.total_steps - job.step) * pace
