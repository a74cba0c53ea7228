"""What was found before a launch: what stops it, what has to be acknowledged one by one, and what is only good to know."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.training.offers import NO_MODEL
from ftcore.training.outlook import Outlook
from ftcore.training.preflight import LEAK, PROBLEMS, Finding
from ftcore.ui import page, way

ON_CURATE = ("few", "few-in-part", "few-there", "broken", "large-file")
"""Errors that are put right where the examples are."""


def errors(project: Project, outlook: Outlook, *, primary: bool) -> None:
    """What stops the launch, and the way to where it can be put right."""
    for finding in outlook.errors:
        if finding.code == NO_MODEL:
            st.info(page.plain(finding.sentence), icon=":material/arrow_upward:")  # nothing is wrong yet
            continue
        st.error(page.plain(finding.sentence), icon=":material/block:")
    codes = {finding.subject for finding in outlook.errors}
    if LEAK in codes:
        way.button(project, "curate", "Go to the pairs", primary=primary, curate="Split and export")
    elif codes.intersection(ON_CURATE):
        way.button(project, "curate", "Go to Curate", primary=primary)


def hints(outlook: Outlook) -> None:
    """Good to know; nothing has to be done about them."""
    for finding in outlook.hints:
        st.warning(page.plain(finding.sentence), icon=":material/info:")


def warnings(project: Project, outlook: Outlook) -> list[str]:
    """Draws a box to tick for each warning; gives the codes of those that are ticked."""
    found = outlook.warnings
    if not found:
        return []
    with st.container(border=True):
        st.markdown(
            "**Before it starts, say yes to each of these**"
            if len(found) > 1
            else "**Before it starts, say yes to this**"
        )
        ticked = [finding.code for finding in found if _asked(project, outlook, finding)]
    if any(finding.subject == PROBLEMS for finding in found):
        way.button(project, "curate", "Look at the problems", curate="Problems")
    return ticked


def _asked(project: Project, outlook: Outlook, finding: Finding) -> bool:
    """The key holds what is said yes to: a warning that has changed in substance is another box, and empty."""
    place = f"{project.id}-{outlook.terms.endpoint.id}-{outlook.terms.base_model}"
    return st.checkbox(page.plain(finding.sentence), key=f"yes-{place}-{finding.code}")


def curable(outlook: Outlook) -> bool:
    """Whether it is stopped by something that only Curate can put right: nothing here would start it."""
    return any(finding.subject in (LEAK, *ON_CURATE) for finding in outlook.errors)
