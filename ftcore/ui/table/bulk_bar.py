"""What can be done to many rows: to the ticked ones, or to everything that matches."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset.bulk_actions import IGNORE, PRIVATE, REPLACE, SPLIT, STATUS, SYSTEM, TAG, TRASH, UNTAG
from ftcore.records import Project, Split, Status
from ftcore.records.filter import ANY, NONE
from ftcore.ui import page
from ftcore.ui.curate import curate_state
from ftcore.ui.problems.problem_words import name_of
from ftcore.ui.table import bulk_dialog, table_rows, table_tools
from ftcore.ui.table.table_view import View

TICKED, ALL = "ticked", "all"


def draw(project: Project, view: View, number: int, more: bool) -> None:
    ticked = len(curate_state.ticked(project))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Tick this page", key="tick-page", on_click=_tick_page, args=(project,), disabled=not number)
        if ticked:
            _on_ticked(project, view, ticked)
        if number:
            _all(project, view, number, more)
        table_rows.draw(project)
        table_tools.undo_and_redo(project)


def _on_ticked(project: Project, view: View, ticked: int) -> None:
    if view.where.trashed:
        asks = _asks(project, TICKED, TRASH, False)
        st.button(f"Give {ticked:,} ticked back", key="restore-ticked", **asks)
    else:
        for word, status in (("Approve", Status.APPROVED), ("Reject", Status.REJECTED)):
            asks = _asks(project, TICKED, STATUS, status.value)
            st.button(f"{word} {ticked:,} ticked", key=f"{word.lower()}-ticked", **asks)
    with st.popover("More", key=bulk_dialog.FOLDS[0], on_change="rerun"):
        _menu(project, view, TICKED)
        st.button("Untick all", key="untick", on_click=_untick, args=(project,), type="tertiary")


def _all(project: Project, view: View, number: int, more: bool) -> None:
    label = f"All {number:,}{'+' if more else ''}{' that match' if view.where.parts() else ' rows'}"
    # Drawn only while it is open: what is folded away costs nothing.
    fold = st.popover(label, key=bulk_dialog.FOLDS[1], on_change="rerun")
    if fold.open:
        with fold:
            _menu(project, view, ALL)


def _menu(project: Project, view: View, scope: str) -> None:
    entries = _entries(view, scope)
    with st.container(width=440, gap="small"):
        for start in range(0, len(entries), 2):
            for place, (label, key, kind, value) in zip(
                st.columns(2, gap="small"), entries[start : start + 2], strict=False
            ):
                asks = _asks(project, scope, kind, value)
                place.button(page.plain(label), key=f"{key}-{scope}", width="stretch", **asks)


def _entries(view: View, scope: str) -> list[tuple[str, str, str, Any]]:
    """Label, key, kind and value of everything on the menu."""
    if view.where.trashed:
        return [("Give back from the trash", "restore-menu", TRASH, False)]
    found: list[tuple[str, str, str, Any]] = []
    if scope == ALL:
        found += [("Approve …", "approve", STATUS, "approved"), ("Reject …", "reject", STATUS, "rejected")]
    found += [
        ("Add a tag …", TAG, TAG, None),
        ("Take a tag off …", UNTAG, UNTAG, None),
        ("Find and replace …", REPLACE, REPLACE, None),
        ("Set the instructions …", SYSTEM, SYSTEM, None),
        *((f"Move to {side}", f"move-{side}", SPLIT, side.value) for side in Split),
        ("Make drafts again", "draft", STATUS, Status.DRAFT.value),
        ("Mark private", "private", PRIVATE, True),
        ("Mark not private", "public", PRIVATE, False),
        ("Move to the trash", TRASH, TRASH, True),
    ]
    if (code := view.where.problem) not in ("", ANY, NONE):
        found.append((f"Ignore “{name_of(code)}” there", IGNORE, IGNORE, code))
    return found


def _asks(project: Project, scope: str, kind: str, value: Any) -> dict[str, Any]:
    return {"on_click": bulk_dialog.ask, "args": (project, scope, kind, value)}


def _tick_page(project: Project) -> None:
    curate_state.ticked(project).update(curate_state.remembered("grid", project).get("ids") or [])


def _untick(project: Project) -> None:
    curate_state.ticked(project).clear()
