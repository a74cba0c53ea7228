"""What can be asked of a training under way: cancel, a break, going on; and of one whose request got no answer."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.records import Endpoint, Job, JobState
from ftcore.training.doubt import did_not_start, look_again
from ftcore.training.launch import cancel
from ftcore.training.wishes import pause, resume
from ftcore.ui import page, session

UNKNOWN = "We asked for this job but got no answer. It may be running, and we will not ask again until we know."


def draw(job: Job, endpoint: Endpoint, *, pauses: bool, doubt: str = "") -> None:
    """The buttons below the progress. `pauses`: the server offers breaks; `doubt`: why it cannot be told whether the job exists."""
    if job.state is JobState.UNKNOWN:
        _unanswered(job, endpoint, doubt)
    elif not job.cancel_requested:
        _under_way(job, pauses=pauses)


def draw_for_all(running: Sequence[Job]) -> None:
    """One button for several trainings."""
    asked, left = "cancel-all-asked", [job for job in running if not job.cancel_requested]
    if len(left) < 2:
        return
    if not st.session_state.get(asked):
        st.button("Cancel all", icon=":material/stop:", key="cancel-all", on_click=_ask, args=(asked, True))
        return
    st.text(f"Stop all {len(left)} trainings? What they have learnt so far makes no models.")
    with st.container(horizontal=True):
        ids = [job.id for job in left]
        st.button("Yes, stop them", key="cancel-all-yes", on_click=_stop_all, args=(ids, asked))
        st.button("No, go on", key="cancel-all-no", on_click=_ask, args=(asked, False))


def _under_way(job: Job, *, pauses: bool) -> None:
    asked = f"cancel-asked-{job.id}"
    if st.session_state.get(asked):
        st.text("Stop this training? What it has learnt so far makes no model.")
        with st.container(horizontal=True):
            st.button("Yes, stop it", key=f"cancel-yes-{job.id}", on_click=_stop, args=(job.id, asked))
            st.button("No, go on", key=f"cancel-no-{job.id}", on_click=_ask, args=(asked, False))
        return
    with st.container(horizontal=True):
        st.button("Cancel", icon=":material/stop:", key=f"cancel-{job.id}", on_click=_ask, args=(asked, True))
        if job.wish:
            said = "The server is being asked for a break." if job.wish == "pause" else "It is being asked to go on."
            st.caption(said)
        elif job.state is JobState.PAUSED:
            _wish("Go on", ":material/play_arrow:", "resume", job)
        elif pauses and job.state is JobState.RUNNING and job.step:
            _wish("Pause", ":material/pause:", "pause", job)


def _wish(label: str, icon: str, what: str, job: Job) -> None:
    asked = {"pause": pause, "resume": resume}[what]
    st.button(label, icon=icon, key=f"{what}-{job.id}", on_click=asked, args=(session.db(), job.id))


def _unanswered(job: Job, endpoint: Endpoint, doubt: str) -> None:
    """Only the person can know more than the server's list says: they may look there with their own eyes."""
    st.warning(UNKNOWN, icon=":material/help:")
    st.text(
        doubt
        or f"The server's list of jobs is read again by itself. You can look at {endpoint.name} yourself, too: our job bears the "
        f"note {job.key[:12]}… in its metadata."
    )
    sure = f"not-started-asked-{job.id}"
    if st.session_state.get(sure):
        st.text("Did you look there, and is there no such job? If there is one, it would go on and be billed unseen.")
        with st.container(horizontal=True):
            st.button(
                "Yes, it did not start", key=f"not-started-yes-{job.id}", on_click=_not_started, args=(job.id, sure)
            )
            st.button("No, leave it", key=f"not-started-no-{job.id}", on_click=_ask, args=(sure, False))
        return
    with st.container(horizontal=True):
        st.button("Look again", icon=":material/refresh:", key=f"look-again-{job.id}", on_click=_look, args=(job.id,))
        label = "I checked: it did not start"
        st.button(label, key=f"not-started-{job.id}", on_click=_ask, args=(sure, True))


def _ask(asked: str, yes: bool) -> None:
    st.session_state[asked] = yes


def _stop(job_id: int, asked: str) -> None:
    cancel(session.db(), job_id)
    st.session_state[asked] = False


def _stop_all(ids: Sequence[int], asked: str) -> None:
    for job_id in ids:
        cancel(session.db(), job_id)
    st.session_state[asked] = False


def _look(job_id: int) -> None:
    look_again(session.db(), job_id)
    page.flash("The server's list is being read again.", icon=":material/refresh:")


def _not_started(job_id: int, asked: str) -> None:
    if not did_not_start(session.db(), job_id, who=session.who()):
        page.flash("It has been found meanwhile, and goes on.", icon=":material/info:")
    st.session_state[asked] = False
