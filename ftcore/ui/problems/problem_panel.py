"""What the checks found, by kind, and what can be done about it; rows that are alike, contradictions, and the map."""

from __future__ import annotations

from collections.abc import Set

import streamlit as st

from ftcore.dataset.checks.fixes import fixable
from ftcore.dataset.limits import Limits
from ftcore.dataset.resolving import ALIKE as ALIKE_CODES
from ftcore.dataset.resolving import CONTRADICTION
from ftcore.records import Project, Severity
from ftcore.store import tasks
from ftcore.store.problems import COUNTED_TO
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.map import map_panel
from ftcore.ui.problems import (
    cluster_panel,
    problem_actions,
    problem_answers,
    problem_fixes,
    problem_groups,
    threshold_form,
)
from ftcore.ui.problems.problem_words import SEVERITIES, explain, name_of
from ftcore.ui.table import likeness, table_tasks, table_tools

LOOK = "problems"
"""Also the name in the address: `?problems=Alike`."""
FOUND, ALIKE, ANSWERS, MAP = "Found", "Alike", "Contradictions", "Map"
LOOKS = (FOUND, ALIKE, ANSWERS, MAP)
Tally = list[tuple[str, Severity, int]]
COUNTED_AT_ONCE = 10_000
"""Rows."""


def draw(project: Project) -> None:
    found = session.problem_tally(project)
    table_tasks.follow(project)
    likeness.follow(project)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        look = _look(project, found)
        with st.container(horizontal=True, width="content", gap="small"):
            table_tools.undo_and_redo(project)
    if look == ALIKE:
        cluster_panel.draw(project)
    elif look == ANSWERS:
        problem_answers.draw(project)
    elif look == MAP:
        map_panel.draw(project)
    else:
        _found(project, found)


@st.fragment(run_every=1.0)
def follow_checks(project_id: int, revision: int) -> None:
    """Draws the page again when the worker has looked at the pairs of rows."""
    with session.db().read() as c:
        busy = bool(tasks.open_tasks(c, project_id, "check"))
    if busy:
        st.caption("Everything is being checked. You can go on meanwhile.")
    else:
        st.rerun()


def _look(project: Project, found: Tally) -> str:
    groups = _groups(project, found)
    if st.session_state.get(LOOK) not in LOOKS:
        wanted = st.query_params.get(LOOK)
        st.session_state[LOOK] = wanted if wanted in LOOKS else FOUND
    chosen = st.segmented_control(
        "What to look at",
        LOOKS,
        key=LOOK,
        required=True,
        label_visibility="collapsed",
        bind="query-params",
        format_func=lambda look: f"{look} ({groups[look]:,})" if groups.get(look) else look,
    )
    return str(chosen)


def _groups(project: Project, found: Tally) -> dict[str, int]:
    """How many groups there are to compare; not told where putting them together takes a while."""
    rows = sum(number for code, _, number in found if code in (*ALIKE_CODES, *CONTRADICTION))
    if rows > COUNTED_AT_ONCE:
        return {}
    alike = problem_groups.of_project(project, ALIKE_CODES)
    return {ALIKE: len(alike), ANSWERS: len(problem_answers.found(project))}


def _found(project: Project, found: Tally) -> None:
    with session.db().read() as c:
        checking = bool(tasks.open_tasks(c, project.id, "check"))
    if not found:
        st.subheader("The checks found nothing.", anchor=False)
        st.markdown("They look for empty, cut off and repeated examples, contradictions, personal data and more.")
    off = Limits.from_json(project.limits).off
    here = {code: at for code, at in problem_actions.dropped_here(project).items() if code in off}
    kinds: list[tuple[str, Severity | None, int]] = list(found)
    for code, at in sorted(here.items(), key=lambda one: one[1]):
        kinds.insert(at, (code, None, 0))
    for at, (code, severity, number) in enumerate(kinds):
        if severity is None:
            _dropped(project, code)
        else:
            _kind(project, code, severity, number, at)
    if found:
        st.caption(
            "An error keeps a row from training well; a warning wants a look; a hint is only for you to know. "
            "Rejected rows are not counted.",
            width=page.PROSE,
        )
    _ignored(project, off - set(here))
    threshold_form.draw(project)
    st.button(
        "Check everything again", key="check-all", disabled=checking, on_click=_check, args=(project,), type="tertiary"
    )
    problem_fixes.draw(project)


def _kind(project: Project, code: str, severity: Severity, number: int, at: int) -> None:
    icon, word = SEVERITIES[severity]
    told, actions = st.columns((6, 4), vertical_alignment="center", gap="medium")
    rows = f"{number:,}+ rows" if number >= COUNTED_TO else say.count(number, "row")
    with told, st.container(gap="xxsmall"):
        st.markdown(f"{icon} **{page.plain(name_of(code))}** ({word.lower()}) · {rows}")
        st.text(explain(code))
    with actions, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
        if code in (*ALIKE_CODES, *CONTRADICTION):
            look = ALIKE if code in ALIKE_CODES else ANSWERS
            st.button("Compare", key=f"compare-{code}", on_click=_go, args=(look,))
        if fixable(code):
            st.button("Fix all", key=f"fix-{code}", on_click=problem_fixes.ask, args=(project, code))
        st.button("Show", key=f"show-{code}", on_click=curate_state.show_problem, args=(code,))
        _ignoring(project, code, rows, at)


def _ignoring(project: Project, code: str, rows: str, at: int) -> None:
    at_rows = f"Ignore at all {rows}" if rows != "1 row" else "Ignore at this row"
    st.menu_button(
        "Ignore",
        (problem_actions.ROWS, problem_actions.PROJECT),
        format_func={
            problem_actions.ROWS: at_rows,
            problem_actions.PROJECT: "Do not look for it in this project",
        }.__getitem__,
        key=f"ignore-{code}",
        help="At these rows: new ones are still found. In the project: it is not looked for until you say so.",
        on_click=problem_actions.ignore,
        args=(project, code, at),
    )


def _dropped(project: Project, code: str) -> None:
    """In the place of a kind that was just ignored in the project: what was done, and the way back."""
    told, actions = st.columns((6, 4), vertical_alignment="center", gap="medium")
    with told, st.container(gap="xxsmall"):
        st.markdown(f":material/visibility_off: **{page.plain(name_of(code))}**")
        st.text("Ignored in this project: it is not looked for any more.")
    with actions, st.container(horizontal=True, horizontal_alignment="right"):
        _look_again(project, code)


def _ignored(project: Project, off: Set[str]) -> None:
    if not off:
        return
    with st.expander(f"Ignored in this project ({len(off)})", icon=":material/visibility_off:"):
        for code in sorted(off, key=name_of):
            told, button = st.columns((6, 3), vertical_alignment="center", gap="medium")
            with told, st.container(gap="xxsmall"):
                st.markdown(f"**{page.plain(name_of(code))}**")
                st.text(explain(code))
            with button, st.container(horizontal=True, horizontal_alignment="right"):
                _look_again(project, code)


def _look_again(project: Project, code: str) -> None:
    st.button("Look for it again", key=f"look-{code}", on_click=problem_actions.look_again, args=(project, code))


def _go(look: str) -> None:
    st.session_state[LOOK] = look


def _check(project: Project) -> None:
    with session.db().write() as c:
        problem_actions.dropped_checks.ask_for_check(c, project.id)
    page.flash("Everything is being checked again.", icon=":material/hourglass_top:")
