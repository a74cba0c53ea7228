"""Keep the best of every group of rows that are alike: asked first, done at once or by the worker, one undo."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.dataset import resolving
from ftcore.dataset.resolving import RULE
from ftcore.records import Project
from ftcore.store import tasks
from ftcore.ui import page, say, session, task_progress
from ftcore.ui.curate import curate_state
from ftcore.ui.problems import problem_actions
from ftcore.ui.problems.problem_groups import Group, settle

NAME = "keep-best"
TASK = "keep_best"


def button(project: Project, found: Sequence[Group]) -> None:
    st.button(
        f"Keep the best of {'every group' if len(found) > 1 else 'this group'}",
        key="keep-best",
        on_click=_ask,
        args=(project,),
        help=f"{say.count(len(found), 'group')}, up to {say.count(_others(found), 'row')} would be rejected.",
    )


def draw_question(project: Project, found: Sequence[Group]) -> None:
    """The dialog, when somebody asked for it."""
    if not curate_state.remembered(NAME, project).get("asked"):
        return
    others = _others(found)

    @st.dialog("Keep the best of every group", on_dismiss=lambda: _forget(project))
    def _dialog() -> None:
        groups = say.count(len(found), "group")
        st.markdown(
            f"One row of {'each of ' if len(found) > 1 else ''}{groups} is kept, up to {say.count(others, 'other')} "
            f"{'is' if others == 1 else 'are'} rejected and listed as set aside; their tags go to the kept one. A row with another "
            "label or JSON answer stays, and so does every row that somebody approved."
        )
        st.markdown(f"The best is: {RULE}.")
        st.markdown("**One Undo brings them all back.**")
        cancel, go = st.columns(2, gap="small")
        cancel.button("Cancel", key="best-cancel", on_click=_forget, args=(project,), width="stretch")
        go.button(
            f"Reject up to {say.count(others, 'row')}",
            key="best-go",
            type="primary",
            width="stretch",
            on_click=_keep_best,
            args=(project, len(found)),
        )
        if not curate_state.remembered(NAME, project).get("asked"):
            st.rerun()

    _dialog()


def follow(project: Project) -> None:
    """While the worker does it: how far it is."""
    with session.db().read() as c:
        waiting = tasks.open_tasks(c, project.id, TASK)
    if waiting:
        task_progress.follow(project, waiting[0].id, "groups", message="Keeping the best", stop=False)


def _others(found: Sequence[Group]) -> int:
    return sum(len(group) - 1 for group in found)


def _ask(project: Project) -> None:
    curate_state.remembered(NAME, project)["asked"] = True


def _forget(project: Project) -> None:
    curate_state.remembered(NAME, project).pop("asked", None)


def _keep_best(project: Project, number: int) -> None:
    if not curate_state.remembered(NAME, project).pop("asked", False):
        return  # a second click on the same button does nothing
    if number <= resolving.AT_ONCE:
        settle(
            project,
            lambda: resolving.keep_best(session.db(), project.id, who=session.who()),
            f"The best of {say.count(number, 'group')} is kept.",
        )
        return
    if problem_actions.busy(project):
        return
    with session.db().write() as c:
        tasks.put(c, TASK, {"project_id": project.id, "who": session.who()}, project_id=project.id)
    page.flash("These are many groups. It goes on in the background.", icon=":material/hourglass_top:")
