"""Who sits here and what they look at. A session holds ids, filters and page numbers only; the truth is in the store."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ftcore.records import Project, Severity
from ftcore.store import examples, problems, projects
from ftcore.store.database import Database, StoreError, open_database
from ftcore.store.examples import Counts
from ftcore.workspace import Workspace, open_workspace

PROJECT = "project"
WHO = "who"


def workspace() -> Workspace:
    return open_workspace()


@st.cache_resource(show_spinner=False)
def _database(path: str) -> Database:
    return open_database(Path(path))


def db() -> Database:
    """The workspace's database; a page whose workspace cannot be opened says why and stops."""
    try:
        return _database(str(workspace().database))
    except StoreError as error:
        st.error(str(error), icon=":material/lock:")
        st.stop()


def who() -> str:
    """The initials of the person at this screen; "" until they gave them."""
    if WHO not in st.session_state:
        with db().read() as c:
            known = projects.known_people(c)
        st.session_state[WHO] = known[0] if known else ""
    return str(st.session_state[WHO])


def sign(initials: str) -> None:
    with db().write() as c:
        st.session_state[WHO] = projects.remember_person(c, initials)


def current_project() -> Project | None:
    """The project of the address (`?project=3`), else the one last opened here, else the newest."""
    with db().read() as c:
        known = projects.every(c)
    by_id = {project.id: project for project in known}
    wanted = (_number(st.query_params.get(PROJECT)), st.session_state.get(PROJECT))
    found = next((by_id[id_] for id_ in wanted if id_ in by_id), known[0] if known else None)
    if found is not None:
        open_project(found.id)
    return found


def open_project(project_id: int) -> None:
    """Makes a project the current one, here and in the address."""
    st.session_state[PROJECT] = project_id
    if st.query_params.get(PROJECT) != str(project_id):
        st.query_params[PROJECT] = str(project_id)


def counts(project: Project) -> Counts:
    """The project's numbers, counted once a revision."""
    return _counts(str(db().path), project.id, project.revision)


@st.cache_data(show_spinner=False, max_entries=64)
def _counts(path: str, project_id: int, revision: int) -> Counts:
    with db().read() as c:
        return examples.counts(c, project_id)


def problem_tally(project: Project) -> list[tuple[str, Severity, int]]:
    """(code, severity, number of rows) of what the checks found, counted once as long as the findings stay as they are."""
    with db().read() as c:
        findings = projects.findings(c, project.id)
    return _tally(str(db().path), project.id, findings)


@st.cache_data(show_spinner=False, max_entries=64)
def _tally(path: str, project_id: int, findings: int) -> list[tuple[str, Severity, int]]:
    with db().read() as c:
        return problems.tally(c, project_id)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
