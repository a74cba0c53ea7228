"""Saved views: the table's filter, order and columns under a name, for everybody in the project."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.store import views
from ftcore.store.views import SavedView
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.table.table_view import View

NAME = "view-name"
RENAMED = "renamed-view"


def draw(project: Project, view: View) -> None:
    fold = st.popover("Views", icon=":material/bookmark:", key="views-fold", on_change="rerun")
    if not fold.open:
        return
    with session.db().read() as c:
        saved = views.of_project(c, project.id)
    with fold, st.container(width=400, gap="small"):
        for one in saved:
            _one(project, one)
        if not saved:
            st.markdown("Keep this filter, order and columns under a name, for everybody in the project.")
        # A form: Enter saves, and leaving the field does not.
        with (
            st.form("save-view-form", border=False),
            st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
        ):
            st.text_input("Save what the table shows as", max_chars=views.LONGEST, key=NAME, width="stretch")
            st.form_submit_button("Save", key="save-view", on_click=_save, args=(project,))


def _one(project: Project, one: SavedView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(page.plain(one.name), key=f"view-{one.id}", on_click=_open, args=(project, one), width="stretch")
        for icon, said, name, act in (
            (":material/edit:", "Rename", "rename", _begin_rename),
            (":material/delete:", "Remove this view. No row is touched.", "remove", _remove),
        ):
            st.button("", icon=icon, type="tertiary", key=f"{name}-view-{one.id}", help=said, on_click=act, args=(one,))
    if st.session_state.get(RENAMED) == one.id:
        key = f"renamed-view-{one.id}"
        with (
            st.form(f"{key}-form", border=False),
            st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
        ):
            st.text_input("New name", value=one.name, max_chars=views.LONGEST, key=key, width="stretch")
            st.form_submit_button("Rename", key=f"{key}-go", on_click=_rename, args=(one, key))


def _open(project: Project, one: SavedView) -> None:
    curate_state.set_view(project, View.from_json(one.query))


def _save(project: Project) -> None:
    try:
        with session.db().write() as c:
            kept = curate_state.view(project).to_json()
            saved = views.save(c, project.id, str(st.session_state[NAME]), kept, who=session.who())
    except ValueError as error:
        page.flash(str(error), icon=":material/info:")
        return
    st.session_state[NAME] = ""
    page.flash(f"Saved as “{saved.name}”.")


def _begin_rename(one: SavedView) -> None:
    st.session_state[RENAMED] = None if st.session_state.get(RENAMED) == one.id else one.id


def _rename(one: SavedView, key: str) -> None:
    try:
        with session.db().write() as c:
            views.rename(c, one.id, str(st.session_state[key]))
    except (ValueError, LookupError) as error:
        page.flash(str(error), icon=":material/info:")
        return
    st.session_state[RENAMED] = None


def _remove(one: SavedView) -> None:
    with session.db().write() as c:
        views.remove(c, one.id)
    page.flash(f"The view “{one.name}” is removed. No row was touched.")
