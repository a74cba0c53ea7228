"""Where the words of Decide are from: the shipped files, or copies of them that this organisation edits."""

from __future__ import annotations

import os
from collections.abc import Sequence

import streamlit as st

from ftcore.content import ContentError
from ftcore.decision import Framework
from ftcore.decision.own_copy import FILES, copy_to_edit
from ftcore.ui import page, session

_HOLDS = {
    "decision.yaml": "the questions, the reasons and the advice",
    "evidence.yaml": "the cards of what research says",
    "base_models.yaml": "the models to try first",
}


def faults(said: Sequence[str]) -> None:
    """Says of each copy that can't be used why, and that the shipped file stands in for it."""
    for sentence in said:
        st.warning(page.plain(sentence), icon=":material/edit_off:")


def draw(framework: Framework) -> None:
    """The fold with the version in use and, for each file, a copy to edit."""
    with st.expander("Where these words are from", icon=":material/source:", key="own-words-fold"):
        st.markdown(
            "The questions, the reasons, the research and the models to try stand in three files that you can read and edit. Edit "
            "the words as you like; the names before the colons are fixed. A mistake is told here with its line, and the file that "
            "came with Tuneworthy stands in until it is mended.",
            width=page.PROSE,
        )
        st.text(
            f"Questions and advice: {framework.edition}, of {framework.read_on:%d %b %Y}. Decisions keep this with them."
        )
        root = session.workspace().root
        for name in FILES:
            with st.container(horizontal=True, vertical_alignment="center"):
                if os.path.lexists(root / name):
                    st.text(f"{name} ({_HOLDS[name]}): your own copy, {root / name}")
                else:
                    st.text(f"{name} ({_HOLDS[name]}): as it came with Tuneworthy")
                    st.button("Edit a copy of my own", key=f"own-{name}", on_click=_copy, args=(name,))


def _copy(name: str) -> None:
    try:
        path = copy_to_edit(session.workspace().root, name)
    except (ContentError, OSError) as error:
        page.flash(f"No copy was made: {error}", icon=":material/error:")
        return
    page.flash(f"{path} is yours to edit. What you save there holds at once.")
