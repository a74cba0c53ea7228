"""What stands beside the example: what good looks like, what was found, what is like it, and the note."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset.checks.fixes import fixable
from ftcore.dataset.triage import GOOD, GOOD_SHOWN, Queue
from ftcore.records import Example, Filter, Problem, Project, Status, TrainingExample
from ftcore.store import examples
from ftcore.ui import page, session
from ftcore.ui.problems.problem_words import SEVERITIES, name_of
from ftcore.ui.review import review_card, review_marks, review_moves, review_state
from ftcore.ui.review.review_state import View

TEXTS = {"system": "Instructions", "prompt": "They write", "response": "You answer"}
NOTE_LINES = 92


def draw(view: View, example: Example, *, editing: bool) -> None:
    good(view, example)
    parts = (_alike, _problems) if view.queue is Queue.GROUPS else (_problems, _alike)
    for part in parts:
        part(view, example)
    if not editing:  # the fields hold the note then
        key = f"review-note-{example.id}-{example.version}"
        seen = (view.project, example.id, example.version, key)
        st.text_input(
            "Note", example.note, key=key, on_change=review_marks.note, args=seen, placeholder="A note about this row"
        )


def good(view: View, example: Example | None) -> None:
    """What the project calls good: three lines and two examples, there at every row."""
    project = view.project
    with session.db().read() as c:
        pinned = examples.page(c, project.id, Filter(tag=GOOD), limit=GOOD_SHOWN).rows
    with st.container(gap="xsmall"):
        st.markdown("**What good looks like**")
        if project.good_note:
            st.text(project.good_note)
        with st.container(horizontal=True, gap="xsmall"):
            with st.popover("Edit" if project.good_note else "Write three lines", type="tertiary"):
                if review_marks.GOOD_NOTE not in st.session_state:
                    st.session_state[review_marks.GOOD_NOTE] = project.good_note
                st.text_area(
                    "What makes an answer a good one?",
                    key=review_marks.GOOD_NOTE,
                    height=NOTE_LINES,
                    on_change=review_marks.good_note,
                    args=(project,),
                    placeholder="Friendly, in two sentences.\nNames the next step.\nNever promises a date.",
                )
                st.caption("Everybody who reviews this project sees it. Saved when you leave the field.")
            for number, row in enumerate(pinned, 1):
                with st.popover(f"Example {number}", type="tertiary"):
                    review_card.short(row, 1_500)
                    st.button("Unpin", key=f"unpin-{row.id}", on_click=review_marks.unpin, args=(project, row.id))
            if example and len(pinned) < GOOD_SHOWN and example.id not in {row.id for row in pinned}:
                st.button(
                    "Pin as a good example",
                    key=f"review-pin-{example.id}",
                    type="tertiary",
                    icon=":material/keep:",
                    on_click=review_marks.pin,
                    args=(project, example.id, example.version),
                )


def _problems(view: View, example: Example) -> None:
    seen: set[str] = set()
    with st.container(gap="small"):
        if not view.problems:
            st.text("The checks found nothing here.")
        for problem in view.problems:
            _problem(view, example, problem, offered=problem.code not in seen)
            seen.add(problem.code)


def _problem(view: View, example: Example, problem: Problem, *, offered: bool) -> None:
    """The sentence; and once for each kind of problem what can be done about it."""
    icon, severity = SEVERITIES[problem.severity]
    with st.container(gap="xxsmall"):
        st.markdown(f"{icon} **{page.plain(name_of(problem.code))}** ({severity.lower()})")
        st.text(problem.message)
        if not offered:
            return
        seen = (view.project, example.id, example.version, problem.code)
        with st.container(horizontal=True, gap="small"):
            key = f"{example.id}-{problem.code}"
            st.button("Ignore here", key=f"ignore-{key}", type="tertiary", on_click=review_marks.ignore, args=seen)
            if fixable(problem.code):
                shown = (view.project, problem.code)
                st.button(
                    "Show a fix", key=f"show-fix-{key}", type="tertiary", on_click=review_marks.show_fix, args=shown
                )
        if review_state.of(view.project).get("fixing") == problem.code:
            _fix(view.project, example, problem.code)


def _fix(project: Project, example: Example, code: str) -> None:
    repaired = review_marks.fixed(project, example.training, code)
    if repaired is None:
        st.text("This cannot be repaired safely. Edit it by hand.")
        return
    for name, label in TEXTS.items():
        if getattr(repaired, name) != getattr(example.training, name):
            st.caption(f"{label}, after the fix")
            st.text(review_card.cut(_around(example.training, repaired, name), 800))
    seen = (project, example.id, example.version, code)
    st.button("Take this fix", key=f"take-fix-{example.id}-{code}", on_click=review_marks.take_fix, args=seen)


def _around(before: TrainingExample, after: TrainingExample, name: str) -> str:
    """The text after the fix, from a little before the first difference."""
    old, new = getattr(before, name), getattr(after, name)
    same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, same - 200)
    return ("…" if start else "") + new[start:] or "(empty)"


def _alike(view: View, example: Example) -> None:
    project, others = view.project, view.group
    if not others:
        st.button(
            "Find similar ones",
            key=f"review-similar-{example.id}",
            type="tertiary",
            icon=":material/search:",
            on_click=review_marks.find_alike,
            args=(project, example.id),
        )
        return
    number = len(others)
    st.markdown(f"**{number:,} {'row is' if number == 1 else 'rows are'} like this one**")
    for row in others:
        with st.container(border=True, gap="xxsmall"):
            st.text(f"Row {row.id} · {row.status}")
            review_card.short(row, 240)
    drawn = {row.id: row.version for row in (example, *others)}
    seen = (project, example.id, drawn)
    with st.container(horizontal=True, gap="small"):
        for label, status in (
            (f"Approve all {number + 1}", Status.APPROVED),
            (f"Reject all {number + 1}", Status.REJECTED),
        ):
            key = f"review-all-{status}-{example.id}"
            st.button(label, key=key, on_click=review_moves.together, args=(*seen, status))
        st.button(
            "Keep this, reject the other" + ("s" if number > 1 else ""),
            key=f"review-keep-{example.id}",
            on_click=review_moves.keep_this,
            args=seen,
        )
