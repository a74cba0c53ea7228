"""One row's conversation as fields: a text a turn, the arguments of its tool calls, its tags, its note, a worse answer. Each is
saved as soon as it is left; a row that somebody changed meanwhile is not overwritten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ftcore.dataset import turn_edits, turns
from ftcore.dataset.turns import TurnError
from ftcore.records import Example, Message, Project, TrainingExample
from ftcore.store import examples
from ftcore.ui import page, session
from ftcore.ui.curate import conflicts, curate_state
from ftcore.ui.detail import conversation, detail_fields

HEIGHTS = {"system": 90, "developer": 90, "user": 120, "assistant": 150, "tool": 90}
ADDED = {"user": "They write", "assistant": "You answer", "system": "Instructions"}


def draw(project: Project, row: Example) -> None:
    _keep_fresh(project, row)
    for at, message in enumerate(row.training.messages):
        _turn(project, row, at, message)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for role, label in ADDED.items():
            if role != "system" or not row.training.system:
                place = 0 if role == "system" else len(row.training.messages)
                change = _change(project, row, f"Added a turn to row {row.id}", turns.add, place, role)
                st.button(f"Add: {label}", key=f"add-{role}-{row.id}", type="tertiary", **change)
    _field(project, row, detail_fields.TAGS, "Tags, with commas between")
    _field(project, row, detail_fields.NOTE, "Note")
    worse = "Your model would learn to prefer the answer above to this one."
    _field(project, row, detail_fields.WORSE, "A worse answer (for preference training)", height=80, help_=worse)
    st.caption("Saved when you leave a field.")


def _turn(project: Project, row: Example, at: int, message: Message) -> None:
    role = str(message.get("role"))
    label, icon = conversation.ROLES.get(role, ("Turn", ":material/chat:"))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        unread = " · only read, not learnt" if message.get("weight") == 0 else ""
        st.markdown(f"{icon} **{label}**{unread}", width="stretch")
        with st.popover("", icon=":material/more_vert:", type="tertiary", help=f"Turn {at + 1}: move, remove"):
            _menu(project, row, at, message)
    if turns.can_be_edited(message) and (message.get("content") is not None or not message.get("tool_calls")):
        _field(project, row, f"turn:{at}", f"Turn {at + 1}", height=HEIGHTS.get(role, 90), hidden=True)
    elif not turns.can_be_edited(message):
        st.text("This turn holds more than text. It can be moved or removed, and is kept as it is.")
    for call, _ in enumerate(detail_fields.arguments_of(message)):
        function = (
            message["tool_calls"][call].get("function") if isinstance(message["tool_calls"][call], dict) else None
        )
        name = str(function.get("name", "")) if isinstance(function, dict) else ""
        _field(project, row, f"call:{at}:{call}", f"Calls {page.plain(name[:64])} with (JSON)", height=110)


def _menu(project: Project, row: Example, at: int, message: Message) -> None:
    def entry(label: str, told: str, act: Callable[..., TrainingExample], *values: Any, off: bool = False) -> None:
        change = _change(project, row, f"{told} of row {row.id}", act, at, *values)
        st.button(label, key=f"{label}-{row.id}-{at}", width="stretch", disabled=off, **change)

    last = len(row.training.messages) - 1
    entry("Move up", "Moved a turn", turns.move, max(0, at - 1), off=at == 0)
    entry("Move down", "Moved a turn", turns.move, min(last, at + 1), off=at == last)
    if message.get("role") == "assistant":
        read_only = message.get("weight") == 0
        label = "Learn this answer too" if read_only else "Only read, don't learn"
        entry(label, "Changed what is learnt", turns.with_weight, None if read_only else 0)
    entry("Remove this turn", "Removed a turn", turns.remove, off=last == 0)


def _change(
    project: Project, row: Example, label: str, act: Callable[..., TrainingExample], *values: Any
) -> dict[str, Any]:
    return {"on_click": _restructure, "args": (project, row, label, act, values)}


def _restructure(
    project: Project, row: Example, label: str, act: Callable[..., TrainingExample], values: tuple[Any, ...]
) -> None:
    """Changes the turns as they were drawn; a text under way goes first."""
    if not write(project, row.id):
        return
    with session.db().read() as c:
        stands = examples.get(c, row.id)
    if stands.version != max(row.version, int(_seen(project, row.id).get("version", 0))):
        page.flash(f"{stands.changed_by or 'Somebody'} changed this row meanwhile. Nothing was changed: look again.")
        return
    try:
        turn_edits.save_training(session.db(), stands, act(stands.training, *values), who=session.who(), label=label)
    except TurnError as error:
        page.flash(str(error), icon=":material/info:")


def write(project: Project, example_id: int) -> bool:
    """Writes what differs from what was shown; False when it was not saved. Safe to repeat: for callbacks."""
    seen = _seen(project, example_id)
    if not seen:
        return True
    fields = {name: str(st.session_state.get(_key(example_id, name), text)) for name, text in seen["texts"].items()}
    typed = {name: text for name, text in fields.items() if text != seen["texts"][name]}
    if not typed:
        return True
    with session.db().read() as c:
        row = examples.get(c, example_id)
    if row.version != seen["version"]:
        return _keep_both(project, row, typed)
    values, wrong = detail_fields.values_of(row, typed)
    seen["wrong"] = wrong
    saved = turn_edits.save(
        session.db(),
        project.id,
        example_id,
        values,
        version=seen["version"],
        who=session.who(),
        label=detail_fields.label_of(values, example_id),
    )
    if saved.conflicts:
        return _keep_both(project, saved.conflicts[0].theirs, typed)
    with session.db().read() as c:
        now = examples.get(c, example_id)
    if saved.changed:
        seen["version"] = now.version
        page.flash("Saved.")
        if "training" in values:
            curate_state.check_again(project, session.counts(project).total)
    seen["texts"] |= {name: text for name, text in typed.items() if name not in wrong}
    return not wrong


def _keep_both(project: Project, theirs: Example, typed: dict[str, str]) -> bool:
    conflicts.remember(project, [(theirs.id, dict(typed))])
    page.flash("Somebody changed it meanwhile: both versions are shown at the top.", icon=":material/call_merge:")
    _show_afresh(project, theirs)
    return False


def _field(
    project: Project,
    row: Example,
    name: str,
    label: str,
    *,
    height: int = 0,
    hidden: bool = False,
    help_: str | None = None,
) -> None:
    kept: dict[str, Any] = {
        "key": _key(row.id, name),
        "on_change": write,
        "args": (project, row.id),
        "help": help_,
        "label_visibility": "collapsed" if hidden else "visible",
    }
    if height:
        st.text_area(label, height=height, **kept)
    else:
        st.text_input(label, **kept)
    if said := _seen(project, row.id).get("wrong", {}).get(name):
        st.error(page.plain(said), icon=":material/error:")


def _keep_fresh(project: Project, row: Example) -> None:
    """The fields show what is stored, unless somebody is typing over a version that another person changed since."""
    seen = _seen(project, row.id)
    texts = detail_fields.texts_of(row)
    gone = any(_key(row.id, name) not in st.session_state for name in texts)  # it was not drawn for a while
    if not seen or gone or row.version != seen["version"] or seen["texts"].keys() != texts.keys():
        _show_afresh(project, row)


def _show_afresh(project: Project, row: Example) -> None:
    texts = detail_fields.texts_of(row)
    curate_state.remembered("detail", project)[str(row.id)] = {"version": row.version, "texts": texts, "wrong": {}}
    for name, text in texts.items():
        st.session_state[_key(row.id, name)] = text


def _seen(project: Project, example_id: int) -> dict[str, Any]:
    found: dict[str, Any] = curate_state.remembered("detail", project).setdefault(str(example_id), {})
    return found


def _key(example_id: int, name: str) -> str:
    return f"detail-{example_id}-{name}"
