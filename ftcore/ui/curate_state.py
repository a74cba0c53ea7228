"""Where a curator stands on Curate: the mode, the filter, the ticked rows. Ids and choices only, nothing of the data."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.records import Filter, Project, Split, Status
from ftcore.store import tasks
from ftcore.ui import session

MODE = "curate"
"""Also the name in the address: `?curate=Review`."""
MODES = ("Import", "Review", "Table", "Problems", "Split and export")
TEXT, STATUS, SPLIT, PROBLEM = "find-text", "find-status", "find-split", "find-problem"
CHECKED_AT_ONCE = 20_000
"""Up to so many examples the whole project is checked again after an edit, since pairs may have come or gone."""


def mode(project_is_empty: bool) -> str:
    """The chosen mode: Import for an empty project, else the table."""
    if st.session_state.get(MODE) not in MODES:
        wanted = st.query_params.get(MODE)
        st.session_state[MODE] = wanted if wanted in MODES else "Import" if project_is_empty else "Table"
    chosen = st.segmented_control(
        "What to do", MODES, key=MODE, required=True, label_visibility="collapsed", bind="query-params"
    )
    return str(chosen)


def go(to: str, **choices: str) -> None:
    """Changes the mode, and the filter of the table with it: for callbacks."""
    st.session_state[MODE] = to
    for name in (TEXT, STATUS, SPLIT, PROBLEM):
        if choices:
            st.session_state[name] = choices.get(name, "")


def show_problem(code: str) -> None:
    go("Table", **{PROBLEM: code})


def chosen_filter() -> Filter:
    status, split = st.session_state.get(STATUS, ""), st.session_state.get(SPLIT, "")
    return Filter(
        text=str(st.session_state.get(TEXT, "")).strip(),
        status=Status(status) if status else None,
        split=Split(split) if split else None,
        problem=str(st.session_state.get(PROBLEM, "")),
    )


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
