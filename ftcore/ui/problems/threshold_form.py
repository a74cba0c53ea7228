"""The thresholds of the checks, as a form: each with what it means, its unit and what it is by default."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from ftcore.dataset.limits import LIMITS, Limits, Threshold
from ftcore.records import Project
from ftcore.ui.problems import problem_actions


def draw(project: Project) -> None:
    """Folded."""
    limits = Limits.from_json(project.limits)
    changed = [one for one in LIMITS if getattr(limits, one.name) != one.default]
    label = "Thresholds: what counts as a problem" + (f" ({len(changed)} changed)" if changed else "")
    fold = st.expander(label, icon=":material/tune:", key="threshold-fold", on_change="rerun")
    if not fold.open:
        return
    with fold, st.form(f"thresholds-{project.id}", border=False):
        for start in range(0, len(LIMITS), 2):  # by twos, so that they stand in line
            for place, one in zip(st.columns(2, gap="large"), LIMITS[start : start + 2], strict=False):
                with place:
                    _field(project, one, limits)
        st.form_submit_button("Save and check everything again", on_click=_save, args=(project, limits))
    if changed:
        with fold:
            st.button(
                "Back to the defaults", key="thresholds-default", type="tertiary", on_click=_reset, args=(project,)
            )


def _field(project: Project, one: Threshold, limits: Limits) -> None:
    value = getattr(limits, one.name)
    scale = _scale(one)
    numbers = {"min_value": one.low, "max_value": one.high, "value": value, "step": one.step}
    whole = one.whole or scale == 100
    read = (lambda number: round(number * scale)) if whole else float
    shown: dict[str, Any] = {name: read(number) for name, number in numbers.items()}
    unit = f"% {one.unit}" if scale == 100 else one.unit
    st.number_input(
        f"{one.label} ({unit})",
        key=_key(project, one, value),
        help=one.help,
        **shown,
    )
    st.caption(f"{read(one.default):,} by default")


def _scale(one: Threshold) -> int:
    """Shares are shown as percents."""
    return 100 if one.high <= 1 else 1


def _key(project: Project, one: Threshold, value: float) -> str:
    """With the value in it: a threshold that was changed elsewhere is shown as it is now."""
    return f"limit-{project.id}-{one.name}-{value}"


def _save(project: Project, limits: Limits) -> None:
    values: dict[str, Any] = {}
    for one in LIMITS:
        typed = st.session_state.get(_key(project, one, getattr(limits, one.name)))
        if typed is not None:
            values[one.name] = one.clamp(typed / 100 if _scale(one) == 100 else typed)
    problem_actions.keep_limits(project, replace(limits, **values))


def _reset(project: Project) -> None:
    problem_actions.keep_limits(project, Limits(off=Limits.from_json(project.limits).off))
