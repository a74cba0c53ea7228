"""A quiet list of what is what, the way the app states facts."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ftcore.ui import page

WIDTH = 600
"""Pixels: a cell of a table is never wider than about 440, so more would be a gap."""


def draw(lines: Mapping[str, str], *, alt: str) -> None:
    """Names on the left, what they are on the right; whatever the texts hold, they are shown as they are."""
    kept = {f"**{page.plain(name)}**": page.plain(told) for name, told in lines.items() if told}
    with st.container(width=WIDTH):
        st.table(kept, border="horizontal", alt=alt)
