"""Looking for a pattern: at once when it takes about three seconds, else by the worker, with its progress."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import patterns
from ftcore.records import Project, TaskState
from ftcore.store import tasks
from ftcore.ui import page, session, task_progress
from ftcore.ui.curate import curate_state
from ftcore.ui.table import filter_choices

PATTERN, CASE = "find-pattern", "find-pattern-case"
AT_ONCE = 3.0
"""Seconds of a search that the page waits for."""
TASK = "pattern"


def draw(project: Project) -> None:
    """The field inside the popover."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Pattern (regular expression)",
            key=PATTERN,
            max_chars=patterns.LONGEST,
            placeholder=r"for example \border\s+#?\d+",
            help="Looks in what they write, you answer, instructions and notes.",
            width="stretch",
        )
        st.button("Find", key="find-pattern-go", on_click=_search, args=(project,))
    st.checkbox("Capital and small letters differ", key=CASE)


def follow(project: Project) -> None:
    """While the worker looks: how far it is, and a way to stop it."""
    waiting = curate_state.remembered("pattern", project).get("task")
    if waiting is not None:
        _progress(project, waiting)


def _search(project: Project) -> None:
    typed, case = str(st.session_state.get(PATTERN, "")), bool(st.session_state.get(CASE))
    try:
        pattern = patterns.read(typed, case=case)
        found = patterns.search(session.db(), project.id, pattern, seconds=AT_ONCE)
    except patterns.PatternError as error:
        page.flash(str(error), icon=":material/info:")
        return
    if found.complete:
        _show(project, patterns.keep(session.db(), project.id, pattern, found.ids, who=session.who()).id)
        return
    payload = {"project_id": project.id, "pattern": typed, "case": case, "who": session.who()}
    with session.db().write() as c:
        waiting = tasks.put(c, TASK, payload, project_id=project.id)
    curate_state.remembered("pattern", project)["task"] = waiting.id
    page.flash("That takes longer. The rows are shown when they are found.", icon=":material/hourglass_top:")


def _show(project: Project, row_set: int) -> None:
    filter_choices.put(project, row_set=row_set)


@st.fragment(run_every=0.7)
def _progress(project: Project, task_id: int) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state in task_progress.UNDER_WAY:
        task_progress.draw(task, "rows", message="Looking for the pattern")
        return
    curate_state.remembered("pattern", project).pop("task", None)
    if task.state is TaskState.DONE:
        _show(project, int(task.result["row_set"]))
    else:
        page.flash(task.error or "The search was stopped.", icon=":material/info:")
    st.rerun()
