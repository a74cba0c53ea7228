"""Imports as they go on, also after the tab is closed; and what became of the last one."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project, Task, TaskState
from ftcore.store import imports, tasks
from ftcore.ui import page, say, session
from ftcore.ui.imports import import_results
from ftcore.ui.table import grid

KINDS = {
    "import": "Importing",
    "compare": "Comparing",
    "reimport": "Taking what was chosen of",
    "take_back": "Taking back",
}
STOP = {"import": "Stop the import", "compare": "Stop comparing", "reimport": "Stop here"}
OPEN = (TaskState.QUEUED, TaskState.RUNNING)


def draw(project: Project) -> bool:
    """True while something is under way."""
    under_way = _under_way(project)
    if under_way:
        _ticking(project, under_way[0].id)
    return bool(under_way)


@st.fragment(run_every=0.5)
def _ticking(project: Project, task_id: int) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
        begun = imports.of_task(c, task_id)
    if task.state not in OPEN:
        grid.refresh(project)
        st.rerun()
    st.markdown(f"**{KINDS[task.kind]} {page.plain(_name(task))}**")
    st.progress(share(task), text=told(task))
    if task.kind == "import" and begun is not None:
        st.text(
            f"{say.count(begun.accepted, 'row')} in so far. They are drafts, to be read already; splits come at the end."
        )
    st.text("It goes on when you close this tab.")
    if task.kind in STOP:
        st.button(STOP[task.kind], key=f"stop-{task_id}", on_click=_stop, args=(project, task_id))
    for other in _under_way(project)[1:]:
        waits, button = st.columns((6, 2), vertical_alignment="center")
        waits.text(f"{_name(other)} waits.")
        button.button("Leave it out", key=f"stop-{other.id}", on_click=_stop, args=(project, other.id))


def share(task: Task) -> float:
    return min(task.done / task.total, 1.0) if task.total else 0.0


def told(task: Task) -> str:
    """ "Checking the examples: 34%"; bytes and rows are nobody's concern."""
    said = task.message or ("Waiting for the worker" if task.state is TaskState.QUEUED else "Reading")
    return f"{said}: {share(task):.0%}" if task.total else said


def draw_last(project: Project) -> None:
    """Why the last import failed or where it stopped, and the ways on."""
    with session.db().read() as c:
        task = tasks.last(c, project.id, "import")
        begun = imports.of_task(c, task.id) if task is not None else None
    if task is None or task.state not in (TaskState.FAILED, TaskState.CANCELLED):
        return
    if task.state is TaskState.CANCELLED and begun is None:
        st.info(
            page.plain(f"{_name(task)}: stopped, as asked. Nothing of it is in the project."), icon=":material/info:"
        )
        return
    st.error(page.plain(f"{_name(task)}: {task.error or 'It was stopped.'}"), icon=":material/error:")
    if begun is not None and begun.state != imports.DONE and task.payload.get("key"):
        st.button("Go on with the import", key=f"go-on-{task.id}", on_click=_go_on, args=(task,))


def _under_way(project: Project) -> list[Task]:
    """The one that is at work first, then those that wait."""
    with session.db().read() as c:
        found = [task for kind in KINDS for task in tasks.open_tasks(c, project.id, kind)]
    return sorted(found, key=lambda task: task.id)


def _name(task: Task) -> str:
    return str(task.payload.get("name", "an import"))


def _stop(project: Project, task_id: int) -> None:
    """What has come in is taken back: by the task itself, or for one that nobody is carrying out by one of its own."""
    with session.db().write() as c:
        tasks.request_cancel(c, task_id)
        left = imports.of_task(c, task_id) if tasks.get(c, task_id).state is TaskState.CANCELLED else None
    if left is not None and left.state != imports.DONE:
        import_results.take_back(project, left.id)


def _go_on(task: Task) -> None:
    with session.db().write() as c:
        tasks.revive(c, str(task.payload["key"]))
