"""Rows that are alike, one group at a time, side by side: keep one, keep the best everywhere, or say that they are different."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from ftcore.dataset import resolving
from ftcore.dataset.duplicates import THRESHOLD_WORDS
from ftcore.dataset.limits import Limits
from ftcore.dataset.resolving import ALIKE, RULE
from ftcore.records import Example, Project, TaskState, text_of
from ftcore.store import tasks
from ftcore.ui import curate_state, differences, page, problem_actions, problem_groups, say, session
from ftcore.ui.problem_groups import Group, settle
from ftcore.ui.problem_words import name_of

NAME = "alike"
TASK = "keep_best"
SHOWN = 4_000
"""Characters of one text."""
FIELDS = {"earlier": "Earlier turns", "system": "Instructions", "prompt": "They write", "response": "You answer"}


def draw(project: Project) -> None:
    _follow_if_busy(project)
    found = problem_groups.of_project(project, ALIKE)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _threshold(project)
        if found:
            others = sum(len(group) - 1 for group in found)
            st.button(
                f"Keep the best of {'every group' if len(found) > 1 else 'this group'}",
                key="keep-best",
                on_click=_ask,
                args=(project,),
                help=f"{say.count(len(found), 'group')}, {say.count(others, 'row')} would be rejected.",
            )
    if not found:
        st.subheader("No rows are alike.", anchor=False)
        st.markdown("Rows that repeat each other word for word, or nearly so, are shown here side by side.")
        return
    at, rows = problem_groups.chosen(project, NAME, found)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        problem_groups.walk(project, NAME, at, len(found), "Group")
        seen = {row.id: row.version for row in rows}
        st.button(
            "These are different: ignore",
            key=f"different-{found[at][0]}",
            type="tertiary",
            on_click=_different,
            args=(project, found[at], seen),
        )
    if rows:
        _side_by_side(project, found[at], rows, seen)
    _draw_question(project, found)


def _side_by_side(project: Project, group: Group, rows: Sequence[Example], seen: dict[int, int]) -> None:
    texts = {row.id: _texts(row) for row in rows}
    same = not any(_differs(name, texts) for name in FIELDS)
    st.markdown("They are the same, word for word." if same else f"Compared with the first: {differences.LEGEND}")
    shown = problem_groups.page_of(project, NAME, group, rows)
    first = texts[rows[0].id]
    wanted = [name for name in FIELDS if name in ("prompt", "response") or _differs(name, texts)]
    for row, place in zip(shown, st.columns(max(2, len(shown)), gap="medium"), strict=False):
        with place, st.container(border=True):
            _head(project, row)
            for name in wanted:
                with st.container(gap="xxsmall"):
                    st.caption(FIELDS[name])
                    if row.id == rows[0].id:
                        st.text(first[name] or "(empty)")
                    else:
                        differences.draw(first[name], texts[row.id][name])
            if row.note:
                with st.container(gap="xxsmall"):
                    st.caption("Note")
                    st.text(row.note)
            st.button(
                "Keep this one",
                key=f"keep-{row.id}",
                width="stretch",
                on_click=_keep,
                args=(project, group, row.id, seen),
                help="The others are rejected, and listed as set aside. Their tags are kept here.",
            )


def _head(project: Project, row: Example) -> None:
    facts = [row.status.value, *([row.split.value] if row.split else []), *row.tags]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**Row {row.id}** · {page.plain(' · '.join(facts))}")
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


def _keep(project: Project, group: Group, kept: int, seen: dict[int, int]) -> None:
    number = len(group) - 1
    settle(
        project,
        lambda: resolving.keep_one(session.db(), project.id, group, kept, who=session.who(), versions=seen),
        f"Row {kept} is kept, {say.count(number, 'other')} rejected.",
    )


def _different(project: Project, group: Group, seen: dict[int, int]) -> None:
    settle(
        project,
        lambda: resolving.different(session.db(), project.id, group, ALIKE, who=session.who(), versions=seen),
        "They are not shown as alike any more.",
    )


def _ask(project: Project) -> None:
    curate_state.remembered(NAME, project)["asked"] = True


def _forget(project: Project) -> None:
    curate_state.remembered(NAME, project).pop("asked", None)


def _draw_question(project: Project, found: Sequence[Group]) -> None:
    if not curate_state.remembered(NAME, project).get("asked"):
        return
    others = sum(len(group) - 1 for group in found)

    @st.dialog("Keep the best of every group", on_dismiss=lambda: _forget(project))
    def _dialog() -> None:
        groups = say.count(len(found), "group")
        st.markdown(
            f"One row of {'each of ' if len(found) > 1 else ''}{groups} is kept, up to {say.count(others, 'other')} "
            f"{'is' if others == 1 else 'are'} rejected and listed as set aside; their tags go to the kept one. A row with another "
            "label or JSON answer stays, and so does every row that somebody approved."
        )
        st.markdown(f"The best is: {RULE}.")
        st.markdown("**One Undo brings them all back.**")
        cancel, go = st.columns(2, gap="small")
        cancel.button("Cancel", key="best-cancel", on_click=_forget, args=(project,), width="stretch")
        go.button(
            f"Reject up to {say.count(others, 'row')}",
            key="best-go",
            type="primary",
            width="stretch",
            on_click=_keep_best,
            args=(project, len(found)),
        )
        if not curate_state.remembered(NAME, project).get("asked"):
            st.rerun()

    _dialog()


def _keep_best(project: Project, number: int) -> None:
    if not curate_state.remembered(NAME, project).pop("asked", False):
        return  # a second click on the same button does nothing
    if number <= resolving.AT_ONCE:
        settle(
            project,
            lambda: resolving.keep_best(session.db(), project.id, who=session.who()),
            f"The best of {say.count(number, 'group')} is kept.",
        )
        return
    if problem_actions.busy(project):
        return
    with session.db().write() as c:
        tasks.put(c, TASK, {"project_id": project.id, "who": session.who()}, project_id=project.id)
    page.flash("That are many groups. It goes on in the background.", icon=":material/hourglass_top:")


def _follow_if_busy(project: Project) -> None:
    with session.db().read() as c:
        waiting = tasks.open_tasks(c, project.id, TASK)
    if waiting:
        _progress(waiting[0].id)


@st.fragment(run_every=0.7)
def _progress(task_id: int) -> None:
    with session.db().read() as c:
        task = tasks.get(c, task_id)
    if task.state not in (TaskState.QUEUED, TaskState.RUNNING):
        st.rerun()
    share = min(1.0, task.done / task.total) if task.total else 0.0
    st.progress(share, f"Keeping the best: {task.done:,} of {task.total:,} groups. You can go on meanwhile.")
