"""Undo and redo, each saying what it would take back or do again, and whose it was."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.store import journal
from ftcore.store.journal import Change
from ftcore.ui import page, session
from ftcore.ui.table import table_tasks

WIDTH = 30
"""Characters of a label on a button."""


def undo_and_redo(project: Project) -> None:
    with session.db().read() as c:
        done, undone = journal.next_undo(c, project.id), journal.next_redo(c, project.id)
    for change, label, icon in ((done, "Undo", ":material/undo:"), (undone, "Redo", ":material/redo:")):
        if change is not None:
            st.button(
                f"{label}: {_short(change)}",
                help=page.plain(f"{change.label} ({change.who or 'somebody'}, {change.at.astimezone():%H:%M})"),
                key=label.lower(),
                icon=icon,
                type="tertiary",
                on_click=table_tasks.turn,
                args=(project,),
                kwargs={"back": label == "Undo"},
            )


def _short(change: Change) -> str:
    return page.plain(change.label if len(change.label) <= WIDTH else change.label[: WIDTH - 1] + "…")
