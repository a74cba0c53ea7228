"""Answers side by side: what was asked, what was expected, and what each arm said. All of it is plain text."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.records import SideBySide, Story
from ftcore.report import words
from ftcore.report.file import cut
from ftcore.ui import page, say

A_PAGE = 10
LONGEST = 4_000
"""Characters of an answer that are drawn."""
SHOWN = ("All", "Worse", "The same", "Better", "Missing")


def worst_first(story: Story) -> list[SideBySide]:
    """Every row, private ones among them (this is the user's own screen), the worst for the tuned model first."""

    def order(row: SideBySide) -> tuple[bool, float]:
        change = words.change(story, row)
        return change is None, change or 0.0

    return sorted(story.rows, key=order)


def regressions(story: Story, limit: int = 5) -> list[SideBySide]:
    return [row for row in worst_first(story) if (words.change(story, row) or 0) < 0][:limit]


def every_answer(story: Story, *, key: str) -> None:
    """All rows, filtered and a page at a time."""
    shown = st.segmented_control("Show", SHOWN, default="All", required=True, key=f"shown-{key}")
    models(story)
    rows = [row for row in worst_first(story) if shown in ("All", _group(story, row))]
    pages = max(1, -(-len(rows) // A_PAGE))
    place = f"answers-page-{key}-{shown}"
    at = min(int(st.session_state.get(place, 0)), pages - 1)
    if not rows:
        st.text("None of the answers are of this kind.")
    for row in rows[at * A_PAGE : (at + 1) * A_PAGE]:
        one(story, row, [arm.arm for arm in story.arms])
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Previous", key="answers-back", disabled=at == 0, on_click=_turn, args=(place, at - 1))
            st.text(f"Page {at + 1} of {pages}, {say.count(len(rows), 'row')}")
            st.button("Next", key="answers-on", disabled=at + 1 >= pages, on_click=_turn, args=(place, at + 1))


def models(story: Story) -> None:
    """Which model stands behind each way: scores are never shown without."""
    st.caption(page.plain(" · ".join(f"{arm.label}: {arm.model}" for arm in story.arms)))


def one(story: Story, row: SideBySide, arms: Sequence[str]) -> None:
    """One test row: the question, then the expected answer beside what the arms said, with their scores."""
    with st.container(border=True):
        st.caption(page.plain(_title(story, row)))
        st.text(cut(row.input, LONGEST))
        columns = st.columns(len(arms) + 1, gap="small")
        with columns[0]:
            st.caption("Expected")
            _text(row.expected)
        for column, arm in zip(columns[1:], arms, strict=True):
            score = row.scores.get(arm)
            with column:
                told = "no score" if score is None else f"{score:.2f}"
                st.caption(page.plain(f"{words.label_of(story, arm)} · {told}"))
                _text(row.answers.get(arm))


def _text(text: str | None) -> None:
    if text is None:
        st.text("No answer arrived.")
    elif not text.strip():
        st.text("An empty answer.")
    else:
        st.text(cut(text, LONGEST))


def _title(story: Story, row: SideBySide) -> str:
    change = words.change(story, row)
    found = words.primary(story)
    against = f" than “{words.label_of(story, found[0])}”" if found else ""
    if change is None:
        told = "an answer is missing"
    elif change == 0:
        told = "the same score"
    else:
        told = f"{abs(change):.2f} {'better' if change > 0 else 'worse'}{against}"
    private = " · private: never in a report" if row.private else ""
    return f"Example {row.case_id} · {told}{private}"


def _group(story: Story, row: SideBySide) -> str:
    change = words.change(story, row)
    if change is None:
        return "Missing"
    return "The same" if change == 0 else "Better" if change > 0 else "Worse"


def _turn(place: str, to: int) -> None:
    st.session_state[place] = to
