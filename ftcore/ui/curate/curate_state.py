"""Where a curator stands on Curate: the mode, what the table shows, the ticked rows. Ids and choices only, nothing of the data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import streamlit as st

from ftcore.records import Filter, Project, Sort
from ftcore.store import row_sets, tasks
from ftcore.ui import session
from ftcore.ui.table.table_view import View

MODE = "curate"
"""Also the name in the address: `?curate=Review`."""
MODES = ("Import", "Review", "Table", "Problems", "Split and export")
TEXT = "find-text"
ROW_FOLD, ROW = "row-fold", "row-chosen"
"""Whether one row is open in full, and which."""
CHECKED_AT_ONCE = 20_000
"""Up to so many examples the whole project is checked again after an edit, since pairs may have come or gone."""


def mode(project_is_empty: bool) -> str:
    """The chosen mode: Import for an empty project, else the table."""
    if st.session_state.get(MODE) not in MODES:
        wanted = st.query_params.get(MODE)
        st.session_state[MODE] = wanted if wanted in MODES else "Import" if project_is_empty else "Table"
    return str(st.session_state[MODE])


def choose_mode() -> None:
    """The modes beside each other. Drawn anew for another mode, they give the arrow keys back to the rows."""
    with st.container(key=f"mode-{MODES.index(st.session_state[MODE])}", width="content"):
        st.segmented_control(
            "What to do",
            MODES,
            key=MODE,
            required=True,
            label_visibility="collapsed",
            bind="query-params",
        )


def go(to: str) -> None:
    """Changes the mode: for callbacks."""
    st.session_state[MODE] = to


def show(project: Project, where: Filter, sort: Sort = Sort()) -> None:
    """Opens the table with this filter, from its first row: for callbacks."""
    go("Table")
    set_view(project, view(project).showing(where).sorted_by(sort))


def show_rows(project: Project, ids: Iterable[int], *, kind: str, label: str) -> None:
    """Opens the table with just these rows, under a chip with this label: for callbacks."""
    with session.db().write() as c:
        set_id = row_sets.create(c, project.id, kind=kind, label=label, query={}, who=session.who())
        row_sets.add(c, set_id, ((id_, None) for id_ in ids))
        row_sets.finish(c, set_id)
    show(project, Filter(row_set=set_id))


def show_problem(code: str) -> None:
    project = session.current_project()
    if project is not None:
        show(project, Filter(problem=code))


def open_row(project: Project, example_id: int) -> None:
    """Opens one row in full below the table: for callbacks."""
    st.session_state[ROW_FOLD] = True
    st.session_state[f"{ROW}-{project.id}"] = example_id


def view(project: Project) -> View:
    """What the table of this project shows."""
    found: View = remembered("table", project).setdefault("view", View())
    return found


def set_view(project: Project, view: View) -> None:
    remembered("table", project)["view"] = view


def ticked(project: Project) -> set[int]:
    """Ids of the ticked rows of a project."""
    found: set[int] = st.session_state.setdefault(f"ticked-{project.id}", set())
    return found


def check_again(project: Project, total: int) -> None:
    """Asks the worker to look at pairs of rows again (duplicates, contradictions), once however many edits wait."""
    if total > CHECKED_AT_ONCE:
        return
    with session.db().write() as c:
        if not any(task.state == "queued" for task in tasks.open_tasks(c, project.id, "check")):
            tasks.put(c, "check", {"project_id": project.id}, project_id=project.id)


def remembered(name: str, project: Project) -> dict[str, Any]:
    """A small record of this session for one project, made when it is first asked for."""
    found: dict[str, Any] = st.session_state.setdefault(f"{name}-{project.id}", {})
    return found
