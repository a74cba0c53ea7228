"""The sidebar: brand, project, the six pages, and who sits here."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from ftcore.records import Project
from ftcore.store import projects
from ftcore.ui import page, session

MAX_NAME = 80
UNNAMED = "My first project"
"""What a project is called that was begun before anybody was asked for its name."""


def draw() -> None:
    with session.db().read() as c:
        known = projects.every(c)
    current = session.current_project()
    with st.sidebar:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown("### :material/tune: Tuneworthy", anchors=False)
            if current is not None:
                _quiet_place(current)
        if current is not None:
            _picker(known, current)
        for path, title, icon in page.PAGES.values():
            st.page_link(path, label=title, icon=icon, width="stretch", query_params=_address(current))
        st.space("small")
        _initials()


def create(name: str) -> Project:
    """Makes a project and opens it."""
    with session.db().write() as c:
        made = projects.create(c, " ".join(name.split())[:MAX_NAME])
    session.open_project(made.id)
    return made


def _address(current: Project | None) -> dict[str, str]:
    return {session.PROJECT: str(current.id)} if current else {}


def _picker(known: list[Project], current: Project) -> None:
    # Streamlit knows an option by its words: two projects of one name would be one to it, and every click would go there.
    often = Counter(project.name for project in known)
    names = {p.id: p.name if often[p.name] == 1 else f"{p.name} ({p.id})" for p in known}
    st.session_state["picked-project"] = current.id
    st.selectbox(
        "Project", list(names), format_func=lambda id_: names.get(id_, ""), key="picked-project", on_change=_pick
    )


def _quiet_place(current: Project) -> None:
    """New project and renaming: there when wanted, out of the way otherwise."""
    with st.popover("", icon=":material/more_horiz:", type="tertiary", help="New project, rename"):
        st.text_input("New project", max_chars=MAX_NAME, key="new-project", placeholder="What is it about?")
        st.button("Create", key="create-project", on_click=_create)
        key = f"rename-{current.id}-{current.name}"
        st.text_input("Rename this project", value=current.name, max_chars=MAX_NAME, key=key)
        st.button("Rename", key="rename-project", on_click=_rename, args=(current,))


def _pick() -> None:
    session.open_project(st.session_state["picked-project"])


def _create() -> None:
    name = str(st.session_state["new-project"]).strip()
    if not name:
        page.flash("Give the project a name first.", icon=":material/info:")
        return
    create(name)
    st.session_state["new-project"] = ""
    page.flash(f"Created “{name}”.")


def _rename(current: Project) -> None:
    name = " ".join(str(st.session_state[f"rename-{current.id}-{current.name}"]).split())[:MAX_NAME]
    if not name or name == current.name:
        return
    with session.db().write() as c:
        projects.rename(c, current.id, name)
    page.flash(f"Renamed to “{name}”.")


def _initials() -> None:
    st.session_state["initials"] = session.who()
    st.text_input(
        "Your initials",
        max_chars=16,
        key="initials",
        placeholder="for example DK",
        help="Every change is kept with who made it and when.",
        on_change=_sign,
    )


def _sign() -> None:
    session.sign(str(st.session_state["initials"]))
