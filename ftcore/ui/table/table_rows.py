"""Adding a row, copying one, splitting a conversation, the trash for one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset import bulk, turn_edits, turns
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import TRASH, Action
from ftcore.records import Example, Project, TrainingExample, text_of
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.table import grid

ASKED, ANSWERED = "new-row-prompt", "new-row-response"


def draw(project: Project) -> None:
    """The popover that adds a row."""
    fold = st.popover("Add a row", icon=":material/add:", key="add-row-fold", on_change="rerun", type="tertiary")
    if not fold.open:
        return
    with fold, st.container(width=420, gap="small"):
        st.text_area("They write", key=ASKED, height=100)
        st.text_area("You answer", key=ANSWERED, height=120)
        st.button("Add this row", key="add-row", on_click=_add, args=(project,))
        st.caption("It comes as a draft for training. Undo moves it to the trash.")


def actions(project: Project, row: Example) -> None:
    """What can be done to the row that is open."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if row.trashed:
            st.button("Give back from the trash", key=f"restore-row-{row.id}", **_trashing(project, row, False))
            return
        copied: dict[str, Any] = {"on_click": _copy, "args": (project, row)}
        st.button("Copy this row", key=f"copy-{row.id}", icon=":material/content_copy:", **copied)
        if len(turns.answers(row.training)) > 1:
            with st.popover("Split the conversation", icon=":material/call_split:"):
                _splitting(project, row)
        st.button("Move to the trash", key=f"trash-{row.id}", icon=":material/delete:", **_trashing(project, row, True))


def _splitting(project: Project, row: Example) -> None:
    st.markdown("Each answer that is chosen becomes a row, with what came before it. The whole one goes to the trash.")
    messages = row.training.messages
    st.pills(
        "At which answers?",
        turns.answers(row.training),
        selection_mode="multi",
        default=turns.answers(row.training),
        format_func=lambda at: f"{at + 1}: {page.plain(text_of(messages[at])[:50])}",
        key=f"split-places-{row.id}-{row.version}",
    )
    st.button("Split", key=f"split-{row.id}", on_click=_split, args=(project, row))


def _trashing(project: Project, row: Example, trashed: bool) -> dict[str, Any]:
    return {"on_click": _trash, "args": (project, row, trashed)}


def _add(project: Project) -> None:
    asked, answered = (str(st.session_state.get(name, "")).strip() for name in (ASKED, ANSWERED))
    if not asked or not answered:
        page.flash("A row needs what they write and what you answer.", icon=":material/info:")
        return
    messages = [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    made = turn_edits.add(session.db(), project.id, TrainingExample(messages), who=session.who())
    st.session_state[ASKED] = st.session_state[ANSWERED] = ""
    grid.refresh(project)
    curate_state.open_row(project, made)
    page.flash(f"Added as row {made}.")


def _copy(project: Project, row: Example) -> None:
    made = turn_edits.copy(session.db(), row, who=session.who())
    grid.refresh(project)
    curate_state.open_row(project, made)
    page.flash(f"Copied as row {made}, as a draft in the same split.")


def _split(project: Project, row: Example) -> None:
    places = list(st.session_state.get(f"split-places-{row.id}-{row.version}") or [])
    try:
        made = turn_edits.split(session.db(), row, places, who=session.who())
    except turns.TurnError as error:
        page.flash(str(error), icon=":material/info:")
        return
    grid.refresh(project)
    curate_state.open_row(project, made[0])
    page.flash(f"Split into {len(made)} rows; the whole conversation is in the trash. One Undo takes it back.")


def _trash(project: Project, row: Example, trashed: bool) -> None:
    chosen = Selection(ids=(row.id,))
    bulk.carry_out(session.db(), project.id, chosen, Action(TRASH, trashed), who=session.who())
    grid.refresh(project)
    page.flash(f"Row {row.id} is in the trash. Undo gives it back." if trashed else f"Row {row.id} is back.")
