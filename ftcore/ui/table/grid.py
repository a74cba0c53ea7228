"""The table: one page of rows by keyset, edited in place, every edit written through at once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import streamlit as st

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.split_lock import SplitLocked
from ftcore.records import Example, Project
from ftcore.store import examples, words
from ftcore.ui import page, session
from ftcore.ui.curate import conflicts, curate_state
from ftcore.ui.table import grid_edits, table_columns, table_counts
from ftcore.ui.table.table_view import View

ROWS = 100
LATE = 0.2
"""Seconds. The editor sends an edit up to 150 ms after it was typed, and not at all once it is replaced."""
REMEMBERED = 8
"""Editors whose late edits are still taken."""


def draw(project: Project, view: View) -> list[Example]:
    """Draws the page that stands here and gives its rows. A row stays under the curator's hands until they move on: an
    edit that takes it out of the filter doesn't make it vanish."""
    state = curate_state.remembered("grid", project)
    signature = (view.where, view.sort, view.after, view.before)
    with session.db().read() as c:
        if state.get("signature") != signature:
            found = examples.page(
                c, project.id, view.where, sort=view.sort, after=view.after, before=view.before, limit=ROWS
            )
            rows = found.rows
            more, ends = (found.has_previous, found.has_next), (found.first, found.last)
            state.update(signature=signature, more=more, ends=ends)
            _new_editor(project, state, [row.id for row in rows])
        else:
            by_id = {row.id: row for row in examples.get_many(c, state["ids"])}
            rows = [by_id[id_] for id_ in state["ids"] if id_ in by_id]
        text = view.where.text
        snippets = words.snippets(c, text, [row.id for row in rows]) if words.match_query(text) else None
    ticked = curate_state.ticked(project)
    shape = (view.columns, snippets is not None)
    if [row.id for row in rows] != state["ids"] or state.setdefault("shape", shape) != shape:
        _new_editor(project, state, [row.id for row in rows])
    state["shape"] = shape
    edited = st.session_state.get(_key(project, state), {}).get("edited_rows", {})
    if grid_edits.out_of_date(grid_edits.by_id(edited, state["ids"]), {row.id: row for row in rows}, ticked):
        _new_editor(project, state, state["ids"])
    _editor_of(state, _key(project, state))["versions"] = {row.id: row.version for row in rows}
    if rows:
        _editor(project, state, view, rows, ticked, snippets)
    return rows


def refresh(project: Project) -> None:
    """The page is looked up again on the next drawing: after a bulk action, an undo, an import."""
    curate_state.remembered("grid", project)["signature"] = None
    table_counts.forget(project)


def turn(project: Project, *, forward: bool) -> None:
    """To the next or the previous page: for callbacks."""
    state = curate_state.remembered("grid", project)
    first, last = state.get("ends", (None, None))
    view = curate_state.view(project)
    if forward and last is not None:
        view = replace(view, after=last, before=None, number=view.number + 1)
    elif not forward and first is not None:
        view = replace(view, after=None, before=first, number=max(1, view.number - 1))
    curate_state.set_view(project, view)


def pager(project: Project) -> None:
    """Previous and next, where there is more than one page."""
    has_previous, has_next = curate_state.remembered("grid", project).get("more", (False, False))
    if not has_previous and not has_next:
        return
    for label, icon, side, here in (
        ("Previous", ":material/chevron_left:", "left", has_previous),
        ("Next", ":material/chevron_right:", "right", has_next),
    ):
        st.button(
            label,
            icon=icon,
            icon_position=side,  # type: ignore[arg-type]
            disabled=not here,
            on_click=turn,
            args=(project,),
            kwargs={"forward": label == "Next"},
        )


def _editor(
    project: Project,
    state: dict[str, Any],
    view: View,
    rows: list[Example],
    ticked: set[int],
    snippets: dict[int, str] | None,
) -> None:
    st.data_editor(
        table_columns.frame(rows, view.columns, ticked, snippets),
        key=_key(project, state),
        height=min(40 + 36 * max(len(rows), 3), 560),
        num_rows="fixed",
        column_order=table_columns.order_of(view.columns, snippets is not None),
        column_config=table_columns.config(),
        disabled=table_columns.locked(view.columns, view.where.trashed),
        on_change=_edited,
        args=(project, _key(project, state)),
        placeholder="",
    )


def _edited(project: Project, key: str) -> None:
    """Writes what is new through, in one transaction. Safe to repeat: what was handled, or is so already, is left alone.

    The edits belong to the rows that this editor showed, also when another page has taken its place meanwhile."""
    editor = curate_state.remembered("grid", project)["editors"].get(key)
    if editor is None:
        page.flash("The last edit came too late and was not saved. Please type it again.", icon=":material/error:")
        return
    edits = grid_edits.by_id(st.session_state[key]["edited_rows"], editor["ids"])
    fresh = grid_edits.new_edits(edits, editor["handled"])
    ticked = curate_state.ticked(project)
    for id_, values in fresh.items():
        if grid_edits.TICK in values:
            (ticked.add if values[grid_edits.TICK] else ticked.discard)(id_)
            if values[grid_edits.TICK]:  # the row that was ticked last is the one that is open in full
                st.session_state[f"{curate_state.ROW}-{project.id}"] = id_
    wanted = {id_: kept for id_, values in fresh.items() if (kept := grid_edits.storable(values))}
    if wanted:
        _write(project, editor["versions"], wanted)
    for id_, values in fresh.items():
        editor["handled"].setdefault(id_, {}).update(values)


def _write(project: Project, versions: dict[int, int], wanted: grid_edits.Cells) -> None:
    with session.db().read() as c:
        rows = {row.id: row for row in examples.get_many(c, wanted)}
    wanted = {id_: values for id_, values in wanted.items() if id_ in rows}
    refused = [id_ for id_, values in wanted.items() if any(grid_edits.too_long(rows[id_], name) for name in values)]
    if refused:
        page.flash("That text is too long for a cell and was not changed. Open the row below the table to edit it.")
    edits = [CellEdit(id_, versions.get(id_), values) for id_, values in wanted.items() if id_ not in refused]
    try:
        saved = curation.save(session.db(), project.id, edits, who=session.who())
    except SplitLocked as error:
        page.flash(str(error), icon=":material/lock:")
        return
    conflicts.remember(project, [(c.mine.example_id, wanted[c.mine.example_id]) for c in saved.conflicts])
    with session.db().read() as c:
        for row in examples.get_many(c, saved.changed):
            versions[row.id] = row.version
    if any(name in grid_edits.TEXTS for values in wanted.values() for name in values):
        curate_state.check_again(project, session.counts(project).total)


def _new_editor(project: Project, state: dict[str, Any], ids: list[int]) -> None:
    """A fresh editor without remembered edits: its key is new. The one before stays known for the edit under way."""
    replaced = bool(state.get("ids"))
    state.update(ids=ids, nonce=state.get("nonce", 0) + 1)
    editors = state.setdefault("editors", {})
    editors[_key(project, state)] = {"ids": ids, "handled": {}, "versions": {}}
    for key in list(editors)[:-REMEMBERED]:
        del editors[key]
    if replaced:
        time.sleep(LATE)


def _editor_of(state: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = state["editors"][key]
    return found


def _key(project: Project, state: dict[str, Any]) -> str:
    return f"editor-{project.id}-{state.get('nonce', 0)}"
