"""What can be done to many rows: to the ticked ones, or to everything that matches."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset.bulk_actions import IGNORE, PRIVATE, REPLACE, SPLIT, STATUS, SYSTEM, TAG, TRASH, UNTAG
from ftcore.records import Project, Split, Status
from ftcore.records.filter import ANY, NONE
from ftcore.ui import bulk_dialog, curate_state, page, table_rows, table_tools
from ftcore.ui.problem_words import name_of
from ftcore.ui.table_view import View

TICKED, ALL = "ticked", "all"


def draw(project: Project, view: View, number: int, more: bool) -> None:
    ticked = len(curate_state.ticked(project))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Tick this page", key="tick-page", on_click=_tick_page, args=(project,), disabled=not number)
        if view.where.trashed:
            label = f"Give {ticked:,} ticked back" if ticked else "Give ticked back"
            st.button(label, key="restore-ticked", disabled=not ticked, **_asks(project, TICKED, TRASH, False))
        else:
            for word, status in (("Approve", Status.APPROVED), ("Reject", Status.REJECTED)):
                label = f"{word} {ticked:,} ticked" if ticked else f"{word} ticked"
                asks = _asks(project, TICKED, STATUS, status.value)
                st.button(label, key=f"{word.lower()}-ticked", disabled=not ticked, **asks)
        if ticked:
            with st.popover("More"):
                _menu(project, view, TICKED)
                st.button("Untick all", key="untick", on_click=_untick, args=(project,), width="stretch")
        if number:
            _all(project, view, number, more)
        table_rows.draw(project)
        table_tools.undo_and_redo(project)


def _all(project: Project, view: View, number: int, more: bool) -> None:
    label = f"All {number:,}{'+' if more else ''}{' that match' if view.where.parts() else ' rows'}"
    # Drawn only while it is open: what is folded away costs nothing.
    fold = st.popover(label, key="bulk-all", on_change="rerun")
    if fold.open:
        with fold:
            _menu(project, view, ALL)


def _menu(project: Project, view: View, scope: str) -> None:
    def entry(label: str, kind: str, value: Any = None, key: str = "") -> None:
        name = f"{key or kind}-{scope}"
        st.button(page.plain(label), key=name, width="stretch", **_asks(project, scope, kind, value))

    if view.where.trashed:
        entry("Give back from the trash", TRASH, False, "restore-menu")
        return
    if scope == ALL:
        entry("Approve …", STATUS, Status.APPROVED.value, "approve")
        entry("Reject …", STATUS, Status.REJECTED.value, "reject")
    entry("Make drafts again", STATUS, Status.DRAFT.value, "draft")
    for side in Split:
        entry(f"Move to {side}", SPLIT, side.value, f"move-{side}")
    entry("Add a tag …", TAG)
    entry("Take a tag off …", UNTAG)
    entry("Find and replace …", REPLACE)
    entry("Set the instructions …", SYSTEM)
    entry("Mark private", PRIVATE, True, "private")
    entry("Mark not private", PRIVATE, False, "public")
    if view.where.problem not in ("", ANY, NONE):
        entry(f"Ignore “{name_of(view.where.problem)}” there", IGNORE, view.where.problem)
    entry("Move to the trash", TRASH, True)


def _asks(project: Project, scope: str, kind: str, value: Any) -> dict[str, Any]:
    return {"on_click": bulk_dialog.ask, "args": (project, scope, kind, value)}


def _tick_page(project: Project) -> None:
    curate_state.ticked(project).update(curate_state.remembered("grid", project).get("ids") or [])


def _untick(project: Project) -> None:
    curate_state.ticked(project).clear()
