"""One example as people read it: every turn, what was found in it, and a form to edit it. Nothing in it is rendered."""

from __future__ import annotations

import json
from collections.abc import Sequence

import streamlit as st

from ftcore.dataset import curation
from ftcore.records import Message, Problem, Project, TrainingExample, text_of
from ftcore.store import problems
from ftcore.ui import page, session
from ftcore.ui.problems.problem_words import SEVERITIES, name_of

SHOWN = 20_000
"""Characters of one turn that are drawn."""
ROLES = {
    "system": ("Instructions", ":material/settings:"),
    "developer": ("Instructions", ":material/settings:"),
    "user": ("They write", ":material/person:"),
    "assistant": ("You answer", ":material/edit_note:"),
    "tool": ("A tool gives back", ":material/build:"),
    "function": ("A tool gives back", ":material/build:"),
}


def show(training: TrainingExample) -> None:
    """Every turn in its order."""
    for message in training.messages:
        _turn(message)


def show_problems(project: Project, example_id: int, *, on_change: str = "") -> None:
    """What was found, each with a way to ignore it here."""
    with session.db().read() as c:
        found = problems.of_example(c, example_id)
    for place, problem in enumerate(found):
        _problem(project, example_id, problem, f"{on_change}{place}")


def _turn(message: Message) -> None:
    name, icon = ROLES.get(str(message.get("role")), ("Turn", ":material/chat:"))
    with st.chat_message(name, avatar=icon):
        st.markdown(f"**{name}**")
        text = text_of(message)
        if text:
            st.text(text[:SHOWN])
        if len(text) > SHOWN:
            st.caption(f"The first {SHOWN:,} of {len(text):,} characters.")
        calls: Sequence[object] = message.get("tool_calls") or ()
        if calls:
            st.code(json.dumps(calls, ensure_ascii=False, indent=2)[:SHOWN], language="json")


def _problem(project: Project, example_id: int, problem: Problem, place: str) -> None:
    icon, severity = SEVERITIES[problem.severity]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{icon} **{page.plain(name_of(problem.code))}** ({severity.lower()})")
        st.text(problem.message, width="stretch")
        st.button(
            "Ignore here",
            key=f"ignore-{example_id}-{problem.code}-{place}",
            type="tertiary",
            on_click=_ignore,
            args=(project.id, example_id, problem.code),
        )


def _ignore(project_id: int, example_id: int, code: str) -> None:
    curation.ignore(session.db(), project_id, [example_id], code, who=session.who())
    page.flash(f"“{name_of(code)}” is ignored at this row. Undo brings it back.")
