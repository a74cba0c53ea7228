"""The table's columns: what stands in them, how wide they are, which are shown; and what the rows are sorted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ftcore.records import Example, Project, Sort, Split, Status
from ftcore.records.filter import SORTABLE
from ftcore.ui import say
from ftcore.ui.curate import curate_state
from ftcore.ui.problems.problem_words import name_of
from ftcore.ui.table import grid_edits
from ftcore.ui.table.table_view import COLUMNS, View

FOUND = "found"
NUMBERS = ("tokens", "length", "turns")
TYPES = dict.fromkeys(NUMBERS, "int64") | {grid_edits.TICK: "bool", "split": "object", "line": "Int64"}
"""Fixed: without them a column of empty cells changes its type, and the editor its identity."""
WIDTHS = {
    "status": 92,
    "split": 92,
    "system": 160,
    "prompt": 270,
    "response": 210,
    "tags": 120,
    "problems": 150,
    "source": 130,
    "note": 140,
    "changed_by": 84,
    "changed_at": 110,
    FOUND: 230,
}
USUAL_WIDTH = 72
ORDERS = {
    "row": "Row",
    "rank": "Most similar, for rows that were found so",
    **{name: COLUMNS[name] for name in SORTABLE if name in COLUMNS},
}


def frame(rows: Sequence[Example], columns: Sequence[str], ticked: set[int], found: Mapping[int, str] | None) -> Any:
    """The page as the editor takes it; the index is the row's id, always."""
    import pandas as pd

    values: dict[str, list[Any]] = {grid_edits.TICK: [row.id in ticked for row in rows]}
    for name in columns:
        values[name] = [_cell(row, name) for row in rows]
    if found is not None:
        values[FOUND] = [found.get(row.id, "") for row in rows]
    types = {name: kind for name, kind in TYPES.items() if name in values}
    return pd.DataFrame(values, index=pd.Index([row.id for row in rows], name="Row")).astype(types)


def order_of(columns: Sequence[str], found: bool) -> list[str]:
    """What was found stands right behind the texts that people look at."""
    shown = [grid_edits.TICK, *columns]
    if found:
        texts = [at for at, name in enumerate(shown) if name in ("prompt", "response")]
        shown.insert(texts[-1] + 1 if texts else len(shown), FOUND)
    return shown


def config() -> dict[str, Any]:
    columns = st.column_config
    told: dict[str, Any] = {
        "_index": columns.NumberColumn("#", width=62, format="%d", help="The row's number in this project"),
        grid_edits.TICK: columns.CheckboxColumn("✓", width=54, pinned=True, help="Tick rows to act on several at once"),
        FOUND: columns.TextColumn("Found", width=WIDTHS[FOUND], help="Where the words were found"),
    }
    for name, label in COLUMNS.items():
        width = WIDTHS.get(name, USUAL_WIDTH)
        if name in ("status", "split"):
            options = [s.value for s in (Status if name == "status" else Split)]
            told[name] = columns.SelectboxColumn(label, options=options, required=name == "status", width=width)
        elif name in NUMBERS or name == "line":
            told[name] = columns.NumberColumn(label, width=width, format="%d")
        else:
            told[name] = columns.TextColumn(label, width=width)
    return told


def locked(columns: Sequence[str], trashed: bool) -> list[str]:
    """What cannot be edited in its cell: all of it in the trash."""
    fixed = [name for name in columns if trashed or name not in grid_edits.COLUMNS]
    return ["_index", FOUND, *fixed]


def sort(project: Project, view: View) -> None:
    """The popover: what all rows are sorted by."""
    # Drawn only while it is open: what is folded away costs nothing.
    fold = st.popover("Sort", icon=":material/sort:", key="sort-fold", on_change="rerun")
    if not fold.open:
        return
    by, down = (f"{name}-{project.id}" for name in ("sort-by", "sort-down"))
    st.session_state[by], st.session_state[down] = view.sort.by, view.sort.descending
    with fold:
        st.selectbox(
            "Sort by", list(ORDERS), format_func=ORDERS.__getitem__, key=by, on_change=_sort, args=(project, by, down)
        )
        st.toggle("Largest, newest or last first", key=down, on_change=_sort, args=(project, by, down))
        st.text("This sorts all rows. A click on a heading\nof the table sorts only the rows on the screen.")


def told(sort: Sort) -> str:
    """The order in words, for its chip."""
    name = ORDERS[sort.by].split(",")[0]
    return f"Sorted by {name[:1].lower()}{name[1:]}{', from the end' if sort.descending else ''}"


def choose(project: Project, view: View) -> None:
    """The popover: which columns are shown."""
    fold = st.popover("Columns", icon=":material/view_column:", key="columns-fold", on_change="rerun")
    if not fold.open:
        return
    shown = f"columns-{project.id}"
    st.session_state[shown] = list(view.columns)
    with fold:
        st.multiselect(
            "Columns",
            list(COLUMNS),
            format_func=COLUMNS.__getitem__,
            key=shown,
            on_change=_columns,
            args=(project, shown),
            placeholder="the usual ones",
        )


def _sort(project: Project, by: str, down: str) -> None:
    sort = Sort(str(st.session_state[by]), bool(st.session_state[down]))
    curate_state.set_view(project, curate_state.view(project).sorted_by(sort))


def _columns(project: Project, shown: str) -> None:
    curate_state.set_view(project, curate_state.view(project).with_columns(tuple(st.session_state[shown])))


def _cell(row: Example, name: str) -> Any:
    if name in grid_edits.COLUMNS:
        return grid_edits.cell(row, name)
    if name == "problems":
        return ", ".join(name_of(code) for code in row.problems)
    if name == "turns":
        return row.training.turns
    if name == "length":
        return len(row.training.response)
    if name == "changed_at":
        return say.moment(row.changed_at)
    return getattr(row, name)
