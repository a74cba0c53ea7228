"""Every figure of "would it pay?" with its two ends and where it is from."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from ftcore.decision.pay import BY_KEY, FIGURES, Asked
from ftcore.decision.pay.catalogue import MONTHS
from ftcore.records.pay import Origin, PayFigure
from ftcore.report.paying import PayCase, set_figure
from ftcore.ui import page, session

TO = "to, if it is a range"


def every(case: PayCase, project_id: int) -> None:
    """All of them, by what they belong to. How often it is trained again has its slider."""
    st.text(
        "One number is enough; type a second one where you know only a range. Empty the first field to go back to what was found.",
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


def row(case: PayCase, project_id: int, key: str, where: str) -> None:
    """One figure with its two fields, the second for those who want a range."""
    first, last = st.columns(2, gap="medium", vertical_alignment="bottom")
    for end, place in enumerate((first, last)):
        with place:
            _end(case, project_id, BY_KEY[key], case.figures[key], end, where)


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
        asked.label if end == 0 else TO,
        min_value=asked.least,
        max_value=asked.most,
        value=None,
        step=None,
        format="%.10g",
        placeholder=_instead(figure, end),
        icon=":material/attach_money:" if asked.unit == "$" else None,
        key=state,
        help=asked.explained if end == 0 else None,
        on_change=_keep,
        args=(case, project_id, asked.key, end, state),
    )


def _shown(figure: PayFigure, end: int) -> float | None:
    """A number stands in the first field alone. A range stands in both where a person typed it; one that was found stands
    behind the empty fields, so that whoever types a number replaces all of it. With five figures that mean something."""
    value = (figure.low, figure.high)[end]
    if value is None or (figure.low == figure.high and end == 1):
        return None
    if figure.origin is Origin.YOU:
        return value
    return float(f"{value:.5g}") if figure.low == figure.high else None


def _instead(figure: PayFigure, end: int) -> str:
    if end == 1 or figure.low is None:
        return "one number" if end == 1 else "not known"
    return f"{figure.origin}: {figure.text}"


def _keep(case: PayCase, project_id: int, key: str, end: int, state: str) -> None:
    """One number is both ends; a second one opens a range. An emptied first field goes back to what was found, an emptied
    second one to the first."""
    typed, figure = st.session_state[state], case.figures[key]
    ends = ends_typed(figure, end, None if typed is None else float(typed))
    if not set_figure(session.db(), case, project_id, key, ends):
        st.toast("That figure is out of bounds. Nothing was changed.", icon=":material/block:")


def ends_typed(figure: PayFigure, end: int, value: float | None) -> tuple[float, float] | None:
    """Both ends after `value` was typed (None = emptied) in the first (0) or the second field (1); None = back to what was found."""
    low, high = figure.low, figure.high
    opened = figure.origin is Origin.YOU and low != high
    if end == 0:
        if value is None:
            return None
        return (value, high) if opened and high is not None and high >= value else (value, value)
    if value is None:
        return None if low is None else (low, low)
    return (value, value) if low is None else (min(low, value), max(low, value))
