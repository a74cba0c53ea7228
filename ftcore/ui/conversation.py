"""One example as people read it: every turn, what was found in it, and a form to edit it. Nothing in it is rendered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.records import Example, Message, Problem, Project, TrainingExample, text_of
from ftcore.store import examples, problems
from ftcore.ui import conflicts, curate_state, page, session
from ftcore.ui.problem_words import SEVERITIES, name_of

SHOWN = 20_000
"""Characters of one turn that are drawn."""
FIELDS = {
    "system": ("Instructions", 90),
    "prompt": ("They write (the last turn)", 140),
    "response": ("You answer (the last turn)", 160),
    "note": ("Note", 0),
}
"""Label and height of what can be edited; 0 is one line."""
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


def edit_fields(project: Project, example: Example, *, key: str) -> None:
    """System, prompt, response and note as large fields, each saved as soon as it is left."""
    seen = _seen(project, example.id, key)
    gone = any(_field(example.id, key, name) not in st.session_state for name in FIELDS)  # it was not drawn for a while
    if not seen or gone or (example.version != seen["version"] and example.changed_by in ("", session.who())):
        _show_afresh(project, example, key)
    elif example.version != seen["version"]:
        who = page.plain(example.changed_by)
        st.info(f"{who} changed this row while it stood here. What you write is compared with it before it is saved.")
    for name, (label, height) in FIELDS.items():
        place = _field(example.id, key, name)
        kept: dict[str, Any] = {"key": place, "on_change": write_fields, "args": (project, example.id, key)}
        if height:
            st.text_area(label, height=height, **kept)
        else:
            st.text_input(label, **kept)
    st.caption("Saved when you leave a field.")


def write_fields(project: Project, example_id: int, key: str) -> bool:
    """Writes what differs from what was shown; False when somebody changed the row since, and both texts are kept.

    Safe to repeat: for the callbacks of the fields, and of what decides about the row."""
    seen = _seen(project, example_id, key)
    if not seen:
        return True
    now = {name: str(st.session_state.get(_field(example_id, key, name), seen["texts"][name])) for name in FIELDS}
    values = {name: text for name, text in now.items() if text != seen["texts"][name]}
    if not values:
        return True
    edit = CellEdit(example_id, seen["version"], values)
    saved = curation.save(session.db(), project.id, [edit], who=session.who())
    with session.db().read() as c:
        example = examples.get(c, example_id)
    if saved.conflicts:
        conflicts.remember(project, [(example_id, dict(values))])
        page.flash("Somebody changed it meanwhile: both versions are shown at the top.", icon=":material/call_merge:")
        _show_afresh(project, example, key)
        return False
    seen.update(version=example.version if saved.changed else seen["version"], texts=now)
    curate_state.check_again(project, session.counts(project).total)
    page.flash("Saved.")
    return True


def version_seen(project: Project, example_id: int, key: str, drawn: int) -> int:
    """The version that stood on the screen: as drawn, or as this person's own last edit made it since."""
    return max(drawn, int(_seen(project, example_id, key).get("version", 0)))


def _seen(project: Project, example_id: int, key: str) -> dict[str, Any]:
    found: dict[str, Any] = curate_state.remembered(f"seen-{key}", project).setdefault(str(example_id), {})
    return found


def _show_afresh(project: Project, example: Example, key: str) -> None:
    training = example.training
    texts = {
        "system": training.system,
        "prompt": training.prompt,
        "response": training.response,
        "note": example.note,
    }
    curate_state.remembered(f"seen-{key}", project)[str(example.id)] = {"version": example.version, "texts": texts}
    for name, text in texts.items():
        st.session_state[_field(example.id, key, name)] = text


def _field(example_id: int, key: str, name: str) -> str:
    return f"{key}-{example_id}-{name}"


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
