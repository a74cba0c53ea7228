"""Changes of very many rows that the worker makes: asked for here, followed here, and nothing is undone meanwhile."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import bulk, curation
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import Action
from ftcore.dataset.split_lock import SplitLocked
from ftcore.records import Project, Task, TaskState
from ftcore.store import journal, long_changes, tasks
from ftcore.store.journal import Change
from ftcore.ui import page, say, session, task_progress
from ftcore.ui.table import grid

BULK, TURN = "bulk", "turn"
SEEN = "bulk-tasks-seen"


def put(project: Project, selection: Selection, action: Action) -> None:
    payload = {
        "project_id": project.id,
        "selection": selection.to_json(),
        "action": action.to_json(),
        "who": session.who(),
    }
    with session.db().write() as c:
        tasks.put(c, BULK, payload, project_id=project.id)


def waiting(project: Project) -> Task | None:
    """The task that changes rows of this project now."""
    with session.db().read() as c:
        found = [*tasks.open_tasks(c, project.id, BULK), *tasks.open_tasks(c, project.id, TURN)]
    return min(found, key=lambda task: task.id, default=None)


def follow(project: Project) -> None:
    task = waiting(project)
    if task is not None:
        st.session_state[f"{SEEN}-{project.id}"] = task.id
        _progress(project, task.id)


@st.fragment(run_every=0.7)
def _progress(project: Project, task_id: int) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state in task_progress.UNDER_WAY:
        task_progress.draw(task, "rows", stop=task.kind == BULK)
        return
    if st.session_state.pop(f"{SEEN}-{project.id}", None) is not None:
        label = str(task.result.get("label") or "No row had to be changed.")
        if left := task.result.get("left"):
            label += f". {say.count(left, 'row')} that somebody changed meanwhile {'was' if left == 1 else 'were'} left as they are."
        done = task.state is TaskState.DONE
        page.flash(label if done else task.error, icon=":material/check:" if done else ":material/info:")
    grid.refresh(project)
    st.rerun()


def turn(project: Project, *, back: bool) -> None:
    """Undoes the last change, or does the last undone one again; one of very many rows by the worker. For callbacks."""
    with session.db().read() as c:
        busy = long_changes.under_way(c, project.id)
        change = journal.next_undo(c, project.id) if back else journal.next_redo(c, project.id)
    if busy is not None:
        page.flash(f"Wait until this is finished: {busy.label}", icon=":material/hourglass_top:")
        return
    if change is None:
        page.flash("There is nothing to take back." if back else "There is nothing to do again.")
        return
    if change.examples > bulk.AT_ONCE:
        _put_turn(project, change, back=back)
        return
    act = curation.undo if back else curation.redo
    try:
        turned = act(session.db(), project.id, who=session.who())
    except SplitLocked as error:
        page.flash(str(error), icon=":material/lock:")
        return
    grid.refresh(project)
    if turned is not None:
        page.flash(f"{'Taken back' if back else 'Done again'}: {turned.label}")


def go_on(project: Project) -> None:
    """Takes up a change that was interrupted for good. For callbacks."""
    with session.db().read() as c:
        change = long_changes.under_way(c, project.id)
    if change is not None:
        _put_turn(project, change, back=change.state != long_changes.REDOING)


def _put_turn(project: Project, change: Change, *, back: bool) -> None:
    payload = {"project_id": project.id, "change_id": change.id, "back": back, "who": session.who()}
    with session.db().write() as c:
        tasks.put(c, TURN, payload, project_id=project.id)
    page.flash("These are many rows. It goes on in the background.", icon=":material/hourglass_top:")
