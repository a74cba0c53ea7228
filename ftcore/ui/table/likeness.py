"""Find similar: the rows that mean nearly the same as one, in the table. The worker reads a large project first."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import similar
from ftcore.dataset.meaning import MeaningError
from ftcore.records import Filter, Project, Sort, Task
from ftcore.store import tasks
from ftcore.ui import page, session, task_progress
from ftcore.ui.curate import curate_state

TASK = "meaning"


def similar_button(project: Project, example_id: int, *, key: str) -> None:
    """For any place where a row is shown."""
    st.button(
        "Find similar",
        key=f"similar-{key}-{example_id}",
        icon=":material/join_inner:",
        type="tertiary",
        help="The rows that mean nearly the same, in the table.",
        on_click=find,
        args=(project, example_id),
    )


def find(project: Project, example_id: int) -> None:
    """Shows them, or has the worker read the rows first. For callbacks."""
    place = curate_state.remembered("similar", project)
    try:
        set_id = similar.similar_rows(session.db(), session.workspace(), project.id, example_id, who=session.who())
    except MeaningError as error:
        with session.db().read() as c:
            unread = similar.waiting(c, session.workspace(), project.id) > similar.AT_ONCE
        if unread:
            ask(project, draw=False)
            place["to"] = example_id
        page.flash(str(error), icon=":material/hourglass_top:" if unread else ":material/info:")
        return
    place.pop("to", None)
    curate_state.show(project, Filter(row_set=set_id), Sort("rank"))


def ask(project: Project, *, draw: bool) -> Task:
    """Has the worker read the project's rows, and draw their map; once, however often it is asked for."""
    with session.db().write() as c:
        for task in tasks.open_tasks(c, project.id, TASK):
            if task.payload.get("draw") or not draw:
                return task
        return tasks.put(c, TASK, {"project_id": project.id, "draw": draw}, project_id=project.id)


def waiting(project: Project) -> Task | None:
    with session.db().read() as c:
        return next(iter(tasks.open_tasks(c, project.id, TASK)), None)


def follow(project: Project) -> None:
    """While the worker reads for somebody who asked for similar rows: how far it is; then they are shown."""
    to = curate_state.remembered("similar", project).get("to")
    task = waiting(project) if to is not None else None
    if task is not None:
        task_progress.follow(project, task.id)
    elif to is not None:
        curate_state.remembered("similar", project).pop("to")
        st.button(
            f"Show the rows similar to row {to}",
            key="similar-ready",
            icon=":material/join_inner:",
            on_click=find,
            args=(project, to),
        )
