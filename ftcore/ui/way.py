"""Buttons that lead to another page of the same project."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.ui import page, session


def button(project: Project, name: str, label: str, *, primary: bool = False, **address: str) -> None:
    """A button that opens the page `name`; `address` says which part of it (`curate="Review"`)."""
    kind = "primary" if primary else "secondary"
    if st.button(label, type=kind, icon=page.PAGES[name][2], key=f"to-{name}-{label}"):  # type: ignore[arg-type]
        st.switch_page(page.PAGES[name][0], query_params={session.PROJECT: str(project.id), **address})
