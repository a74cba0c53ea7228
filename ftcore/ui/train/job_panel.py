"""A training under way, and how the last one ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from ftcore.records import LOCAL, Endpoint, Job, JobEvent, JobState, Metric, Project
from ftcore.store import endpoints, jobs
from ftcore.training.launch import cancel
from ftcore.training.pace import seconds_left
from ftcore.ui import charts, page, say, session, way
from ftcore.ui.train import local_training

UNKNOWN = "We asked for this job but got no answer. It may be running, and we will not ask again until we know."
PATIENCE_SECONDS = 15
"""After so long a planned job should have been picked up by the worker."""
CHART_POINTS = 400
_STAGES = {
    JobState.PLANNED: "Getting the examples ready",
    JobState.SUBMITTING: "Handing the examples over",
    JobState.SUBMITTED: "The trainer has the examples and checks them",
    JobState.RUNNING: "The model is being loaded",
}


@st.fragment(run_every=1.0)
def watch(project: Project, job_id: int) -> None:
    """Progress in the place of the settings. It only looks: closing the tab stops nothing."""
    with session.db().read() as c:
        job = jobs.get(c, job_id)
        endpoint = endpoints.get(c, job.endpoint_id)
        measured, events = jobs.metrics(c, job_id), jobs.events(c, job_id, limit=200)
    if job.state.ended:
        st.rerun()
    st.subheader(_headline(job, events), anchor=False)
    if job.state is JobState.UNKNOWN:
        st.warning(UNKNOWN, icon=":material/help:")
    else:
        st.progress(min(1.0, job.step / job.total_steps) if job.total_steps else 0.0)
    _hindrance(job, endpoint)
    st.text("It goes on when you close this tab, and this page finds it again.")
    if measured:
        curve(measured, key="curve-now")
    _cancel(job)
    with st.expander("Events", key="events-now"):
        show_events(events)


def outcome(project: Project, job: Job, *, primary: bool) -> None:
    """How the last job ended, and the way on. `primary`: the comparison is the page's next action."""
    if job.state is JobState.SUCCEEDED:
        st.subheader("The model is ready", anchor=False)
        st.code(job.fine_tuned_model, language=None, wrap_lines=True)
        st.text(facts(job))
        with session.db().read() as c:
            practice, measured = endpoints.get(c, job.endpoint_id).practice, jobs.metrics(c, job.id)
        if practice:
            page.practice_stamp()
        way.button(project, "evaluate", "Compare it with the cheaper ways", primary=primary)
        if len(measured) > 1:
            curve(measured, key=f"curve-{job.id}")
    elif job.state is JobState.FAILED:
        error = job.error or "The server did not say why."
        st.error(page.plain(f"Training stopped: {error}"), icon=":material/error:")
        st.text(
            "Your examples and everything measured until then are kept. Change a setting, or start it again as it was."
        )
    else:
        done = f" after {job.step:,} of {job.total_steps:,} steps" if job.total_steps else ""
        st.info(
            f"This training was stopped{done}, as asked. Your examples are as they were.", icon=":material/stop_circle:"
        )


def facts(job: Job) -> str:
    """One line on a finished job: steps, time, tokens."""
    parts = [say.count(job.total_steps, "step")] if job.total_steps else []
    if seconds := seconds_of(job):
        parts.append(say.duration(seconds))
    if job.trained_tokens is not None:
        parts.append(f"{say.count(job.trained_tokens, 'token')} trained on")
    parts.append(f"from {job.base_model}")
    return " · ".join(parts)


def seconds_of(job: Job) -> float | None:
    return (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None


def curve(measured: Sequence[Metric], *, key: str) -> None:
    """The loss by step, thinned for the screen."""
    from ftcore.report.figures import loss_curve

    every = max(1, len(measured) // CHART_POINTS)
    training = [(m.step, m.train_loss) for m in measured[::every] if m.train_loss is not None]
    validation = [(m.step, m.valid_loss) for m in measured if m.valid_loss is not None]
    if not training:
        return
    last = training[-1]
    charts.show(
        loss_curve(training, validation, dark=charts.is_dark()),
        key=key,
        alt=f"Training loss by step; {last[1]:.2f} at step {last[0]}.",
    )
    st.caption(
        "Loss is the training's own measure of error. Falling means that it learns; whether that helps, the test says."
    )


def show_events(events: Sequence[JobEvent]) -> None:
    """What the server said, the newest first."""
    if not events:
        st.text("Nothing yet.")
        return
    told = "\n".join(
        f"{event.created_at.astimezone():%H:%M:%S}  {event.level:5}  {event.message}" for event in events[:100]
    )
    st.code(told, language=None, wrap_lines=True, height=260)


def _headline(job: Job, events: Sequence[JobEvent]) -> str:
    if job.cancel_requested:
        return "Stopping the training"
    if job.state is JobState.UNKNOWN:
        return "Looking for the job"
    if not job.total_steps:
        return _STAGES.get(job.state, "Training")
    rest = seconds_left(job, events)
    time = f", {say.left(rest)}" if rest is not None and job.step < job.total_steps else ""
    return f"Training: step {job.step:,} of {job.total_steps:,}{time}"


def _hindrance(job: Job, endpoint: Endpoint) -> None:
    """What keeps the job from moving, if something does."""
    waited = (datetime.now(UTC) - job.created_at).total_seconds() if job.created_at else 0.0
    if endpoint.name == LOCAL and not local_training.listens(local_training.address(session.workspace())):
        said = "The trainer server is not answering just now. Nothing is lost: it is started again by itself, and the job goes on."
        st.warning(said, icon=":material/hourglass_empty:")
    elif job.state is JobState.PLANNED and waited > PATIENCE_SECONDS:
        said = "Nobody has picked this job up yet. It waits for the worker, which `make run` (or `tuneworthy`) starts."
        st.warning(said, icon=":material/hourglass_empty:")


def _cancel(job: Job) -> None:
    asked = f"cancel-asked-{job.id}"
    if job.cancel_requested:
        return
    if not st.session_state.get(asked):
        st.button("Cancel", icon=":material/stop:", key="cancel", on_click=_ask, args=(asked, True))
        return
    st.text("Stop this training? What it has learnt so far makes no model.")
    with st.container(horizontal=True):
        st.button("Yes, stop it", key="cancel-yes", on_click=_stop, args=(job.id, asked))
        st.button("No, go on", key="cancel-no", on_click=_ask, args=(asked, False))


def _ask(asked: str, yes: bool) -> None:
    st.session_state[asked] = yes


def _stop(job_id: int, asked: str) -> None:
    cancel(session.db(), job_id)
    st.session_state[asked] = False
