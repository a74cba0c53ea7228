"""Work on splits and exports that the worker does for very many rows: asked for here, followed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ftcore.records import Project, Task, TaskState
from ftcore.store import tasks
from ftcore.ui import grid, page, session

UNDER_WAY = (TaskState.QUEUED, TaskState.RUNNING)


def ask(project: Project, kind: str, payload: Mapping[str, Any]) -> None:
    """Asks for it, once however often it is pressed. For callbacks."""
    wanted = {"project_id": project.id, **payload}
    with session.db().write() as c:
        if not any(task.payload == wanted for task in tasks.open_tasks(c, project.id, kind)):
            tasks.put(c, kind, wanted, project_id=project.id)


def newest(project: Project, kind: str, payload: Mapping[str, Any] | None = None) -> Task | None:
    """The last task of this kind; None when it was about something else than `payload`."""
    with session.db().read() as c:
        task = tasks.last(c, project.id, kind)
    if task is None or (
        payload is not None and any(task.payload.get(name) != value for name, value in payload.items())
    ):
        return None
    return task


def follow(project: Project, task: Task | None) -> bool:
    """Draws how far it is, or why it ended without a result; True while it is under way."""
    if task is None or task.state is TaskState.DONE:
        return False
    if task.state in UNDER_WAY:
        _progress(project, task.id)
        return True
    if task.error:
        st.error(page.plain(task.error), icon=":material/error:")
    return False


def finished(task: Task | None) -> Task | None:
    return task if task is not None and task.state is TaskState.DONE else None


def as_of(task: Task) -> str:
    """ "as of 12:03"."""
    return f"as of {task.finished_at.astimezone():%H:%M}" if task.finished_at else ""


@st.fragment(run_every=0.7)
def _progress(project: Project, task_id: int) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state not in UNDER_WAY:
        grid.refresh(project)
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        rows = f": {task.done:,} of {task.total:,} rows" if task.total else ""
        said = f"{task.message or 'Waiting for the worker'}{rows}. You can go on meanwhile."
        st.progress(min(1.0, task.done / task.total) if task.total else 0.0, said, width="stretch")
        st.button("Stop", key=f"stop-task-{task_id}", on_click=_stop, args=(task_id,))


def _stop(task_id: int) -> None:
    with session.db().write() as c:
        tasks.request_cancel(c, task_id)
