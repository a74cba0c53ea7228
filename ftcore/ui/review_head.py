"""The curator's line above the review: it follows every key, while the rest of the page stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ftcore.store import projects
from ftcore.ui import curate_head, session

LINE, QUEUE = "curators-line", "review-rows"
"""The two parts of the page that a key draws again."""
DRAWN = "curators-line-drawn"


@st.fragment(key=LINE)
def draw(project_id: int) -> None:
    """The line as it is now; for the top of the page, in place of `curate_head.draw`."""
    st.session_state[DRAWN] = True
    with session.db().read() as c:
        project = projects.get(c, project_id)
    curate_head.draw(project, session.counts(project))


def act(does: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    """Does what a key asks for; then its row and the line are drawn again, where the page has the line as a part of its own,
    else the row alone. For callbacks."""
    does(*args, **kwargs)
    if st.session_state.get(DRAWN):
        st.rerun([QUEUE, LINE])
