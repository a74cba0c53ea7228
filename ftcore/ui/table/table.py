"""The table mode of Curate, from the search line down to the row in full."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Filter, Project
from ftcore.ui.curate import conflicts, curate_state, history_panel
from ftcore.ui.detail import detail
from ftcore.ui.table import (
    bulk_bar,
    bulk_dialog,
    filter_bar,
    filter_pattern,
    grid,
    likeness,
    table_address,
    table_counts,
    table_tasks,
)


def draw(project: Project) -> None:
    view = table_address.sync(project)
    filter_bar.draw(project, view)
    filter_bar.chips(project, view)
    filter_pattern.follow(project)
    likeness.follow(project)
    table_tasks.follow(project)
    number, more = table_counts.count(project, view.where)
    bulk_bar.draw(project, view, number, more)
    bulk_dialog.draw(project, view)
    conflicts.draw(project)
    rows = grid.draw(project, view)
    if not rows:
        _nothing(project, view.where)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        grid.pager(project)
        table_counts.draw_matching(project, view.where, number, more, f"Page {view.number} · ")
    detail.draw(project, view, rows)
    history_panel.draw(project)


def _nothing(project: Project, where: Filter) -> None:
    if where.trashed and len(where.parts()) == 1:
        st.markdown("The trash is empty. Rows that you move there can be given back.")
    elif where.row_set is not None and not table_counts.sets_of(project, where):
        st.markdown("These rows were found a while ago, and are not kept any more. Search again.")
    elif not where.parts():
        st.markdown("There is no row here any more.")
    else:
        st.markdown("No row matches this filter.")
    if where.parts():
        st.button("Show all rows", key="show-all", on_click=curate_state.show, args=(project, Filter()))
