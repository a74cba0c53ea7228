"""Work on splits and exports that the worker does for very many rows: asked for here, followed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from ftcore.records import Project, Task, TaskState
from ftcore.store import tasks
from ftcore.ui import page, session, task_progress


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
    if task.state in task_progress.UNDER_WAY:
        task_progress.follow(project, task.id, "rows")
        return True
    if task.error:
        st.error(page.plain(task.error), icon=":material/error:")
    return False


def finished(task: Task | None) -> Task | None:
    return task if task is not None and task.state is TaskState.DONE else None


def as_of(task: Task) -> str:
    """ "as of 12:03"."""
    return f"as of {task.finished_at.astimezone():%H:%M}" if task.finished_at else ""
