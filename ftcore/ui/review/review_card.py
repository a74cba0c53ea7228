"""The example under review: every turn as calm, large text, with the places marked that a problem is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import streamlit as st

from ftcore.records import Example, Message, Problem, Status, TrainingExample, text_of
from ftcore.ui import highlight
from ftcore.ui.detail import conversation
from ftcore.ui.review import review_edit
from ftcore.ui.review.review_state import View

ROLES = {"system": ("system", "developer"), "prompt": ("user",), "response": ("assistant",)}
FILE_NAME = 24
"""Characters of a file's name that fit beside the rest."""


def draw(view: View, example: Example, *, editing: bool) -> None:
    if editing:
        review_edit.draw(view.project, example)
        return
    words = view.course.where.text.split()
    places = _places(example.training)
    for at, message in enumerate(example.training.messages):
        mine = [p for p in view.problems if places.get(p.where) == at]
        _turn(message, mine, words)


def source(example: Example) -> str:
    """Which row it is, and how it stands."""
    line = f", line {example.line} of {cut(example.source, FILE_NAME)}" if example.line else ""
    split = f"{example.split} split" if example.split else "no split"
    status = "" if example.status is Status.DRAFT else f" · {example.status}"
    return f"Row {example.id}{line} · {split}{status}"


def _turn(message: Message, mine: Sequence[Problem], words: Sequence[str]) -> None:
    name, icon = conversation.ROLES.get(str(message.get("role")), ("Turn", ":material/chat:"))
    text, spans = text_of(message), _spans(mine)
    if message.get("role") in ROLES["system"] and not spans:
        # The same in most rows, and often long: one look is enough.
        with st.expander(name, icon=icon):
            highlight.draw(text, (), words)
        return
    with st.container(gap="xxsmall"):
        st.caption(f"{icon} {name}")
        if text:
            highlight.draw(text, spans, words)
        else:
            st.markdown("*(empty)*")
        calls: Sequence[object] = message.get("tool_calls") or ()
        if calls:
            st.code(json.dumps(calls, ensure_ascii=False, indent=2)[: conversation.SHOWN], language="json")


def short(row: Example, characters: int = 400) -> None:
    """Another row beside this one: what is asked, and the answer."""
    for name, text in (("They write", row.training.prompt), ("You answer", row.training.response)):
        st.caption(name)
        st.text(cut(text, characters))


def cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[:characters]}…"


def _spans(found: Iterable[Problem]) -> list[tuple[int, int]]:
    return [(p.start, p.end if p.end is not None else p.start) for p in found if p.start is not None]


def _places(training: TrainingExample) -> dict[str, int]:
    """Which message each text of a problem is: the first system message, the last question, the last answer."""
    roles = [str(message.get("role")) for message in training.messages]
    found = {name: [at for at, role in enumerate(roles) if role in mine] for name, mine in ROLES.items()}
    return {name: places[0 if name == "system" else -1] for name, places in found.items() if places}
