"""The same question with different answers, or nearly the same one, side by side: one answer is right, and the others get it or
are rejected."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import resolving
from ftcore.dataset.resolving import ALIKE, CONTRADICTION, Answer
from ftcore.records import Example, Project
from ftcore.ui import differences, page, say, session
from ftcore.ui.problems import problem_groups
from ftcore.ui.problems.problem_groups import Group, Shown, settle

NAME = "contradictions"
SHOWN = 4_000
"""Characters of one text."""
LABEL = 60
"""Characters of an answer that is read at a glance."""


def found(project: Project) -> list[tuple[Group, tuple[str, ...]]]:
    """The groups to look at, each with the kinds of findings that link it: the same question first, then nearly the same."""
    same = problem_groups.of_project(project, CONTRADICTION)
    nearly = problem_groups.disagreeing(project)
    return [*((group, CONTRADICTION) for group in same), *((group, ALIKE) for group in nearly)]


def draw(project: Project) -> None:
    several = found(project)
    if not several:
        st.subheader("No answers contradict each other.", anchor=False)
        st.markdown(
            "Where the same question, or nearly the same one, has different answers, they are shown here side by side.",
            width=page.PROSE,
        )
        return
    shown = problem_groups.choose(
        project, NAME, several, "Question", "All are right: ignore", "They are not shown as a contradiction any more."
    )
    if shown.rows:
        nearly = shown.codes == ALIKE
        if nearly:
            st.markdown(
                f"Nearly the same question, answered differently. Compared with the first: {differences.LEGEND}"
            )
        else:
            _question(shown)
        _answers(project, shown, nearly=nearly)
    if len(problem_groups.of_project(project, ALIKE)) > resolving.LOOKED:
        st.caption(f"Of the rows that are alike, the answers of the first {resolving.LOOKED:,} groups were compared.")


def _question(shown: Shown) -> None:
    with st.container(border=True, gap="xxsmall"):
        st.caption(f"They write, in {say.count(len(shown.rows), 'row')}")
        st.text(shown.rows[0].training.prompt[:SHOWN])


def _answers(project: Project, shown: Shown, *, nearly: bool) -> None:
    several = resolving.answers(shown.rows)
    first = several[0].example.training
    by_id = {row.id: row for row in shown.rows}

    def one(answer: Answer) -> None:
        rows, *facts = _facts(answer, by_id)
        st.markdown(f"**{page.plain(rows)}** · {page.plain(' · '.join(facts))}")
        training = answer.example.training
        if nearly:
            with st.container(gap="xxsmall"):
                st.caption("They write" if len(answer.ids) == 1 else f"They write, in row {answer.example.id}")
                _text(first.prompt, training.prompt, whole=0)
        with st.container(gap="xxsmall"):
            st.caption("You answer")
            _text(first.response, training.response, whole=LABEL)
        _choices(project, shown, answer)

    problem_groups.side_by_side(project, NAME, shown.group, several, one)


def _choices(project: Project, shown: Shown, answer: Answer) -> None:
    others = len(shown.rows) - len(answer.ids)
    many = f"{others:,} others" if others > 1 else "other"
    for label, key, act, told in (
        (f"This is right: give it to the {many}", "give", _give, "Their answer is replaced by this one."),
        (f"This is right: reject the {many}", "only", _reject, "They are listed as set aside."),
    ):
        st.button(
            label,
            key=f"{key}-{answer.example.id}",
            width="stretch",
            help=f"{told} One Undo brings everything back.",
            on_click=act,
            args=(project, shown, answer.example.id),
        )


def _text(first: str, text: str, *, whole: int) -> None:
    """What differs from the first one is marked, but not in short texts (up to `whole` characters): they are read as a whole."""
    first, text = first[:SHOWN], text[:SHOWN]
    if text == first or max(len(first), len(text)) <= whole:
        st.text(text or "(empty)")
    else:
        differences.draw(first, text)


def _facts(answer: Answer, by_id: dict[int, Example]) -> list[str]:
    """ "2 rows: 12, 19", then "approved", "train split"."""
    rows = [by_id[id_] for id_ in answer.ids]
    ids = ", ".join(str(id_) for id_ in answer.ids[:4]) + (" …" if len(answer.ids) > 4 else "")
    splits = [f"{row.split} split" for row in rows if row.split]
    words = dict.fromkeys([*(row.status.value for row in rows), *splits])
    return [f"Row {ids}" if len(rows) == 1 else f"{len(rows):,} rows: {ids}", *words]


def _give(project: Project, shown: Shown, right: int) -> None:
    settle(
        project,
        lambda: resolving.give_answer(
            session.db(), project.id, shown.group, right, who=session.who(), versions=shown.seen
        ),
        f"The answer of row {right} stands in the others too. They may be repeats now.",
    )


def _reject(project: Project, shown: Shown, right: int) -> None:
    settle(
        project,
        lambda: resolving.reject_others(
            session.db(), project.id, shown.group, right, shown.codes, who=session.who(), versions=shown.seen
        ),
        f"The answer of row {right} is right, the other rows are rejected.",
    )
