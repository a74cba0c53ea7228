"""What was done in this project, by whom and when: the last fifty changes, those that were taken back marked."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Filter, Project
from ftcore.store import journal, long_changes
from ftcore.store.journal import Change
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.table import table_tasks

SHOWN = 50
STATES = {
    "undone": "taken back",
    long_changes.RUNNING: "under way",
    long_changes.UNDOING: "being taken back",
    long_changes.REDOING: "being done again",
}


def draw(project: Project) -> None:
    """Folded at the foot of the table."""
    fold = st.expander("What was done, and the trash", icon=":material/history:", key="history-fold", on_change="rerun")
    if not fold.open:
        return
    with fold:
        _trash(project)
        with session.db().read() as c:
            recent = journal.last(c, project.id, limit=SHOWN)
        _interrupted(project)
        if not recent:
            st.markdown("Nothing was changed yet. Every change will be listed here, and can be taken back.")
            return
        chosen = st.dataframe(
            {
                "When": [say.moment(change.at) for change in recent],
                "Who": [change.who or "somebody" for change in recent],
                "What": [change.label for change in recent],
                "Rows": [change.examples for change in recent],
                "": [STATES.get(change.state, "") for change in recent],
            },
            height=min(42 + 37 * len(recent), 420),
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key=f"changes-{project.id}-{recent[0].id}",
            column_config={
                "What": st.column_config.TextColumn(width="large"),
                "Rows": st.column_config.NumberColumn(format="localized"),
            },
        )
        _rows(project, [recent[at] for at in chosen["selection"]["rows"] if at < len(recent)])
        st.caption("Undo above the table takes back the newest one that stands; it can be pressed again and again.")


def _rows(project: Project, chosen: list[Change]) -> None:
    """The way from a line of the list to the rows that it is about."""
    if not chosen:
        st.text("Tick a line to see its rows.")
        return
    label = f"Show the {say.count(chosen[0].examples, 'row')} of this change"
    st.button(label, key="change-rows", icon=":material/table_rows:", on_click=_show, args=(project, chosen[0]))


def _show(project: Project, change: Change) -> None:
    with session.db().read() as c:
        ids = journal.rows_of(c, change.id)
    curate_state.show_rows(project, ids, kind="change", label=f"{change.label}, {say.moment(change.at)}")


def _trash(project: Project) -> None:
    trashed = session.counts(project).trashed
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(f"The trash holds {say.count(trashed, 'row')}." if trashed else "The trash is empty.")
        where = Filter(trashed=True)
        if trashed:
            st.button("Show the trash", key="show-trash", on_click=curate_state.show, args=(project, where))


def _interrupted(project: Project) -> None:
    """A change that no task follows any more: the worker gave it up, or it was stopped."""
    with session.db().read() as c:
        change: Change | None = long_changes.under_way(c, project.id)
    if change is None or table_tasks.waiting(project) is not None:
        return
    said = f"This was interrupted, and {say.count(change.examples, 'row')} are changed so far: {change.label}."
    st.warning(page.plain(said), icon=":material/pause_circle:")
    label = "Go on doing it again" if change.state == long_changes.REDOING else "Take it back"
    st.button(label, key="go-on", on_click=table_tasks.go_on, args=(project,))
