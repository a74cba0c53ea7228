"""One row in full: the conversation as the model sees it, beside its fields, how it was imported, or its history."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Example, Project
from ftcore.store import examples
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.detail import conversation, detail_history, detail_turns
from ftcore.ui.table import likeness, table_rows
from ftcore.ui.table.table_view import View

SIDES = ("Edit", "As imported", "History")


def draw(project: Project, view: View, rows: list[Example]) -> None:
    """Folded: nothing of it is looked up before it is opened."""
    fold = st.expander(
        "One row in full: the whole conversation, its history",
        icon=":material/forum:",
        on_change="rerun",
        key=curate_state.ROW_FOLD,
    )
    if not fold.open or not rows:
        return
    with fold:
        row = _choose(project, rows)
        if row is None:
            return
        table_rows.actions(project, row)
        likeness.similar_button(project, row.id, key="detail")
        read, edit = st.columns(2, gap="large")
        with read:
            conversation.show_problems(project, row.id, on_change="table")
            _as_seen(project, row)
        with edit:
            side = st.segmented_control("Side", SIDES, default="Edit", required=True, label_visibility="collapsed")
            if side == "History":
                detail_history.draw(project, row)
            elif side == "As imported":
                detail_history.draw_original(row)
            elif row.trashed:
                st.markdown("This row is in the trash. Give it back to edit it.")
            else:
                detail_turns.draw(project, row)


def _choose(project: Project, rows: list[Example]) -> Example | None:
    by_id = {row.id: row for row in rows}
    key = f"{curate_state.ROW}-{project.id}"
    wanted = st.session_state.get(key)
    if wanted is not None and wanted not in by_id:
        with session.db().read() as c:
            by_id |= {row.id: row for row in examples.get_many(c, [wanted]) if row.project_id == project.id}
    if wanted not in by_id:
        ticked = [id_ for id_ in by_id if id_ in curate_state.ticked(project)]
        st.session_state[key] = ticked[0] if ticked else next(iter(by_id))
    chosen = st.selectbox(
        "Row",
        list(by_id),
        format_func=lambda id_: f"{id_}: {by_id[id_].training.prompt[:80]}" if id_ in by_id else str(id_),
        key=key,
        help="The row that was ticked last is chosen by itself.",
    )
    return by_id.get(chosen)


def _as_seen(project: Project, row: Example) -> None:
    """A row without instructions gets the project's short ones when it is trained on: they are shown, and said to be those."""
    st.markdown("**As the model sees it**")
    if not row.training.system and project.tuned_prompt:
        shown = row.training.with_system(project.tuned_prompt)
        conversation.show(shown)
        st.caption("The instructions are the project's short ones: this row has none of its own.")
    else:
        conversation.show(row.training)
    where = f"line {row.line:,} of {page.plain(row.source)}" if row.line else page.plain(row.source)
    st.caption(f"Row {row.id}, {where} · {row.tokens:,} tokens")
