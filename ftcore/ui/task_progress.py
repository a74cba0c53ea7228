"""How far the worker is with a task, followed until it ends."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project, Task, TaskState
from ftcore.store import tasks
from ftcore.ui import session
from ftcore.ui.table import grid

UNDER_WAY = (TaskState.QUEUED, TaskState.RUNNING)
FEW = 10
"""So few steps are not counted aloud."""


@st.fragment(run_every=0.7)
def follow(project: Project, task_id: int, unit: str = "", *, message: str = "", stop: bool = True) -> None:
    """Draws it while it is under way; then the page is drawn anew, with what became of it."""
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state not in UNDER_WAY:
        grid.refresh(project)
        st.rerun()
    draw(task, unit, message=message, stop=stop)


def draw(task: Task, unit: str = "", *, message: str = "", stop: bool = True) -> None:
    """ "Dividing: 2,000 of 9,000 rows. You can go on meanwhile." `message` is said while the worker says nothing."""
    counted = f": {task.done:,} of {task.total:,} {unit}".rstrip() if task.total > FEW else ""
    said = f"{task.message or message or 'Waiting for the worker'}{counted}. You can go on meanwhile."
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.progress(min(1.0, task.done / task.total) if task.total else 0.0, said, width="stretch")
        if stop:
            st.button("Stop", key=f"stop-task-{task.id}", on_click=_stop, args=(task.id,))


def _stop(task_id: int) -> None:
    with session.db().write() as c:
        tasks.request_cancel(c, task_id)
