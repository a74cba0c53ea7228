"""Try it: a question that can be measured is measured where it is asked, and what comes out flows back into the advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ftcore.records import LOCAL, Project
from ftcore.store import endpoints, projects, runs, tasks
from ftcore.ui import page, say, session
from ftcore.ui.decide import trial_result
from ftcore.ui.evaluate import run_panel
from ftcore.ui.train import launch_place
from ftcore.ui.train.launch_place import Place

if TYPE_CHECKING:
    from ftcore.evaluation.trials import Offer

TRIABLE = ("best_base_model", "prompt_optimized", "rag_would_solve")
"""The questions that a trial can answer: `evaluation.trials.KINDS` says how, and loads a good deal more."""
_ENDED = ("done", "failed", "cancelled")


def draw(project: Project, question: str) -> None:
    """The offer, the trial under way, or what it found; nothing at a question that no trial answers."""
    if question not in TRIABLE:
        return
    with session.db().read() as c:
        newest = next(iter(runs.trials(c, project.id, question)), None)
        now = run_panel.standing(c, newest) if newest else None
    if now is not None and now.open:
        _watch(project.id, now.run.id)
        return
    if newest is not None and newest.state == "done":
        trial_result.draw(project, newest)
        again = st.expander("Try it again", icon=":material/replay:", key=f"trial-again-{question}", on_change="rerun")
        if again.open:
            with again:
                _offer(project, question, label="Try it again")
        return
    if newest is not None:
        why = newest.error or (now.error if now else "")
        st.warning(
            page.plain(f"The trial did not end. {why} What was answered is kept."), icon=":material/error_outline:"
        )
    _offer(project, question, label="Try it")


def _offer(project: Project, question: str, *, label: str) -> None:
    from ftcore.evaluation.trials import offer

    with st.container(gap="small"):
        if question == "best_base_model" and not _elsewhere():
            st.caption(
                "This can be tried here once there is a connection to a server with a stronger model (Train, Connections). The "
                "practice model on this computer is far too small to stand in for one."
            )
            return
        if label == "Try it":
            st.markdown("**Try it**" if question != "rag_would_solve" else "**Try looking it up**")
        place, larger = _place(question)
        found = offer(session.db(), project.id, question, place.endpoint, place.base_model, larger=larger)
        st.markdown(page.plain(_told(found, place)))
        stopped = _in_the_way(place, found)
        if stopped:
            st.caption(page.plain(stopped))
        st.button(
            label,
            icon=":material/science:",
            key=f"trial-{question}",
            disabled=bool(stopped),
            on_click=_start,
            args=(project.id, question, place, larger),
        )


def _elsewhere() -> bool:
    with session.db().read() as c:
        return any(one.name != LOCAL for one in endpoints.every(c))


def _place(question: str) -> tuple[Place, str]:
    """Where it is tried, from which model, and the stronger model by name."""
    place = launch_place.choose(f"trial-{question}-")
    larger = ""
    if question == "best_base_model":
        larger = st.text_input(
            "Stronger model", key="trial-larger", help="Its name as the same server knows it."
        ).strip()
    return place, larger


def _told(found: Offer, place: Place) -> str:
    if found.why_not:
        return found.what[:1].upper() + found.what[1:] + "."
    time = f", {say.span(*found.seconds)}" if found.seconds else ""
    money = ", free on this computer" if place.local else ", at the prices of that connection"
    return (
        f"{found.what[:1].upper()}{found.what[1:]}, on {say.count(found.rows, 'of your example', 'of your examples')}"
        f"{time}{money}. The examples kept for the test stay unseen."
    )


def _in_the_way(place: Place, found: Offer) -> str:
    if found.why_not:
        return found.why_not
    if not place.ready.ok:
        return place.ready.sentence
    return "" if place.base_model else "Name the model that you use today."


@st.fragment(run_every=1.0)
def _watch(project_id: int, run_id: int) -> None:
    with session.db().read() as c:
        now = run_panel.standing(c, runs.get(c, run_id))
    if not now.open:
        st.rerun()
    total = now.run.total
    st.markdown("**Trying it**")
    st.progress(min(1.0, now.arrived / total) if total else 0.0, text=f"{now.arrived:,} of {total:,} answers")
    st.caption("It goes on when you close this tab. Answer the other questions meanwhile.")
    st.button("Stop", icon=":material/stop:", key="trial-stop", on_click=_stop, args=(project_id, run_id))


def _start(project_id: int, question: str, place: Place, larger: str) -> None:
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.trials import plan_trial

    with session.db().read() as c:
        newest = next(iter(runs.trials(c, project_id, question)), None)
    if newest is not None and newest.state not in _ENDED:
        return  # the second click of two
    try:
        plan_trial(
            session.db(), project_id, question, place.endpoint, place.base_model, larger=larger, who=session.who()
        )
    except EvaluationError as error:
        page.flash(str(error), icon=":material/block:")


def _stop(project_id: int, run_id: int) -> None:
    with session.db().write() as c:
        run = runs.get(c, run_id)
        now = run_panel.standing(c, run)
        if now.task is not None:
            tasks.request_cancel(c, now.task.id)
        if now.task is None or now.task.state == "queued":  # nobody else will end it
            runs.change(c, run_id, state="cancelled", error="Stopped, as asked.")
        projects.touch(c, project_id)
