"""What came with a sample was recorded on another computer: said wherever it is shown, with the way to one's own."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from ftcore.records import Job, Project
from ftcore.store import jobs, recorded, runs
from ftcore.ui import page, session, way

TOLD_ON = ("evaluate", "report")
"""Train says it where the training itself is told."""


def day(when: datetime) -> str:
    """ "28 Nov 2026", in this computer's time."""
    here = when.astimezone()
    return f"{here.day} {here:%b %Y}"


def job_ids(project: Project) -> frozenset[int]:
    """The trainings of the project that were recorded elsewhere."""
    if not project.sample:
        return frozenset()
    with session.db().read() as c:
        return recorded.job_ids(c, project.id)


def note(name: str, project: Project) -> None:
    """On the pages that show a comparison: that it is the recorded one, while no newer one was made here."""
    if name not in TOLD_ON or not (known := job_ids(project)):
        return
    with session.db().read() as c:
        newest = runs.latest_done(c, project.id)
        found = recorded.of_project(c, project.id)
    if newest is not None and newest.job_id in known and found is not None:
        st.markdown(
            f":material/history: Recorded on {day(found.on)}, on another computer. The trained model is not on this one: "
            "train here to try it yourself."
        )


def outcome(project: Project, job: Job) -> None:
    """On Train, in the place of “The model is ready”: what was trained elsewhere. The form below it trains here."""
    from ftcore.ui.train import job_curves, job_words

    st.subheader(f"A training recorded on {day(job.finished_at or job.created_at or datetime.now())}", anchor=False)
    st.text(job_words.facts(job))
    st.markdown(
        "It was made on another computer, with the small practice model, and its model is not on this one. What it measured "
        "is here: the curve, its settings, and the comparison on Evaluate. Train here, below, to try a model yourself.",
        width=page.PROSE,
    )
    page.practice_stamp()
    way.button(project, "evaluate", "See what it was worth")
    with session.db().read() as c:
        measured = jobs.metrics(c, job.id)
    if len(measured) > 1:
        job_curves.draw(measured, key=f"curve-{job.id}")
    st.subheader("Train here", anchor=False)


def compare_again(project: Project) -> None:
    """On Evaluate, in the place of the form: a model that is elsewhere cannot be asked."""
    st.write("The recorded model is on another computer, so it cannot be asked again. One that is trained here can.")
    way.button(project, "train", "Train it here")


def models() -> None:
    """On Train, above the models, while the recorded one is the only one: that it cannot be tried, and what can be done."""
    from ftcore.ui.train import train_state

    st.markdown(
        "The recorded model was never on this computer, so there is nothing to try out yet. Train here, and your model "
        "answers beside the base model, in this place.",
        width=page.PROSE,
    )
    st.button(
        "Train here",
        type="primary",
        icon=":material/model_training:",
        key="recorded-train",
        on_click=train_state.go,
        args=("Train",),
    )


def beginning(project: Project) -> None:
    """On the Overview of a sample: takes the recorded run away, or brings it back while nothing was made here."""
    from ftcore.evaluation.recorded import look

    if not project.sample:
        return
    with session.db().read() as c:
        found, here = recorded.of_project(c, project.id), bool(jobs.of_project(c, project.id))
    name = _sample(project)
    kept = look(name) if name else None
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if found is not None:
            st.markdown(f"Recorded on {day(found.on)}, on another computer.", width="content")
            st.button(
                "Start from the beginning: remove the recorded run",
                key="recorded-remove",
                wrap=True,
                on_click=_remove,
                args=(project.id,),
                help="Examples and answers stay. It can be brought back until you train here.",
            )
        elif not here and kept is not None:
            st.markdown("Nothing is trained yet.", width="content")
            st.button(
                f"Bring the recorded run of {day(kept.on)} back",
                key="recorded-bring",
                wrap=True,
                on_click=bring,
                args=(project.id, name),
            )


def bring(project_id: int, sample: str) -> None:
    """Gives the project its sample's recorded run; says so where it cannot be taken in."""
    from ftcore.evaluation.recorded import RecordingError, take_in

    try:
        take_in(session.db(), project_id, sample, who=session.who())
    except (RecordingError, OSError) as error:
        page.flash(str(error), icon=":material/info:")


def _remove(project_id: int) -> None:
    with session.db().write() as c:
        recorded.remove(c, project_id)
    page.flash("The recorded run is removed. The examples and the answers are as they were.")


def _sample(project: Project) -> str:
    from ftcore.dataset.sample import which

    with session.db().read() as c:
        return which(c, project)
