"""Groups of rows that belong together by what was found: looked up once as long as the findings stay, one shown at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st

from ftcore.dataset import resolving
from ftcore.dataset.resolving import ResolvingError
from ftcore.records import Example, Filter, Project
from ftcore.store import examples, projects
from ftcore.ui import curate_state, grid, page, problem_actions, session

SIDE_BY_SIDE = 3
"""Rows next to each other; more by turning the page. Four columns of text are too narrow to read beside the sidebar."""
MANY_PAIRS = 100_000
"""So many findings are looked at."""
Group = tuple[int, ...]
T = TypeVar("T")


@st.cache_data(show_spinner="Putting the rows together", max_entries=8)
def _groups(path: str, project_id: int, findings: int, codes: tuple[str, ...]) -> list[Group]:
    with session.db().read() as c:
        return resolving.groups(c, project_id, codes)


def of_project(project: Project, codes: tuple[str, ...]) -> list[Group]:
    with session.db().read() as c:
        findings = projects.findings(c, project.id)
    return _groups(str(session.db().path), project.id, findings, codes)


def chosen(project: Project, name: str, found: Sequence[Group]) -> tuple[int, list[Example]]:
    """(the number of the group that is shown, from 0; its rows)."""
    at = min(int(curate_state.remembered(name, project).get("at", 0)), len(found) - 1)
    with session.db().read() as c:
        return at, examples.get_many(c, found[at])


def walk(project: Project, name: str, at: int, number: int, what: str) -> None:
    """Previous and next, with where one is between them."""
    for label, icon, to in (
        ("Previous", ":material/chevron_left:", at - 1),
        ("Next", ":material/chevron_right:", at + 1),
    ):
        st.button(
            label,
            icon=icon,
            key=f"{name}-{label}",
            disabled=not 0 <= to < number,
            on_click=_go,
            args=(project, name, to),
        )
    st.text(f"{what} {at + 1:,} of {number:,}")


def page_of(project: Project, name: str, group: Group, several: Sequence[T]) -> Sequence[T]:
    """The first one and those beside it; a pager where there are more."""
    place = curate_state.remembered(name, project)
    rest = SIDE_BY_SIDE - 1
    if len(several) <= SIDE_BY_SIDE:
        return several
    pages = -(-(len(several) - 1) // rest)
    seen = place.get("page") if place.get("of") == group[0] else 0
    at = min(int(seen or 0), pages - 1)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, to in (("Fewer", at - 1), ("More", at + 1)):
            st.button(
                {"Fewer": "Those before", "More": "Those after"}[label],
                key=f"{name}-{label}",
                type="tertiary",
                disabled=not 0 <= to < pages,
                on_click=_turn,
                args=(project, name, group[0], to),
            )
        first = 2 + at * rest
        st.text(f"The first one, beside {first:,} to {min(first + rest - 1, len(several)):,} of {len(several):,}")
    return [several[0], *several[1 + at * rest : 1 + (at + 1) * rest]]


def settle(project: Project, act: Callable[[], object], said: str) -> None:
    """Does what was chosen for a group, or says why not. For callbacks."""
    if problem_actions.busy(project):
        return
    try:
        act()
    except ResolvingError as error:
        page.flash(str(error), icon=":material/info:")
        return
    grid.refresh(project)
    page.flash(f"{said} Undo takes it back.")


def open_row(project: Project, example_id: int) -> None:
    """Shows one row in full, in the table."""
    curate_state.show(project, Filter())
    curate_state.open_row(project, example_id)


def _go(project: Project, name: str, to: int) -> None:
    curate_state.remembered(name, project).update(at=to, page=0)


def _turn(project: Project, name: str, first: int, to: int) -> None:
    curate_state.remembered(name, project).update(of=first, page=to)
