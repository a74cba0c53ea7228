"""The review: one example at a time, decided by a key. A key draws only what is in here again, not the whole page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from ftcore.dataset import triage
from ftcore.dataset.triage import STAGES, Queue
from ftcore.records import Example, Project, Status
from ftcore.ui import page, session
from ftcore.ui.curate import conflicts
from ftcore.ui.review import (
    review_card,
    review_end,
    review_marks,
    review_moves,
    review_side,
    review_state,
    review_words,
)
from ftcore.ui.review.review_state import View

Top = Callable[[Project], None]
NEW_TAG = 220
"""Pixels of the field for a new tag."""
TEXT, SIDE = 7, 4
"""The widths of the example and of what stands beside it."""


def draw(project: Project, top: Top | None = None) -> None:
    """The queue of this person, where they stopped. `top` draws what stands above it and has to follow every key, such as the
    curator's line: it is drawn in the same part of the page."""
    triage.prepare(session.db(), project.id, Queue.GROUPS, who=session.who())
    review_state.begin(project)
    _queue(project, top)


@st.fragment
def _queue(project: Project, top: Top | None) -> None:
    page.show_flash()
    conflicts.draw(project)
    review_state.begin(project)
    view = review_state.look(project)
    _go_on_when_empty(view)
    view = review_state.look(project) if review_state.of(project)["queue"] is not view.queue else view
    if top is not None:
        top(view.project)
    _chooser(view)
    _keys(view)
    _tags(view)
    example = view.example
    editing = example is not None and review_state.of(project).get("editing") == example.id
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        st.text(review_card.source(example) if example else "", width="content")
        hasty = review_state.of(project).get("hasty")
        st.text(review_words.HASTY if hasty else _progress(view), width="content")
    text, side = st.columns((TEXT, SIDE), gap="large")
    if example is None:
        with text:
            review_end.draw(view)
        with side:
            review_side.good(view, None)
        return
    with text, st.container(key="review-card"):
        review_card.draw(view, example, editing=editing)
    with side:
        review_side.draw(view, example, editing=editing)
    review_state.drawn(project, example.id)


def _go_on_when_empty(view: View) -> None:
    """A stage in which nothing is left to decide says so and gives way to the next."""
    if view.queue in STAGES and view.example is None and not view.remaining[0] and not view.place.decided:
        after = review_state.next_stage(view.project, view.queue, view.left)
        if after is not None:
            st.markdown(f"{review_end.NOTHING[view.queue]} Here {_follows(after)}.")
            review_state.enter(view.project, after)


def _progress(view: View) -> str:
    done = view.left.sample.seen if view.queue is Queue.SAMPLE and view.left.sample else view.place.decided
    return review_words.progress(done, *view.remaining, view.place)


def _follows(queue: Queue) -> str:
    return "are the duplicate groups" if queue is Queue.GROUPS else "is a random sample of the others"


def _chooser(view: View) -> None:
    """The stages in their order, with what is left in each; then the table's rows, and what was asked about."""
    left = view.left
    told = {
        Queue.PROBLEMS: review_words.left(left.problems),
        Queue.GROUPS: review_words.left(*left.of(Queue.GROUPS)),
        Queue.SAMPLE: review_words.seen(left.sample, left.drafts),
        Queue.TABLE: review_words.counted(*left.table),
        Queue.ASKED: f"{left.asked:,}",
    }
    # Another key for another queue: drawn anew, it gives the arrow keys back to the rows.
    key = f"{review_state.CHOOSER}-{view.queue}"
    st.session_state[key] = view.queue.value
    st.segmented_control(
        "What to review",
        [queue.value for queue in Queue],
        format_func=lambda name: f"{review_words.step(Queue(name), left.sample, left.drafts)}: {told[Queue(name)]}",
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=review_moves.choose,
        args=(view.project, key),
    )
    st.caption(review_words.lead(view.queue, left.sample, left.drafts))


def _keys(view: View) -> None:
    """The decisions: always in the same place, each with its key."""
    row, project = view.example, view.project
    id_, version = (row.id, row.version) if row else (0, 0)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review-keys"):
        _key("Approve", "A", row, review_moves.decide, (project, id_, version, Status.APPROVED))
        _key("Reject", "X", row, review_moves.decide, (project, id_, version, Status.REJECTED))
        _key("Edit", "E", row, review_moves.edit, (project, id_), help="Opens the fields, and closes them again.")
        _key("Ask", "Q", row, review_moves.ask, (project, id_, version), help="Tags it “ask” and goes on.")
        own = bool(review_state.of(project)["trail"]) or row is not None
        _button("Previous", "Left", "review-previous", not own, review_moves.previous, (project, id_))
        _key("Next", "Right", row, review_moves.skip, (project, id_), name="skip")
        _button("Undo", "U", "review-undo", False, review_moves.undo, (project, id_))


def _key(
    label: str,
    key: str,
    row: Example | None,
    does: Callable[..., None],
    args: tuple[Any, ...],
    *,
    name: str = "",
    help: str = "",
) -> None:
    # One button for all rows: a button a row stays deaf or, worse, listens on for a moment after its row has gone.
    _button(label, key, f"review-{name or label}", row is None, does, args, help)


def _button(
    label: str, key: str, name: str, disabled: bool, does: Callable[..., None], args: tuple[Any, ...], help: str = ""
) -> None:
    st.button(label, shortcut=key, key=name, disabled=disabled, on_click=does, args=args, help=help or None)


def _tags(view: View) -> None:
    """The tags by number, in places that stay; the number that sets one stands behind it."""
    row, project = view.example, view.project
    known = review_marks.tags(project)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="review-tags"):
        for number, tag in enumerate(known, 1):
            on = row is not None and tag in row.tags
            st.button(
                page.plain(tag),
                shortcut=str(number),
                key=f"review-tag-{number}",
                type="tertiary",
                icon=":material/check_box:" if on else ":material/check_box_outline_blank:",
                disabled=row is None,
                on_click=review_marks.toggle,
                args=(project, row.id if row else 0, row.version if row else 0, tag),
            )
        st.text_input(
            "New tag",
            key=review_marks.tag_field(project),
            placeholder="New tag: gets a number",
            label_visibility="collapsed",
            width=NEW_TAG,
            disabled=row is None,
            on_change=review_marks.add_tag,
            args=(project, row.id if row else 0, row.version if row else 0),
        )
        others = [tag for tag in row.tags if tag not in known] if row is not None else []
        if others:
            st.text(" · ".join(others))
