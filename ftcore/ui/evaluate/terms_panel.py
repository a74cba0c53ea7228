"""The project's words: those that an answer must use, must not use, and those that stand for older ones."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.records import Project
from ftcore.store import projects
from ftcore.ui import page, session

MOST = 20_000
ARROW = "->"
FIELDS = (
    ("required", "Terms that belong in an answer", "One on each line. Counted where the expected answer uses them."),
    ("forbidden", "Terms that must not be used", "One on each line."),
    ("preferred", "The right word for a wrong one", f"One pair on each line: old {ARROW} new."),
)


def draw(project: Project) -> None:
    st.text(
        "With these, a comparison can measure whether answers use your organisation's words. Each field is saved when you "
        "leave it.",
        width=page.PROSE,
    )
    with session.db().read() as c:
        stored = projects.terms(c, project.id)
    for name, label, told in FIELDS:
        key = f"terms-{name}-{project.id}"
        text = written(name, stored.get(name))
        if key not in st.session_state or st.session_state.get(f"{key}-stored") != text:
            st.session_state[key] = st.session_state[f"{key}-stored"] = text
        st.text_area(
            label, key=key, height=110, max_chars=MOST, help=told, on_change=_save, args=(project.id, name, key)
        )


def written(name: str, stored: Any) -> str:
    """Terms as they stand in their field."""
    if name == "preferred":
        return "\n".join(f"{old} {ARROW} {new}" for old, new in (stored or {}).items())
    return "\n".join(stored or [])


def read(name: str, text: str) -> tuple[Any, list[int]]:
    """The terms in a field, each once, and the numbers of the lines that are no pair."""
    lines = [(at, line.strip()) for at, line in enumerate(text.splitlines(), 1) if line.strip()]
    if name != "preferred":
        return list(dict.fromkeys(line for _, line in lines)), []
    pairs, wrong = {}, []
    for at, line in lines:
        old, arrow, new = (part.strip() for part in _plain_arrow(line).partition(ARROW))
        if arrow and old and new:
            pairs[old] = new
        else:
            wrong.append(at)
    return pairs, wrong


def _plain_arrow(line: str) -> str:
    """Word processors make other arrows of it; where ours stands, another is part of a word."""
    if ARROW in line:
        return line
    for other in ("→", "⇒", "=>"):
        line = line.replace(other, ARROW)
    return line


def _save(project_id: int, name: str, key: str) -> None:
    found, wrong = read(name, str(st.session_state[key] or ""))
    with session.db().write() as c:
        terms = {**projects.terms(c, project_id), name: found}
        projects.set_terms(c, project_id, terms)
    st.session_state[f"{key}-stored"] = written(name, found)
    both = sorted(set(terms.get("required") or ()) & set(terms.get("forbidden") or ()))
    if wrong:
        several = (
            f"Lines {', '.join(map(str, wrong[:5]))} are no pairs and"
            if len(wrong) > 1
            else f"Line {wrong[0]} is no pair and"
        )
        page.flash(
            f"The pairs are saved. {several} not saved: write the old word, {ARROW}, and the new one.",
            icon=":material/block:",
        )
    elif both:
        page.flash(f"Saved. “{both[0]}” both belongs in an answer and must not be used.", icon=":material/warning:")
    else:
        page.flash("Saved.")
