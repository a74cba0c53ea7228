"""Rows that are alike, one group at a time, side by side: keep one, keep the best everywhere, or say that they are different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from ftcore.dataset import resolving
from ftcore.dataset.duplicates import THRESHOLD_WORDS
from ftcore.dataset.limits import Limits
from ftcore.dataset.resolving import ALIKE
from ftcore.records import Example, Project, text_of
from ftcore.ui import differences, page, say, session
from ftcore.ui.problems import problem_actions, problem_best, problem_groups
from ftcore.ui.problems.problem_groups import Shown, settle
from ftcore.ui.problems.problem_words import name_of

NAME = "alike"
SHOWN = 4_000
"""Characters of one text."""
FIELDS = {"earlier": "Earlier turns", "system": "Instructions", "prompt": "They write", "response": "You answer"}


def draw(project: Project) -> None:
    problem_best.follow(project)
    found = problem_groups.of_project(project, ALIKE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _threshold(project)
        if found:
            problem_best.button(project, found)
    if not found:
        st.subheader("No rows are alike.", anchor=False)
        st.markdown("Rows that repeat each other word for word, or nearly so, are shown here side by side.")
        return
    shown = problem_groups.choose(
        project,
        NAME,
        [(group, ALIKE) for group in found],
        "Group",
        "These are different: ignore",
        "They are not shown as alike any more.",
    )
    if shown.rows:
        _compared(project, shown)
    problem_best.draw_question(project, found)


def _compared(project: Project, shown: Shown) -> None:
    rows = shown.rows
    texts = {row.id: _texts(row) for row in rows}
    same = not any(_differs(name, texts) for name in FIELDS)
    st.markdown("They are the same, word for word." if same else f"Compared with the first: {differences.LEGEND}")
    wanted = [name for name in FIELDS if name in ("prompt", "response") or _differs(name, texts)]
    first = rows[0].id

    def one(row: Example) -> None:
        _head(project, row)
        for name in wanted:
            with st.container(gap="xxsmall"):
                st.caption(FIELDS[name])
                if row.id == first:
                    st.text(texts[first][name] or "(empty)")
                else:
                    differences.draw(texts[first][name], texts[row.id][name])
        if row.note:
            with st.container(gap="xxsmall"):
                st.caption("Note")
                st.text(row.note)
        st.button(
            "Keep this one",
            key=f"keep-{row.id}",
            width="stretch",
            on_click=_keep,
            args=(project, shown, row.id),
            help="The others are rejected, and listed as set aside. Their tags are kept here.",
        )

    problem_groups.side_by_side(project, NAME, shown.group, rows, one)


def _head(project: Project, row: Example) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**Row {row.id}** · {page.plain(' · '.join([row.status.value, *_facts(row)]))}")
        st.button(
            "Open",
            key=f"open-{row.id}",
            type="tertiary",
            on_click=problem_groups.open_row,
            args=(project, row.id),
        )
    others = [name_of(code) for code in row.problems if code not in ALIKE]
    if others:
        st.caption(page.plain(f"Also: {', '.join(others)}"))


def _facts(row: Example) -> Sequence[str]:
    return [*([f"{row.split} split"] if row.split else []), *row.tags]


def _texts(row: Example) -> dict[str, str]:
    training = row.training
    last = {training.prompt, training.response}
    turns = [text_of(m) for m in training.messages if m.get("role") in ("user", "assistant")]
    earlier = "\n".join(text for text in turns if text not in last)
    found = {"earlier": earlier, "system": training.system, "prompt": training.prompt, "response": training.response}
    return {name: text[:SHOWN] for name, text in found.items()}


def _differs(name: str, texts: dict[int, dict[str, str]]) -> bool:
    return len({several[name] for several in texts.values()}) > 1


def _threshold(project: Project) -> None:
    """How alike is alike enough, in words."""
    limits = Limits.from_json(project.limits)
    words = {one.similarity: one.words for one in THRESHOLD_WORDS}
    own = f"{limits.similarity:.0%} of the wording is shared"
    options = sorted({*words, limits.similarity}, reverse=True)
    key = f"alike-from-{limits.similarity}"
    examples = "\n\n".join(f"*{one.words.capitalize()}:* {page.plain(one.other)}" for one in THRESHOLD_WORDS[1:])
    st.selectbox(
        "Shown are rows that are",
        options,
        index=options.index(limits.similarity),
        format_func=lambda value: words.get(value, own),
        key=key,
        width=280,
        on_change=_choose,
        args=(project, limits, key),
        help=f"Compared with: {page.plain(THRESHOLD_WORDS[1].one)}\n\n{examples}",
    )


def _choose(project: Project, limits: Limits, key: str) -> None:
    problem_actions.keep_limits(project, replace(limits, similarity=float(st.session_state[key])))


def _keep(project: Project, shown: Shown, kept: int) -> None:
    number = len(shown.group) - 1
    settle(
        project,
        lambda: resolving.keep_one(session.db(), project.id, shown.group, kept, who=session.who(), versions=shown.seen),
        f"Row {kept} is kept, {say.count(number, 'other')} rejected.",
    )
