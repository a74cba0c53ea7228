"""How a training ended, and the way on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.records import Job, JobState, Metric, Project
from ftcore.store import endpoints, jobs
from ftcore.training.failures import explain_failure
from ftcore.training.overfitting import still_falling
from ftcore.ui import page, session, way
from ftcore.ui.train import job_curves, job_words, train_state
from ftcore.ui.train.job_watch import show_events


def outcome(project: Project, job: Job, *, primary: bool) -> None:
    """How the last job ended. `primary`: the comparison is the page's next action."""
    if job.state is JobState.SUCCEEDED:
        _ready(project, job, primary=primary)
    elif job.state is JobState.FAILED:
        failed(job)
    else:
        done = f" after {job.step:,} of {job.total_steps:,} steps" if job.total_steps else ""
        said = job.error or f"This training was stopped{done}, as asked. Your examples are as they were."
        st.info(page.plain(said), icon=":material/stop_circle:")


def _ready(project: Project, job: Job, *, primary: bool) -> None:
    st.subheader("The model is ready", anchor=False)
    st.code(job.fine_tuned_model, language=None, wrap_lines=True)
    st.text(job_words.facts(job))
    with session.db().read() as c:
        practice, measured = endpoints.get(c, job.endpoint_id).practice, jobs.metrics(c, job.id)
    if practice:
        page.practice_stamp()
    _still_learning(job, measured)
    with st.container(horizontal=True):
        way.button(project, "evaluate", "Compare it with the cheaper ways", primary=primary)
        st.button("Try it", icon=":material/chat:", key="to-try", on_click=train_state.go, args=("Models",))
    if len(measured) > 1:
        job_curves.draw(measured, key=f"curve-{job.id}")


def _still_learning(job: Job, measured: Sequence[Metric]) -> None:
    fell, passes = still_falling(measured), job.hyperparameters.get("n_epochs")
    if fell is None:
        return
    more = f": {2 * passes} instead of {passes} take about twice as long" if isinstance(passes, int) else ""
    said = (
        f"It was still learning when it ended: in its last third the error on the validation examples fell from {fell[0]:.2f} to "
        f"{fell[1]:.2f}. More passes may teach it more{more}."
    )
    st.info(said, icon=":material/trending_down:")


def failed(job: Job) -> None:
    """Why it failed, in plain words, with the server's own message beneath."""
    told = explain_failure(job.error)
    st.error(page.plain(f"Training stopped. {told.what}"), icon=":material/error:")
    st.text(told.do)
    if job.error:
        st.caption("In the server's own words:")
        st.code(job.error, language=None, wrap_lines=True)
    with session.db().read() as c:
        events = jobs.events(c, job.id, limit=100)
    if events:
        with st.expander("Events", key=f"events-{job.id}"):
            show_events(events)
