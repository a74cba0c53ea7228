"""The frame of every page: its title, what happened last, and the fold for the engineer at its foot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from ftcore.records import Project
from ftcore.ui.session import current_project

PAGES = {
    "overview": ("pages/0_overview.py", "Overview", ":material/home:"),
    "decide": ("pages/1_decide.py", "Decide", ":material/balance:"),
    "curate": ("pages/2_curate.py", "Curate", ":material/edit_note:"),
    "train": ("pages/3_train.py", "Train", ":material/model_training:"),
    "evaluate": ("pages/4_evaluate.py", "Evaluate", ":material/compare_arrows:"),
    "report": ("pages/5_report.py", "Report", ":material/slideshow:"),
}
FLASH = "flash"
PROSE = 720
"""Pixels: lines longer than this are hard to read."""
PRACTICE = (
    "Measured on the small practice model. It shows your examples can teach; it does not show that a larger model "
    "needs teaching."
)
# Streamlit turns `->` into an arrow, `:material/home:` into an icon and addresses into links after the escapes are gone.
# A character of no width between their letters keeps them as they were written. Where a letter stands before the colon there
# is none: a time, or a model's name, which people copy.
_JOINTS = re.compile(
    r"(?<=[-<>~=])(?=[-<>~=])|(?<=:)(?=//)|(?<![A-Za-z0-9:]:)(?<=:)(?=[\w/+])|(?<=[wW]{3})(?=\.)|(?=@)"
)
_JOINER = "\u2060"
_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>$~:&^=\"'])")


def header(name: str, lead: str = "") -> Project:
    """Draws the page's title, with its words one hover away, its one-sentence lead and its hint, and gives the current
    project; without one, it leads to the overview and stops."""
    from ftcore.ui import guide, guide_recorded, guide_words  # they draw with what is here

    st.title(PAGES[name][1], anchor=False, help=guide_words.of_page(name))
    project = current_project()
    if project is None:
        st.write("Open the sample project, or start one with your own spreadsheet or with the five questions.")
        st.page_link(PAGES["overview"][0], label="Go to the Overview", icon=":material/arrow_forward:")
        st.stop()
    if lead:
        st.markdown(lead, width=PROSE)
    show_flash()
    guide.hint(name, project)
    guide_recorded.note(name, project)
    return project


def plain(text: str) -> str:
    """Text that people or models wrote, for a place that renders Markdown (a button, a title): nothing in it is a mark.

    A Markdown image would fetch its address; `:red[...]` and `$...$` would change what is read.
    """
    return _MARKS.sub(r"\\\1", _JOINTS.sub(_JOINER, " ".join(text.split())))


def flash(text: str, *, icon: str = ":material/check:") -> None:
    """Says something once, on the next drawing: for callbacks, which run before anything is drawn."""
    st.session_state[FLASH] = (text, icon)


def show_flash() -> None:
    said = st.session_state.pop(FLASH, None)
    if said is not None:
        st.toast(plain(said[0]), icon=said[1])


def practice_stamp() -> None:
    """Stands beside every score of the embedded model."""
    st.info(PRACTICE, icon=":material/science:")


def for_the_engineer(facts: Mapping[str, object], command: str = "") -> Any:
    """The fold at a page's foot: models, seeds, hashes, and the command line that does the same. It gives the fold, so
    that a page can put more into it: `with for_the_engineer({...}): ...`."""
    st.space("small")
    fold = st.expander("For the engineer", icon=":material/code:")
    with fold:
        for name, value in facts.items():
            st.text(f"{name}: {value}")
        if command:
            st.code(command, language="bash", wrap_lines=True)
    return fold
