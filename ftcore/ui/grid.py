"""The table: one page of rows by keyset, edited in place, every edit written through at once."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.records import Example, Filter, Project, Split, Status
from ftcore.store import examples
from ftcore.ui import conflicts, curate_state, grid_edits, page, session
from ftcore.ui.problem_words import name_of

ROWS = 100
LATE = 0.2
"""Seconds. The editor sends an edit up to 150 ms after it was typed, and not at all once it is replaced."""
REMEMBERED = 8
"""Editors whose late edits are still taken."""
TYPES = {grid_edits.TICK: "bool", "split": "object", "line": "Int64"}


def draw(project: Project, where: Filter) -> list[Example]:
    """Draws the page that stands here and gives its rows. A row stays under the curator's hands until they move on: an
    edit that takes it out of the filter doesn't make it vanish."""
    state = curate_state.remembered("grid", project)
    signature = (where, state.get("after"), state.get("before"))
    with session.db().read() as c:
        if state.get("signature") != signature:
            if state.get("where") != where:
                state.update(where=where, after=None, before=None, number=1)
                signature = (where, None, None)
            found = examples.page(c, project.id, where, after=state["after"], before=state["before"], limit=ROWS)
            rows = found.rows
            state.update(signature=signature, more=(found.has_previous, found.has_next))
            _new_editor(project, state, [row.id for row in rows])
        else:
            rows = examples.get_many(c, state["ids"])
    ticked = curate_state.ticked(project)
    if [row.id for row in rows] != state["ids"]:
        _new_editor(project, state, [row.id for row in rows])
    edited = st.session_state.get(_key(project, state), {}).get("edited_rows", {})
    if grid_edits.out_of_date(grid_edits.by_id(edited, state["ids"]), {row.id: row for row in rows}, ticked):
        _new_editor(project, state, state["ids"])
    _editor_of(state, _key(project, state))["versions"] = {row.id: row.version for row in rows}
    if rows:
        _editor(project, state, rows, ticked)
    else:
        st.markdown("No row matches this filter.")
        st.button(
            "Show all rows", key="show-all", on_click=curate_state.go, args=("Table",), kwargs={curate_state.TEXT: ""}
        )
    return rows


def refresh(project: Project) -> None:
    """The page is looked up again on the next drawing: after a bulk action, an undo, an import."""
    curate_state.remembered("grid", project)["signature"] = None


def turn(project: Project, *, forward: bool) -> None:
    """To the next or the previous page: for callbacks."""
    state = curate_state.remembered("grid", project)
    ids = state.get("ids") or []
    if not ids:
        return
    if forward:
        state.update(after=ids[-1], before=None, number=state["number"] + 1)
    else:
        state.update(after=None, before=ids[0], number=max(1, state["number"] - 1))


def pager(project: Project, matching: str) -> None:
    state = curate_state.remembered("grid", project)
    has_previous, has_next = state.get("more", (False, False))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Previous",
            icon=":material/chevron_left:",
            disabled=not has_previous,
            on_click=turn,
            args=(project,),
            kwargs={"forward": False},
        )
        st.button(
            "Next",
            icon=":material/chevron_right:",
            icon_position="right",
            disabled=not has_next,
            on_click=turn,
            args=(project,),
            kwargs={"forward": True},
        )
        st.text(f"Page {state.get('number', 1)} · {matching}")


def _editor(project: Project, state: dict[str, Any], rows: list[Example], ticked: set[int]) -> None:
    import pandas as pd

    def column(name: str) -> list[Any]:
        return [grid_edits.cell(row, name) for row in rows]

    frame = pd.DataFrame(
        {
            grid_edits.TICK: [row.id in ticked for row in rows],
            "status": column("status"),
            "prompt": column("prompt"),
            "response": column("response"),
            "problems": [", ".join(name_of(code) for code in row.problems) for row in rows],
            "split": column("split"),
            "note": column("note"),
            "system": column("system"),
            "turns": [row.training.turns for row in rows],
            "tokens": [row.tokens for row in rows],
            "line": [row.line for row in rows],
            "changed": [row.changed_by for row in rows],
        },
        index=pd.Index([row.id for row in rows], name="Row"),
    ).astype(TYPES)  # without fixed types a column of empty cells changes its type, and the editor its identity
    columns = st.column_config
    st.data_editor(
        frame,
        key=_key(project, state),
        height=min(40 + 36 * max(len(rows), 3), 560),
        num_rows="fixed",
        column_config={
            "_index": columns.NumberColumn("#", width=62, format="plain", help="The row's number in this project"),
            grid_edits.TICK: columns.CheckboxColumn(
                "✓", width=54, pinned=True, help="Tick rows to act on several at once"
            ),
            "status": columns.SelectboxColumn("Status", options=[s.value for s in Status], required=True, width=92),
            "prompt": columns.TextColumn("They write", width=270),
            "response": columns.TextColumn("You answer", width=210),
            "problems": columns.TextColumn("Problems", width=150),
            "split": columns.SelectboxColumn("Split", options=[s.value for s in Split], width=92),
            "note": columns.TextColumn("Note", width=140),
            "system": columns.TextColumn("Instructions", width=160),
            "turns": columns.NumberColumn("Turns", width=64),
            "tokens": columns.NumberColumn("Tokens", width=72),
            "line": columns.NumberColumn("Line", width=64, format="plain", help="Where it stood in the file"),
            "changed": columns.TextColumn("By", width=64),
        },
        disabled=["_index", "problems", "turns", "tokens", "line", "changed"],
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
    saved = curation.save(session.db(), project.id, edits, who=session.who())
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
