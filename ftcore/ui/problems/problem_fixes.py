"""Before a kind of problem is repaired everywhere: what would be different, how often, and a yes."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import bulk
from ftcore.dataset.bulk import Preview
from ftcore.records import Project
from ftcore.ui import differences, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.problems import problem_actions
from ftcore.ui.problems.problem_words import explain, name_of

WIDTH = 820
"""Pixels."""
FIELDS = {"system": "Instructions", "prompt": "They write", "response": "You answer"}
SHOWN = 1_500
"""Characters of one text before and after."""


def ask(project: Project, code: str) -> None:
    """For callbacks."""
    curate_state.remembered("fixes", project)["pending"] = code


def draw(project: Project) -> None:
    """The dialog, when somebody asked for it."""
    code = curate_state.remembered("fixes", project).get("pending")
    if code is None:
        return

    @st.dialog(f"Fix all: {name_of(code)}", width=WIDTH, on_dismiss=lambda: _forget(project))
    def _dialog() -> None:
        action = problem_actions.repair_of(project, code)
        found = bulk.preview(session.db(), project.id, problem_actions.with_problem(code), action)
        st.text(explain(code))
        if found.rows:
            _preview(found)
        st.markdown(f"**{_told(found)}**")
        cancel, go = st.columns(2, gap="small")
        cancel.button("Cancel", key="fix-cancel", on_click=_forget, args=(project,), width="stretch")
        go.button(
            f"Repair {say.count(found.rows, 'row')}" if found.complete else "Repair them all",
            key="fix-go",
            type="primary",
            width="stretch",
            disabled=not found.rows and found.complete,
            on_click=_confirm,
            args=(project, action),
        )
        if curate_state.remembered("fixes", project).get("pending") is None:
            st.rerun()

    _dialog()


def _told(found: Preview) -> str:
    if not found.complete:
        return f"{found.rows:,} of the first {found.looked:,} rows can be repaired; the others are looked through then. One Undo brings the old texts back."
    left = found.looked - found.rows
    stays = (
        f" {say.count(left, 'row')} cannot be repaired safely and {'stays' if left == 1 else 'stay'} as now."
        if left
        else ""
    )
    if not found.rows:
        return "None of these can be repaired safely: edit them by hand."
    return f"{say.count(found.rows, 'row')} would be repaired.{stays} One Undo brings the old texts back."


def _preview(found: Preview) -> None:
    with st.container(height=320):
        for one in found.first:
            for name, label in FIELDS.items():
                before, after = getattr(one.before.training, name), getattr(one.after, name)
                if before != after:
                    with st.container(gap="xxsmall"):
                        st.caption(f"Row {one.before.id} · {label}")
                        differences.draw(before[:SHOWN], after[:SHOWN])
            if all(getattr(one.before.training, name) == getattr(one.after, name) for name in FIELDS):
                st.caption(f"Row {one.before.id} · in an earlier turn")
        if found.rows > len(found.first):
            st.caption(f"These are the first {len(found.first)}.")


def _confirm(project: Project, action: object) -> None:
    if curate_state.remembered("fixes", project).pop("pending", None) is not None:  # a second click does nothing
        problem_actions.fix_all(project, action)  # type: ignore[arg-type]


def _forget(project: Project) -> None:
    curate_state.remembered("fixes", project).pop("pending", None)
