"""The two instructions after the import: the full ones for the base model, the short ones for the tuned one."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.store import projects
from ftcore.ui import page, session

MOST = 20_000
"""Characters: a longer prompt than that is a document."""
HEIGHT = 180
TITLE, ICON = "Instructions for the models", ":material/edit_note:"
SAVED = "It is saved when you leave the field."
EMPTY = {
    "base": "Left empty, each question is asked with the instructions that stand in its row.",
    "tuned": "Rows that bring their own instructions keep them.",
}


def full_fold(project: Project) -> None:
    """For the base model, where a comparison is prepared."""
    with st.expander(TITLE, icon=ICON):
        st.markdown(
            "What the base model is told before each question. Make it as good as you can: a base model with a poor "
            "prompt is a straw man, and beating it shows nothing.",
            width=page.PROSE,
        )
        _area("Full, for the base model", "base", project, project.base_prompt)


def short_fold(project: Project) -> None:
    """For the tuned model, where a training is prepared."""
    with st.expander(TITLE, icon=ICON):
        st.markdown(
            "What the tuned model is trained and asked with. Keep it short: not needing the long instructions is a "
            "reason to tune, and a change counts from the next training on.",
            width=page.PROSE,
        )
        _area("Short, for the tuned model", "tuned", project, project.tuned_prompt)


def settle(project_id: int) -> None:
    """Saves what was typed and not saved yet: a click that follows at once may be told before the change is."""
    for which in EMPTY:
        key = f"instructions-{which}-{project_id}"
        if key in st.session_state and st.session_state[key] != st.session_state.get(f"{key}-stored"):
            _save(project_id, which, key)


def _area(label: str, which: str, project: Project, stored: str) -> None:
    key = f"instructions-{which}-{project.id}"
    seen = f"{key}-stored"
    if key not in st.session_state or st.session_state.get(seen) != stored:  # an import or another tab may change it
        st.session_state[key] = st.session_state[seen] = stored
    st.text_area(
        label,
        key=key,
        height=HEIGHT,
        max_chars=MOST,
        help=f"{SAVED} {EMPTY[which]}",
        on_change=_save,
        args=(project.id, which, key),
    )


def _save(project_id: int, which: str, key: str) -> None:
    """Writes the one and leaves the other as it stands in the store now."""
    text = str(st.session_state[key] or "")
    with session.db().write() as c:
        now = projects.get(c, project_id)
        base, tuned = (text, now.tuned_prompt) if which == "base" else (now.base_prompt, text)
        projects.set_prompts(c, project_id, base=base, tuned=tuned)
    st.session_state[f"{key}-stored"] = text
    page.flash("Saved.")
