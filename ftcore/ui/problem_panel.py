"""What the checks found, by kind, each with its explanation and the way to its rows."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Project
from ftcore.store import tasks
from ftcore.ui import curate_state, page, session
from ftcore.ui.problem_words import SEVERITIES, explain, name_of


def draw(project: Project) -> None:
    found = session.problem_tally(project)
    with session.db().read() as c:
        checking = bool(tasks.open_tasks(c, project.id, "check"))
    if not found:
        st.subheader("The checks found nothing.", anchor=False)
        st.markdown("They look for empty, cut off and repeated examples, contradictions, personal data and more.")
    for code, severity, number in found:
        icon, word = SEVERITIES[severity]
        told, count, button = st.columns((7, 2, 2), vertical_alignment="center", gap="medium")
        with told, st.container(gap="xxsmall"):
            st.markdown(f"{icon} **{page.plain(name_of(code))}** ({word.lower()})")
            st.text(explain(code))
        count.text(f"{number:,} row" if number == 1 else f"{number:,} rows")
        button.button(
            "Show these", key=f"show-{code}", on_click=curate_state.show_problem, args=(code,), width="stretch"
        )
    if found:
        st.caption(
            "An error keeps a row from training well; a warning wants a look; a hint is only said. A row that is right as it is: open it and choose “Ignore here”."
        )
    st.button(
        "Check everything again", key="check-all", disabled=checking, on_click=_check, args=(project,), type="tertiary"
    )


@st.fragment(run_every=1.0)
def follow_checks(project_id: int, revision: int) -> None:
    """Draws the page again when the worker has looked at the pairs of rows."""
    with session.db().read() as c:
        busy = bool(tasks.open_tasks(c, project_id, "check"))
    if busy:
        st.caption("Looking for pairs of rows that repeat or contradict each other.")
    else:
        st.rerun()


def _check(project: Project) -> None:
    curate_state.check_again(project, 0)
    page.flash("Everything is being checked again.", icon=":material/hourglass_top:")
