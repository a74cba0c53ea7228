"""Groups of rows that belong together by what was found: looked up once as long as the findings stay, one shown at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from ftcore.dataset import resolving
from ftcore.dataset.resolving import ResolvingError
from ftcore.records import Example, Filter, Project
from ftcore.store import examples, projects
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.problems import problem_actions
from ftcore.ui.table import grid

SIDE_BY_SIDE = 3
"""Rows next to each other; more by turning the page. Four columns of text are too narrow to read beside the sidebar."""
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


@dataclass(frozen=True, slots=True)
class Shown:
    """The group on the screen: its rows as they were seen, and the kinds of findings that link them."""

    group: Group
    rows: tuple[Example, ...]
    codes: tuple[str, ...]

    @property
    def seen(self) -> dict[int, int]:
        return {row.id: row.version for row in self.rows}


@st.cache_data(show_spinner="Comparing the answers", max_entries=8)
def _disagreeing(path: str, project_id: int, findings: int, revision: int) -> list[Group]:
    with session.db().read() as c:
        return resolving.disagreeing(c, project_id)


def disagreeing(project: Project) -> list[Group]:
    """Groups of rows that are nearly the same and answer differently, by what the rows say now."""
    with session.db().read() as c:
        findings = projects.findings(c, project.id)
    return _disagreeing(str(session.db().path), project.id, findings, project.revision)


def choose(
    project: Project, name: str, found: Sequence[tuple[Group, tuple[str, ...]]], what: str, let_be: str, said: str
) -> Shown:
    """One of several groups and the way to the others: "Group 1 of 15". `let_be` says that nothing has to be done about it, and
    `said` what that means."""
    at = min(int(curate_state.remembered(name, project).get("at", 0)), len(found) - 1)
    group, codes = found[at]
    with session.db().read() as c:
        shown = Shown(group, tuple(examples.get_many(c, group)), codes)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _walk(project, name, at, len(found), what)
        st.button(
            let_be, key=f"{name}-let-be-{group[0]}", type="tertiary", on_click=_let_be, args=(project, shown, said)
        )
    return shown


def _let_be(project: Project, shown: Shown, said: str) -> None:
    settle(
        project,
        lambda: resolving.different(
            session.db(), project.id, shown.group, shown.codes, who=session.who(), versions=shown.seen
        ),
        said,
    )


def _walk(project: Project, name: str, at: int, number: int, what: str) -> None:
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


def side_by_side(project: Project, name: str, group: Group, several: Sequence[T], one: Callable[[T], None]) -> None:
    """Draws several in columns: the first one and those beside it; a pager where there are more."""
    shown = _page_of(project, name, group, several)
    for each, place in zip(shown, st.columns(max(2, len(shown)), gap="medium"), strict=False):
        with place, st.container(border=True):
            one(each)


def _page_of(project: Project, name: str, group: Group, several: Sequence[T]) -> Sequence[T]:
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
