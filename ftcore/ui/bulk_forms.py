"""What some actions on many rows need to be told: a tag, instructions, what to find and what to put in its place."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import bulk
from ftcore.dataset.bulk import Preview, Selection
from ftcore.dataset.bulk_actions import REPLACE, SYSTEM, TAG, UNTAG, Action, Replacement
from ftcore.dataset.patterns import LONGEST, PatternError
from ftcore.records import Project
from ftcore.ui import differences, grid_edits, page, say, session, table_counts

TITLES = {
    TAG: "Add a tag",
    UNTAG: "Take a tag off",
    SYSTEM: "Set the instructions",
    REPLACE: "Find and replace",
}
FIELDS = {"response": "You answer", "prompt": "They write", "system": "Instructions"}


def draw(project: Project, kind: str, selection: Selection) -> Action | None:
    """The action as far as it is told; None while something is missing."""
    if kind == TAG:
        tags = grid_edits.read_tags(str(st.text_input("Tag", key="bulk-tag", max_chars=grid_edits.LONGEST_TAG)))
        return Action(TAG, tags[0]) if tags else None
    if kind == UNTAG:
        known = table_counts.choices(str(session.db().path), project.id).tags
        tag = st.selectbox("Tag", known, index=None, key="bulk-untag", placeholder="Choose a tag")
        return Action(UNTAG, tag) if tag else None
    if kind == SYSTEM:
        text = st.text_area("Instructions (the system message)", key="bulk-system", height=160)
        if not text.strip():
            st.caption(
                "Left empty, the instructions are taken out; the project's own short ones are then trained with."
            )
        return Action(SYSTEM, text.strip())
    return _replace(project, selection)


def _replace(project: Project, selection: Selection) -> Action | None:
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
        return None
    action = Action(REPLACE, Replacement(looked_for, new, tuple(fields), pattern=pattern, case=case))
    try:
        found = bulk.preview(session.db(), project.id, selection, action)
    except PatternError as error:
        st.warning(page.plain(str(error)), icon=":material/info:")
        return None
    _preview(found)
    return action if found.rows or not found.complete else None


def _preview(found: Preview) -> None:
    least = "" if found.complete else "At least "
    said = f"{least}{say.count(found.places, 'place')} in {say.count(found.rows, 'row')}"
    st.markdown(f"**{said}**" if found.rows else "**It is nowhere in these rows.**")
    if not found.complete:
        st.caption(f"The first {found.looked:,} rows were looked at for this.")
    with st.container(height=320):
        for one in found.first:
            st.caption(f"Row {one.before.id}")
            for name in FIELDS:
                before, after = getattr(one.before.training, name), getattr(one.after, name)
                if before != after:
                    differences.draw(before, after)
