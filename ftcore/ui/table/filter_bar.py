"""Above the table, one calm line: words, "Add a filter", order, columns, views. Below it what is set, each part a chip that goes
at a click."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Filter, Project, Sort
from ftcore.ui import page
from ftcore.ui.curate import curate_state
from ftcore.ui.table import filter_choices, table_columns, table_counts, table_views
from ftcore.ui.table.filter_words import told
from ftcore.ui.table.table_view import View


def draw(project: Project, view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state[curate_state.TEXT] = view.where.text
        st.text_input(
            "Words",
            key=curate_state.TEXT,
            label_visibility="collapsed",
            icon=":material/search:",
            placeholder="Words in texts and notes",
            on_change=_words,
            args=(project,),
            width="stretch",
        )
        filter_choices.draw(project, view.where)
        table_columns.sort(project, view)
        table_columns.choose(project, view)
        table_views.draw(project, view)


def chips(project: Project, view: View) -> None:
    """What is set, with how many rows each part matches by itself when there are several."""
    parts = view.where.parts()
    if not parts and view.sort == Sort():
        return
    sets = table_counts.sets_of(project, view.where)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for name, value in parts.items():
            label = told(name, value, sets)
            if len(parts) > 1:
                number, more = table_counts.part(project, name, value)
                label += f" · {number:,}{'+' if more else ''}"
            st.button(
                page.plain(label),
                key=f"chip-{name}",
                icon=":material/close:",
                icon_position="right",
                help="Take this filter away",
                on_click=_without,
                args=(project, name),
            )
        if view.sort != Sort():
            st.button(
                table_columns.told(view.sort),
                key="chip-sort",
                icon=":material/close:",
                icon_position="right",
                help="Back to the order of the rows",
                on_click=_unsorted,
                args=(project,),
            )
        if len(parts) > 1:
            st.button("Clear all", key="clear-filters", type="tertiary", on_click=_clear, args=(project,))


def _words(project: Project) -> None:
    filter_choices.put(project, text=" ".join(str(st.session_state[curate_state.TEXT]).split()))


def _without(project: Project, name: str) -> None:
    view = curate_state.view(project)
    curate_state.set_view(project, view.showing(view.where.without(name)))


def _unsorted(project: Project) -> None:
    curate_state.set_view(project, curate_state.view(project).sorted_by(Sort()))


def _clear(project: Project) -> None:
    view = curate_state.view(project)
    curate_state.set_view(project, view.showing(Filter()))
