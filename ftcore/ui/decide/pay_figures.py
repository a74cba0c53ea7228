"""Every figure of "would it pay?" with its two ends and where it is from."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from ftcore.decision.pay import FIGURES, Asked
from ftcore.decision.pay.catalogue import MONTHS
from ftcore.records.pay import Origin, PayFigure
from ftcore.report.paying import PayCase, set_figure
from ftcore.ui import page, session


def every(case: PayCase, project_id: int) -> None:
    """All of them, by what they belong to. How often it is trained again has its slider."""
    st.text(
        "Each is a range, or one number where both ends are the same. Empty a field to go back to what was found.",
        width=page.PROSE,
    )
    for group, asked_of in groupby(FIGURES, key=lambda asked: asked.group):
        st.markdown(f"**{page.plain(group)}**")
        for asked in asked_of:
            if asked.unit != MONTHS:
                _row(case, project_id, asked, "all")


def missing(case: PayCase, project_id: int) -> None:
    """Those without which nothing is concluded. Prices are asked for once it is chosen whose they are."""
    wanted = [asked for asked in FIGURES if asked.label in case.story.missing]
    chosen = {"tuned": case.tuned, "other": case.other}
    shown = [asked for asked in wanted if not _is_price(asked.key) or chosen[_way(asked.key)] is not None]
    for asked in shown:
        _row(case, project_id, asked, "missing")


def _is_price(key: str) -> bool:
    return "price" in key


def _way(key: str) -> str:
    return "other" if key.startswith("other") else "tuned"


def _row(case: PayCase, project_id: int, asked: Asked, where: str) -> None:
    figure = case.figures[asked.key]
    first, last, source = st.columns((4, 3, 4), gap="small", vertical_alignment="bottom")
    with first:
        _end(case, project_id, asked, figure, 0, where)
    with last:
        _end(case, project_id, asked, figure, 1, where)
    with source:
        st.text(figure.source)


def _end(case: PayCase, project_id: int, asked: Asked, figure: PayFigure, end: int, where: str) -> None:
    state = f"pay-{project_id}-{where}-{asked.key}-{end}"
    st.session_state[state] = _shown(figure, end)
    st.number_input(
        asked.label if end == 0 else "to",
        min_value=asked.least,
        max_value=asked.most,
        value=None,
        step=None,
        format="%.10g",
        placeholder="not known",
        icon=":material/attach_money:" if asked.unit == "$" else None,
        key=state,
        help=asked.explained if end == 0 else None,
        on_change=_keep,
        args=(case, project_id, asked.key, end, state),
    )


def _shown(figure: PayFigure, end: int) -> float | None:
    """What was typed as it was typed, everything else with five figures that mean something."""
    value = (figure.low, figure.high)[end]
    return value if value is None or figure.origin is Origin.YOU else float(f"{value:.5g}")


def _keep(case: PayCase, project_id: int, key: str, end: int, state: str) -> None:
    """The end that was typed stands; the other one makes room where they would cross. An emptied field takes both away."""
    typed, figure = st.session_state[state], case.figures[key]
    if typed is None:
        set_figure(session.db(), case, project_id, key, None)
        return
    value = float(typed)
    other = (figure.high, figure.low)[end]
    other = value if other is None else other
    ends = (value, max(value, other)) if end == 0 else (min(value, other), value)
    if not set_figure(session.db(), case, project_id, key, ends):
        st.toast("That figure is out of bounds. Nothing was changed.", icon=":material/block:")
