"""What some actions on many rows need to be told: a tag, instructions, what to find and what to put in its place."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ftcore.dataset import bulk
from ftcore.dataset.bulk import Preview, Selection
from ftcore.dataset.bulk_actions import REPLACE, SYSTEM, TAG, UNTAG, Action, Replacement
from ftcore.dataset.patterns import LONGEST, PatternError
from ftcore.records import Project
from ftcore.ui import differences, page, say, session
from ftcore.ui.table import grid_edits, table_counts

TITLES = {
    TAG: "Add a tag",
    UNTAG: "Take a tag off",
    SYSTEM: "Set the instructions",
    REPLACE: "Find and replace",
}
FIELDS = {"response": "You answer", "prompt": "They write", "system": "Instructions"}


@dataclass(frozen=True, slots=True)
class Asked:
    """`action` is None while something is missing. `rows` and `question` where more is known than how many rows were chosen."""

    action: Action | None
    rows: int | None = None
    question: str = ""


def draw(project: Project, kind: str, selection: Selection) -> Asked:
    """The action as far as it is told."""
    return _replace(project, selection) if kind == REPLACE else Asked(_told(project, kind))


def _told(project: Project, kind: str) -> Action | None:
    if kind == TAG:
        tags = grid_edits.read_tags(str(st.text_input("Tag", key="bulk-tag", max_chars=grid_edits.LONGEST_TAG)))
        return Action(TAG, tags[0]) if tags else None
    if kind == UNTAG:
        known = table_counts.choices(str(session.db().path), project.id).tags
        tag = st.selectbox("Tag", known, index=None, key="bulk-untag", placeholder="Choose a tag")
        return Action(UNTAG, tag) if tag else None
    text = st.text_area("Instructions (the system message)", key="bulk-system", height=160)
    if not text.strip():
        st.caption("Left empty, the instructions are taken out; the project's own short ones are then trained with.")
    return Action(SYSTEM, text.strip())


def _replace(project: Project, selection: Selection) -> Asked:
    find, put = st.columns(2, gap="medium")
    looked_for = find.text_input("Find", key="bulk-find", max_chars=LONGEST)
    new = put.text_input("Put in its place", key="bulk-put", placeholder="nothing: it is taken out")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        fields = st.pills(
            "In",
            list(FIELDS),
            selection_mode="multi",
            default=["response"],
            format_func=FIELDS.__getitem__,
            key="bulk-fields",
            label_visibility="collapsed",
        )
        pattern = st.checkbox("Is a pattern", key="bulk-pattern", help=r"A regular expression; \1 is its first group.")
        case = st.checkbox("Capital and small letters differ", key="bulk-case")
    if not looked_for or not fields:
        return Asked(None, question="Say what is to be found.")
    action = Action(REPLACE, Replacement(looked_for, new, tuple(fields), pattern=pattern, case=case))
    try:
        found = bulk.preview(session.db(), project.id, selection, action)
    except PatternError as error:
        st.warning(page.plain(str(error)), icon=":material/info:")
        return Asked(None, question="Nothing can be replaced like that.")
    _preview(found)
    if not found.complete:
        return Asked(action)
    if not found.rows:
        return Asked(None, question="Nothing would be changed.")
    places = f"{say.count(found.places, 'place')} in {say.count(found.rows, 'row')}"
    return Asked(action, found.rows, f"Replace at {places}? One Undo brings the old texts back.")


def _preview(found: Preview) -> None:
    if not found.complete:
        seen = f"{say.count(found.places, 'place')} in {say.count(found.rows, 'row')}"
        st.markdown(f"**{seen} among the first {found.looked:,}**; the others are looked through when it is done.")
    if not found.rows:
        st.markdown("**It is nowhere in these rows.**")
        return
    with st.container(height=320):
        for one in found.first:
            for name, label in FIELDS.items():
                before, after = getattr(one.before.training, name), getattr(one.after, name)
                if before != after:
                    with st.container(gap="xxsmall"):
                        st.caption(f"Row {one.before.id} · {label}")
                        differences.draw(before, after)
