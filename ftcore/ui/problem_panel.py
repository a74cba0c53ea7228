"""What the checks found, by kind, and what can be done about it; rows that are alike, contradictions, and the map."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset.checks.fixes import fixable
from ftcore.dataset.limits import Limits
from ftcore.dataset.resolving import ALIKE as ALIKE_CODES
from ftcore.dataset.resolving import CONTRADICTION
from ftcore.records import Project, Severity
from ftcore.store import tasks
from ftcore.store.problems import COUNTED_TO
from ftcore.ui import (
    cluster_panel,
    curate_state,
    likeness,
    map_panel,
    page,
    problem_actions,
    problem_answers,
    problem_fixes,
    say,
    session,
    table_tasks,
    table_tools,
    threshold_form,
)
from ftcore.ui.problem_words import SEVERITIES, explain, name_of

LOOK = "problems"
"""Also the name in the address: `?problems=Alike`."""
FOUND, ALIKE, ANSWERS, MAP = "Found", "Alike", "Contradictions", "Map"
LOOKS = (FOUND, ALIKE, ANSWERS, MAP)
Tally = list[tuple[str, Severity, int]]


def draw(project: Project) -> None:
    found = session.problem_tally(project)
    table_tasks.follow(project)
    likeness.follow(project)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        look = _look(found)
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


def _look(found: Tally) -> str:
    numbers = {code: number for code, _, number in found}
    rows = {
        ALIKE: sum(numbers.get(code, 0) for code in ALIKE_CODES),
        ANSWERS: sum(numbers.get(code, 0) for code in CONTRADICTION),
    }
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
        format_func=lambda look: f"{look} ({rows[look]:,})" if rows.get(look) else look,
    )
    return str(chosen)


def _found(project: Project, found: Tally) -> None:
    with session.db().read() as c:
        checking = bool(tasks.open_tasks(c, project.id, "check"))
    if not found:
        st.subheader("The checks found nothing.", anchor=False)
        st.markdown("They look for empty, cut off and repeated examples, contradictions, personal data and more.")
    for code, severity, number in found:
        _kind(project, code, severity, number)
    if found:
        st.caption(
            "An error keeps a row from training well; a warning wants a look; a hint is only said. Rejected rows are not counted.",
            width=page.PROSE,
        )
    _ignored(project)
    threshold_form.draw(project)
    st.button(
        "Check everything again", key="check-all", disabled=checking, on_click=_check, args=(project,), type="tertiary"
    )
    problem_fixes.draw(project)


def _kind(project: Project, code: str, severity: Severity, number: int) -> None:
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
        _ignoring(project, code, rows)


def _ignoring(project: Project, code: str, rows: str) -> None:
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
        args=(project, code),
    )


def _ignored(project: Project) -> None:
    off = sorted(Limits.from_json(project.limits).off, key=name_of)
    if not off:
        return
    with st.expander(f"Ignored in this project ({len(off)})", icon=":material/visibility_off:"):
        for code in off:
            told, button = st.columns((6, 3), vertical_alignment="center", gap="medium")
            with told, st.container(gap="xxsmall"):
                st.markdown(f"**{page.plain(name_of(code))}**")
                st.text(explain(code))
            button.button(
                "Look for it again",
                key=f"look-{code}",
                on_click=problem_actions.look_again,
                args=(project, code),
                width="stretch",
            )


def _go(look: str) -> None:
    st.session_state[LOOK] = look


def _check(project: Project) -> None:
    with session.db().write() as c:
        problem_actions.dropped_checks.ask_for_check(c, project.id)
    page.flash("Everything is being checked again.", icon=":material/hourglass_top:")
