"""The fields of a row in the review, each saved as it is left. Where answers are labels, the known ones are a list to choose
from, and a new one is asked about before it is saved."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset import curation, labels
from ftcore.dataset.curation import CellEdit
from ftcore.records import Example, Project, TrainingExample
from ftcore.store import examples
from ftcore.ui import page, session
from ftcore.ui.curate import conflicts, curate_state
from ftcore.ui.review import review_state

KEY = "review-edit"
FIELDS = {
    "prompt": ("They write", 140),
    "response": ("You answer", 160),
    "note": ("Note", 0),
    "system": ("Instructions", 90),
}
"""Label and height of what can be edited; 0 is one line."""
LAST = " (the last of several turns)"
INFO = ":material/info:"


def draw(project: Project, example: Example) -> None:
    seen = _seen(project, example.id)
    gone = any(field(example.id, name) not in st.session_state for name in FIELDS)  # it was not drawn for a while
    if not seen or gone or (example.version != seen["version"] and example.changed_by in ("", session.who())):
        _show_afresh(project, example)
    elif example.version != seen["version"]:
        who = page.plain(example.changed_by)
        st.info(f"{who} changed this row while it stood here. What you write is compared with it before it is saved.")
    several = sum(message.get("role") == "assistant" for message in example.training.messages) > 1
    for name, (label, height) in FIELDS.items():
        said = label + (LAST if several and name in ("prompt", "response") else "")
        kept: dict[str, Any] = {"key": field(example.id, name), "on_change": write, "args": (project, example.id)}
        known = known_labels(project) if name == "response" else ()
        if known:
            _label(project, example, said, known, kept)
        elif height:
            st.text_area(said, height=height, **kept)
        else:
            st.text_input(said, **kept)
    st.caption("Saved when you leave a field.")


def write(project: Project, example_id: int) -> bool:
    """Writes what differs from what was shown. False when somebody changed the row since, and both texts are kept; or when a
    new label waits for a yes.

    Safe to repeat: for the callbacks of the fields, and of what decides about the row."""
    seen = _seen(project, example_id)
    if not seen:
        return True
    now = {name: str(st.session_state.get(field(example_id, name), seen["texts"][name])) for name in FIELDS}
    doubted = _new_label(project, example_id, now["response"], seen["texts"]["response"])
    if doubted:
        now["response"] = seen["texts"]["response"]
    values = {name: text for name, text in now.items() if text != seen["texts"][name]}
    if not values:
        return not doubted
    edit = CellEdit(example_id, seen["version"], values)
    saved = curation.save(session.db(), project.id, [edit], who=session.who())
    with session.db().read() as c:
        example = examples.get(c, example_id)
    if saved.conflicts:
        conflicts.remember(project, [(example_id, dict(values))])
        page.flash("Somebody changed it meanwhile: both versions are shown at the top.", icon=":material/call_merge:")
        _show_afresh(project, example)
        return False
    seen.update(version=example.version if saved.changed else seen["version"], texts=now)
    curate_state.check_again(project, session.counts(project).total)
    page.flash("Saved.")
    return not doubted


def ready(project: Project, example_id: int) -> bool:
    """Before a key goes on from the row: writes what was typed; False, and says why, when the row has to stay."""
    written = write(project, example_id)
    if not written and waiting_label(project, example_id):
        page.flash("Say first whether the new label is right.", icon=INFO)
    return written


def version_seen(project: Project, example_id: int, drawn: int) -> int:
    """The version that stood on the screen: as drawn, or as this person's own last edit made it since."""
    return max(drawn, int(_seen(project, example_id).get("version", 0)))


def known_labels(project: Project) -> tuple[str, ...]:
    """The labels of the project's answers, as they are written, in the order of the alphabet; none where answers are no labels."""
    with session.db().read() as c:
        found = labels.known(c, project.id)
    return tuple(sorted({*found, *_allowed(project)})) if found else ()


def waiting_label(project: Project, example_id: int) -> str:
    """The new label that was chosen for a row and not yet confirmed; "" without one."""
    seen = _seen(project, example_id)
    text = str(st.session_state.get(field(example_id, "response"), "")) if seen else ""
    return text if seen and _new_label(project, example_id, text, seen["texts"]["response"]) else ""


def field(example_id: int, name: str) -> str:
    return f"{KEY}-{example_id}-{name}"


def _label(project: Project, example: Example, said: str, known: tuple[str, ...], kept: dict[str, Any]) -> None:
    """A list to choose from, and to type into; under it what to know before a new label is saved."""
    now = str(st.session_state[kept["key"]])
    options = known if now in known else (now, *known)
    st.selectbox(said, options, accept_new_options=True, placeholder="A label", **kept)
    new = waiting_label(project, example.id)
    if not new:
        return
    near = labels.closest(new, known)
    like = f" The closest one is “{page.plain(near)}”." if near else ""
    st.warning(f"**New label, not saved yet.** “{page.plain(new)}” is none of the {len(known):,} labels.{like}")
    choices = [("Use the new label", "allow", None), *([(f"Use “{page.plain(near)}”", "near", near)] if near else [])]
    with st.container(horizontal=True, gap="small"):
        for text, key, label in [
            *choices,
            ("Leave it as it was", "back", _seen(project, example.id)["texts"]["response"]),
        ]:
            args = (project, example.id, new, label)
            st.button(text, key=f"label-{key}-{example.id}", on_click=_settle, args=args)


def _settle(project: Project, example_id: int, new: str, label: str | None) -> None:
    """Takes the new label, or another in its place."""
    if label is None:
        _allowed(project).append(new)
    else:
        st.session_state[field(example_id, "response")] = label
    write(project, example_id)


def _new_label(project: Project, example_id: int, text: str, before: str) -> bool:
    if text == before or field(example_id, "response") not in st.session_state:
        return False
    known = known_labels(project)
    return bool(known) and text not in known


def _allowed(project: Project) -> list[str]:
    """New labels that somebody said yes to: the checks count them only later."""
    found: list[str] = review_state.of(project).setdefault("labels", [])
    return found


def _seen(project: Project, example_id: int) -> dict[str, Any]:
    found: dict[str, Any] = curate_state.remembered(f"seen-{KEY}", project).setdefault(str(example_id), {})
    return found


def _show_afresh(project: Project, example: Example) -> None:
    texts = _texts(example.training) | {"note": example.note}
    curate_state.remembered(f"seen-{KEY}", project)[str(example.id)] = {"version": example.version, "texts": texts}
    for name, text in texts.items():
        st.session_state[field(example.id, name)] = text


def _texts(training: TrainingExample) -> dict[str, str]:
    return {"system": training.system, "prompt": training.prompt, "response": training.response}
