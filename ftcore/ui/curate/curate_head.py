"""The curator's line: how many are ready, need a look, were set aside; and the one primary action of the mode."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import curation
from ftcore.records import Project
from ftcore.store import imports
from ftcore.store.examples import Counts
from ftcore.ui import page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.journey import ready
from ftcore.ui.table import grid


def headline(counts: Counts, rejected_rows: int) -> str:
    """ "271 ready · 18 need a look · 11 set aside": set aside are rejected examples and rows that could not be read."""
    look = f"{counts.need_a_look:,} need{'s' if counts.need_a_look == 1 else ''} a look"
    return f"{ready(counts):,} ready · {look} · {counts.rejected + rejected_rows:,} set aside"


def draw(project: Project, counts: Counts) -> None:
    with session.db().read() as c:
        rejected_rows = sum(one.rejected for one in imports.of_project(c, project.id))
    if counts.total or rejected_rows:
        st.header(headline(counts, rejected_rows), anchor=False)


def draw_above_review(project: Project) -> None:
    """The line and the modes, as one part with the review: its keys change the line."""
    draw(project, session.counts(project))
    curate_state.choose_mode()
    if st.session_state[curate_state.MODE] != "Review":
        st.rerun()  # the whole page: another mode is none of this part


def primary(project: Project, counts: Counts, mode: str) -> None:
    """Approving what has no problem comes first, then the rows that need a look. In Review the keys decide, and approving
    the rest is offered when the random sample has spoken for it."""
    if counts.clean_drafts and mode != "Review":
        number = counts.clean_drafts
        label = f"Approve the {number:,} with no problems" if number > 1 else "Approve the one with no problems"
        st.button(label, type="primary", key="approve-clean", on_click=_approve_clean, args=(project,))
    elif counts.need_a_look and mode != "Review":
        number = counts.need_a_look
        label = f"Review the {number:,}" if number > 1 else "Review the one"
        st.button(label, type="primary", key="review-them", on_click=curate_state.go, args=("Review",))


def _approve_clean(project: Project) -> None:
    number = curation.approve_clean(session.db(), project.id, who=session.who())
    grid.refresh(project)
    page.flash(f"{number:,} approved. One Undo takes it back.")
