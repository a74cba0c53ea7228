"""Figures on the screen: the report's own, in the colours of the theme that is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import plotly.graph_objects as go


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draws a figure. `alt` says in a sentence what it shows, for those who do not see it."""
    from ftcore.report.figures import CONFIG

    st.plotly_chart(figure, key=key, theme=None, config=CONFIG, alt=alt)
