"""The figures that matter most, to move: one handle for a number, two for a range. Each is kept for everybody in the project."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ftcore.decision.pay import BY_KEY, NEVER
from ftcore.records.pay import Origin
from ftcore.report.paying import PayCase, set_figure
from ftcore.ui import page, session

HOURS_ONCE = (0, 1, 2, 4, 8, 12, 16, 24, 40, 60, 80, 120, 160, 240, 400)
HOURS_MONTH = (0, 0.5, 1, 2, 3, 4, 6, 8, 12, 16, 24, 40, 80, 160)
RATES = (0, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200, 300)
HOSTING = (0, 10, 20, 50, 100, 200, 300, 500, 750, 1000, 1250, 1500, 2000, 3000, 5000, 10_000)
MONTHS = (1, 2, 3, 4, 6, 9, 12, 18, 24, 36, NEVER)


def people(case: PayCase, project_id: int, places: Sequence[DeltaGenerator]) -> None:
    """Hours of people, in three places beside each other."""
    with places[0]:
        _slider(case, project_id, "hours_once", HOURS_ONCE, lambda hours: f"{hours:g}")
    with places[1]:
        _slider(case, project_id, "hours_month", HOURS_MONTH, lambda hours: f"{hours:g}", "Hours each month")
    with places[2]:
        _slider(case, project_id, "hour_rate", RATES, lambda dollars: f"${dollars:,.0f}")


def running(case: PayCase, project_id: int, places: Sequence[DeltaGenerator]) -> None:
    """What keeping it running takes, in two places."""
    with places[0]:
        _slider(case, project_id, "hosting_month", HOSTING, lambda dollars: f"${dollars:,.0f}")
        hour, hours = case.figures["hosting_hour"], case.figures["hosting_hours"]
        if hour.high:
            st.text(f"and {hour.text} an hour, {hours.text} a month")
    with places[1]:
        _slider(case, project_id, "retrain_every", MONTHS, _months)


def _slider(
    case: PayCase, project_id: int, key: str, steps: Sequence[float], said: Callable[[float], str], label: str = ""
) -> None:
    asked, figure = BY_KEY[key], case.figures[key]
    low = figure.low if figure.low is not None else steps[0]
    high = figure.high if figure.high is not None else steps[-1]
    options = sorted(
        {*(float(step) for step in steps), low, high}
    )  # what was typed elsewhere has its place on the scale
    kind = "range" if low < high else "number"
    state = _named(f"pay-{project_id}-slide-{kind}-{key}", (low, high))
    st.select_slider(
        label or asked.label,
        options,
        value=(low, high) if low < high else low,
        format_func=said,
        key=state,
        help=f"{asked.explained} {_from(figure.origin, figure.source)}",
        on_change=_keep,
        args=(case, project_id, key, state),
    )


def _named(state: str, kept: tuple[float, float]) -> str:
    """The widget's key. It changes only where somebody else has changed the figure meanwhile: a slider of ranges takes its value when
    it is made, and one that is made anew loses the keyboard's focus."""
    made = st.session_state.setdefault(f"{state}-made", 0)
    if f"{state}-{made}" in st.session_state and _ends(st.session_state[f"{state}-{made}"]) != kept:
        made = st.session_state[f"{state}-made"] = made + 1
    return f"{state}-{made}"


def _from(origin: Origin, source: str) -> str:
    return f"Now: {page.plain(source)}." if origin is not Origin.YOU else "Now: as you set it."


def _months(months: float) -> str:
    return "never" if math.isinf(months) else f"{months:g}"


def _ends(moved: float | tuple[float, float]) -> tuple[float, float]:
    """Of a slider with one handle, which is one number, or with two."""
    low, high = moved if isinstance(moved, tuple) else (moved, moved)
    return float(low), float(high)


def _keep(case: PayCase, project_id: int, key: str, state: str) -> None:
    set_figure(session.db(), case, project_id, key, _ends(st.session_state[state]))
