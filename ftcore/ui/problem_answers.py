"""The same question with different answers, side by side: one is right, and the others get it or are rejected."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.dataset import resolving
from ftcore.dataset.resolving import CONTRADICTION, Answer
from ftcore.records import Example, Project
from ftcore.ui import differences, page, problem_groups, say, session
from ftcore.ui.problem_groups import Group, settle

NAME = "contradictions"
SHOWN = 4_000
"""Characters of one text."""
LABEL = 60
"""Characters of an answer that is read at a glance."""


def draw(project: Project) -> None:
    found = problem_groups.of_project(project, CONTRADICTION)
    if not found:
        st.subheader("No answers contradict each other.", anchor=False)
        st.markdown("Where the same question has different answers, they are shown here side by side.")
        return
    at, rows = problem_groups.chosen(project, NAME, found)
    group = found[at]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        problem_groups.walk(project, NAME, at, len(found), "Question")
        seen = {row.id: row.version for row in rows}
        st.button(
            "All are right: ignore",
            key=f"all-right-{group[0]}",
            type="tertiary",
            on_click=_all_right,
            args=(project, group, seen),
        )
    if rows:
        _question(rows)
        _answers(project, group, rows, seen)


def _question(rows: Sequence[Example]) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.caption(f"They write, in {len(rows):,} rows")
        st.text(rows[0].training.prompt[:SHOWN])


def _answers(project: Project, group: Group, rows: Sequence[Example], seen: dict[int, int]) -> None:
    several = resolving.answers(rows)
    shown = problem_groups.page_of(project, NAME, group, several)
    first = several[0].example
    by_id = {row.id: row for row in rows}
    for answer, place in zip(shown, st.columns(max(2, len(shown)), gap="medium"), strict=False):
        with place, st.container(border=True):
            st.markdown(f"**{say.count(len(answer.ids), 'row')}** · {page.plain(_facts(answer, by_id))}")
            _answer(first.training.response[:SHOWN], answer.example.training.response[:SHOWN])
            others = len(rows) - len(answer.ids)
            for label, key, act, told in (
                (
                    f"Right: give it to the {f'{others:,} others' if others > 1 else 'other'}",
                    "give",
                    _give,
                    "Their answer is replaced by this one.",
                ),
                (
                    f"Right: reject the {f'{others:,} others' if others > 1 else 'other'}",
                    "only",
                    _reject,
                    "They are listed as set aside.",
                ),
            ):
                st.button(
                    label,
                    key=f"{key}-{answer.example.id}",
                    width="stretch",
                    help=f"{told} One Undo brings everything back.",
                    on_click=act,
                    args=(project, group, answer.example.id, seen),
                )


def _answer(first: str, text: str) -> None:
    """What differs from the first answer is marked, but not in labels: they are read as a whole."""
    if text == first or max(len(first), len(text)) <= LABEL:
        st.text(text or "(empty)")
    else:
        differences.draw(first, text)


def _facts(answer: Answer, by_id: dict[int, Example]) -> str:
    """ "Rows 12, 19 · approved · train"."""
    rows = [by_id[id_] for id_ in answer.ids]
    ids = ", ".join(str(id_) for id_ in answer.ids[:4]) + (" …" if len(answer.ids) > 4 else "")
    words = dict.fromkeys([*(row.status.value for row in rows), *(row.split.value for row in rows if row.split)])
    return " · ".join([f"{'Row' if len(rows) == 1 else 'Rows'} {ids}", *words])


def _give(project: Project, group: Group, right: int, seen: dict[int, int]) -> None:
    settle(
        project,
        lambda: resolving.give_answer(session.db(), project.id, group, right, who=session.who(), versions=seen),
        f"The answer of row {right} stands in the others too. They may be repeats now.",
    )


def _reject(project: Project, group: Group, right: int, seen: dict[int, int]) -> None:
    settle(
        project,
        lambda: resolving.reject_others(session.db(), project.id, group, right, who=session.who(), versions=seen),
        f"The answer of row {right} is right, the other rows are rejected.",
    )


def _all_right(project: Project, group: Group, seen: dict[int, int]) -> None:
    settle(
        project,
        lambda: resolving.different(session.db(), project.id, group, CONTRADICTION, who=session.who(), versions=seen),
        "They are not shown as a contradiction any more.",
    )
