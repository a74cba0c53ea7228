"""Before something is done to many rows: how many there are, what will be different, and a yes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset import bulk
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import REPLACE, SYSTEM, TAG, UNTAG, Action, told
from ftcore.dataset.patterns import PatternError
from ftcore.dataset.split_lock import SplitLocked
from ftcore.records import Project
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.table import bulk_forms, filter_words, grid, table_counts, table_tasks
from ftcore.ui.table.table_view import View

FORMS = (TAG, UNTAG, SYSTEM, REPLACE)
"""What needs to be told more."""
FOLDS = ("bulk-more", "bulk-all")
"""The popovers that lead here: they close behind them."""
WIDE, NARROW = 820, 520
"""Pixels."""
VERBS: dict[str, dict[Any, str]] = {
    "status": {"approved": "Approve", "rejected": "Reject", "draft": "Make drafts of"},
    "private": {True: "Mark private", False: "Mark as not private"},
    "trash": {True: "Move to the trash", False: "Give back"},
}


def ask(project: Project, scope: str, kind: str, value: Any) -> None:
    """Does at once what is plain and about ticked rows; everything else is shown first. For callbacks."""
    st.session_state.update(dict.fromkeys(FOLDS, False))
    if scope == "ticked" and kind not in FORMS:
        _do(project, Action(kind, value), _selection(project, scope))
        return
    curate_state.remembered("bulk", project)["pending"] = (scope, kind, value)


def draw(project: Project, view: View) -> None:
    """The dialog, when something was asked for."""
    pending = curate_state.remembered("bulk", project).get("pending")
    if pending is None:
        return
    scope, kind, value = pending
    selection = _selection(project, scope)
    title = bulk_forms.TITLES.get(kind, "Everything that matches")

    @st.dialog(title, width=WIDE if kind == REPLACE else NARROW, on_dismiss=lambda: _forget(project))
    def _dialog() -> None:
        with session.db().read() as c, st.spinner("Counting"):
            number = bulk.number(c, project.id, selection)
        asked = bulk_forms.draw(project, kind, selection) if kind in FORMS else bulk_forms.Asked(Action(kind, value))
        action, known = asked.action, asked.rows
        st.markdown(page.plain(asked.question or _question(project, view, scope, number, action, kind)))
        cancel, go = st.columns(2, gap="small")
        cancel.button("Cancel", key="bulk-cancel", on_click=_forget, args=(project,), width="stretch")
        go.button(
            "Yes" if (known or number) == 1 else f"Yes, {'all ' if known is None else ''}{known or number:,}",
            key="bulk-go",
            type="primary",
            width="stretch",
            disabled=action is None or not number,
            on_click=_confirm,
            args=(project, action),
        )
        if curate_state.remembered("bulk", project).get("pending") is None:
            st.rerun()

    _dialog()


def _question(project: Project, view: View, scope: str, number: int, action: Action | None, kind: str) -> str:
    """ "Reject all 412 rows (words: refund), including 312 not on this page? One Undo brings them all back." """
    here = curate_state.remembered("grid", project).get("ids") or []
    rows = f"{number:,} {'row' if number == 1 else 'rows'}"
    if scope == "ticked":
        beyond = len(curate_state.ticked(project) - set(here))
        which = f"the {rows} that are ticked"
    else:
        beyond = max(0, number - len(here))
        set_ = filter_words.sentence(view.where, table_counts.sets_of(project, view.where))
        which = f"all {rows} that match “{set_}”" if set_ else f"all {rows} of this project"
    also = f", including {beyond:,} not on this page" if beyond else ""
    return f"{_verb(kind, action)} {which}{also}? One Undo brings them all back."


def _verb(kind: str, action: Action | None) -> str:
    if action is not None and kind in VERBS:
        return VERBS[kind][action.value]
    if kind == "split" and action is not None:
        return f"Move to {action.value}:"
    return {
        TAG: "Tag",
        UNTAG: "Take the tag off",
        SYSTEM: "Set the instructions of",
        REPLACE: "Replace in",
        "ignore": "Ignore the problem at",
    }.get(kind, "Change")


def _confirm(project: Project, action: Action) -> None:
    place = curate_state.remembered("bulk", project)
    pending = place.pop("pending", None)
    if pending is not None:  # a second click on the same button does nothing
        _do(project, action, _selection(project, pending[0]))


def _forget(project: Project) -> None:
    curate_state.remembered("bulk", project).pop("pending", None)


def _selection(project: Project, scope: str) -> Selection:
    if scope == "ticked":
        return Selection(ids=tuple(sorted(curate_state.ticked(project))))
    return Selection(where=curate_state.view(project).where)


def _do(project: Project, action: Action, selection: Selection) -> None:
    if (busy := table_tasks.waiting(project)) is not None:
        page.flash(f"Wait until the change under way is finished ({busy.done:,} rows so far).", icon=":material/info:")
        return
    with session.db().read() as c:
        number = bulk.number(c, project.id, selection)
    if number > bulk.AT_ONCE:
        table_tasks.put(project, selection, action)
        page.flash("These are many rows. It goes on in the background.", icon=":material/hourglass_top:")
        return
    try:
        done = bulk.carry_out(session.db(), project.id, selection, action, who=session.who())
    except (PatternError, SplitLocked) as error:
        page.flash(str(error), icon=":material/info:")
        return
    if selection.ids is not None:
        curate_state.ticked(project).clear()
    grid.refresh(project)
    said = f"{told(action, done.changed)}. Undo takes it back." if done.changed else "No row had to be changed."
    page.flash(said)
