"""What is asked after "not sure": each with the field that fits it, kept as soon as the field is left."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.decision.framework import FollowUp, Question
from ftcore.records import Project
from ftcore.ui import page, session
from ftcore.ui.decide import decide_state
from ftcore.ui.decide.decide_state import Decided

EXAMPLES = 3
LONGEST = 4_000
LARGEST = 1_000_000_000_000
MONEY = ("dollar", "euro", "pound", "$", "€", "£")
"""In a unit, they say that there are parts of one."""


def draw(project: Project, question: Question, decided: Decided) -> None:
    st.markdown("**What somebody who knows this would ask next.** Answer what you can; each is kept as you go.")
    for asked in question.follow_ups:
        _field(project.id, asked, decided.details.get(asked.key))


def _field(project_id: int, asked: FollowUp, stands: Any) -> None:
    key = f"detail-{project_id}-{asked.key}"
    about: dict[str, Any] = {"help": page.plain(asked.help), "on_change": _keep, "args": (project_id, asked.key, key)}
    label = page.plain(asked.ask)
    if asked.kind == "number":
        _number(label, asked, key, stands, about)
    elif asked.kind == "choice":
        st.session_state.setdefault(key, stands if stands in asked.choices else None)
        st.selectbox(
            label,
            list(asked.choices),
            format_func=lambda one: asked.choices.get(one, str(one)),
            key=key,
            index=None,
            placeholder="Choose",
            **about,
        )
    elif asked.kind == "examples":
        _examples(project_id, label, asked, key, stands)
    else:
        st.session_state.setdefault(key, str(stands or ""))
        st.text_area(label, key=key, max_chars=LONGEST, height=68, **about)


def _number(label: str, asked: FollowUp, key: str, stands: Any, about: dict[str, Any]) -> None:
    unit = f" ({page.plain(asked.unit)})" if asked.unit else ""
    known = stands if isinstance(stands, int | float) and not isinstance(stands, bool) else None
    if any(sign in asked.unit.lower() for sign in MONEY):
        st.session_state.setdefault(key, None if known is None else float(known))
        st.number_input(label + unit, 0.0, float(LARGEST), value=None, step=1.0, format="%.2f", key=key, **about)
        return
    st.session_state.setdefault(key, None if known is None else int(known))
    st.number_input(label + unit, 0, LARGEST, value=None, step=1, key=key, **about)


def _examples(project_id: int, label: str, asked: FollowUp, key: str, stands: Any) -> None:
    """Three fields, so that each can be kept by itself."""
    kept = [str(one) for one in stands] if isinstance(stands, list) else []
    for number in range(EXAMPLES):
        place = f"{key}-{number}"
        st.session_state.setdefault(place, kept[number] if number < len(kept) else "")
        st.text_area(
            f"{label} ({number + 1} of {EXAMPLES})",
            key=place,
            max_chars=LONGEST,
            height=68,
            help=page.plain(asked.help) if number == 0 else None,
            on_change=_keep_examples,
            args=(project_id, asked.key, number, place),
        )


def _keep(project_id: int, name: str, key: str) -> None:
    value = st.session_state.get(key)
    if isinstance(value, str):
        value = value.strip()[:LONGEST]
    decide_state.detail(session.db(), project_id, name, value, who=session.who())
    page.flash("Saved.")


def _keep_examples(project_id: int, name: str, number: int, place: str) -> None:
    text = str(st.session_state.get(place) or "").strip()[:LONGEST]
    decide_state.pasted(session.db(), project_id, name, number, text, who=session.who())
    page.flash("Saved.")
