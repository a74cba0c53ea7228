"""Trainings under way, in the place of the settings. It only looks: the worker asks the servers, and closing the tab stops nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from ftcore.endpoints.facts import facts_of
from ftcore.records import LOCAL, Endpoint, Job, JobEvent, JobState, Metric, Project
from ftcore.store import endpoints, jobs
from ftcore.training.looking import CANNOT_BE_TOLD
from ftcore.training.overfitting import overfitting_since
from ftcore.ui import page, session
from ftcore.ui.train import job_controls, job_curves, job_words, local_training

PATIENCE_SECONDS = 15
"""After so long a planned job should have been picked up by the worker."""
SEEN = "train-open"


@st.fragment(run_every=1.0)
def watch(project: Project) -> None:
    """All trainings of the project that have not ended; draws the page anew when one ends."""
    with session.db().read() as c:
        running = [job for job in jobs.of_project(c, project.id) if not job.state.ended]
        places = {job.endpoint_id: endpoints.get(c, job.endpoint_id) for job in running}
    ids = [job.id for job in running]
    if st.session_state.setdefault(SEEN, ids) != ids:
        st.session_state[SEEN] = ids
        st.rerun()
    if not running:
        return
    if len(running) == 1:
        _one(running[0], places[running[0].endpoint_id])
        return
    st.subheader(f"{len(running)} trainings under way", anchor=False)
    for job in reversed(running):  # in the order of their start
        with st.container(border=True):
            _one(job, places[job.endpoint_id], small=True)
    st.text("They go on when you close this tab, and this page finds them again.")
    job_controls.draw_for_all(running)


def _one(job: Job, endpoint: Endpoint, *, small: bool = False) -> None:
    with session.db().read() as c:
        measured, events = jobs.metrics(c, job.id), jobs.events(c, job.id, limit=200)
        hindered = jobs.hindrance(c, job)
    told = job_words.headline(job, events)
    if small:
        st.markdown(f"**{page.plain(job_words.title(job))}** · {told.removeprefix('Training: ')}")
    else:
        st.subheader(told, anchor=False)
    if job.state is not JobState.UNKNOWN:
        st.progress(min(1.0, job.step / job.total_steps) if job.total_steps else 0.0)
    _hindrance(job, endpoint, hindered)
    if not small and job.state is not JobState.UNKNOWN:
        st.text("It goes on when you close this tab, and this page finds it again.")
    if facts := _so_far(job, endpoint, measured):
        st.text(" · ".join(facts))
    _learning(measured)
    if measured and not small:
        job_curves.draw(measured, key=f"curve-now-{job.id}")
    provider = facts_of(session.workspace()).adapter(endpoint).provider
    doubt = next((event.message for event in events if event.id == CANNOT_BE_TOLD), "")
    job_controls.draw(job, endpoint, pauses=provider.pauses, doubt=doubt)
    if not small:
        with st.expander("Events", key="events-now"):
            show_events(events)


def _so_far(job: Job, endpoint: Endpoint, measured: Sequence[Metric]) -> list[str]:
    """The newest figures, the cost, and the place."""
    newest = measured[-1] if measured else None
    accuracy = newest.train_accuracy if newest else None
    found = [f"loss {newest.train_loss:.2f}"] if newest and newest.train_loss is not None else []
    found += [f"{accuracy:.0%} of the answers' tokens right"] if accuracy is not None else []
    found += [told] if (told := job_words.cost(job)) else []
    return [*found, f"at {endpoint.name}"] if endpoint.name != LOCAL else found


def _learning(measured: Sequence[Metric]) -> None:
    since = overfitting_since(measured)
    if since is not None:
        said = (
            f"Overfitting since step {since:,}: on the validation examples it only got worse after that, while it still learns "
            "the training examples better. More of this will not help; fewer passes, or more examples, may."
        )
        st.warning(said, icon=":material/trending_up:")


def _hindrance(job: Job, endpoint: Endpoint, hindered: str) -> None:
    """What keeps the job from moving, if something does; `hindered` is what the worker met when it last looked."""
    waited = (datetime.now(UTC) - job.created_at).total_seconds() if job.created_at else 0.0
    if endpoint.name == LOCAL and not local_training.listens(local_training.address(session.workspace())):
        said = "The trainer server is not answering just now. Nothing is lost: it is started again by itself, and the job goes on."
        st.warning(said, icon=":material/hourglass_empty:")
    elif hindered:
        st.warning(page.plain(hindered), icon=":material/hourglass_empty:")
    elif job.state is JobState.PLANNED and waited > PATIENCE_SECONDS:
        said = "Nobody has picked this job up yet. It waits for the worker, which `make run` (or `tuneworthy`) starts."
        st.warning(said, icon=":material/hourglass_empty:")
    elif said := job_words.last_heard(job, endpoint):
        st.warning(page.plain(said), icon=":material/hourglass_empty:")
    if word := job_words.strange(job):
        st.info(
            page.plain(f"The server calls this state “{word}”, which we do not know. We go on looking."),
            icon=":material/help:",
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
