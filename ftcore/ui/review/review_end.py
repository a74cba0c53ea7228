"""The end of a queue: what was passed over, what comes next, and what a random sample says about the rest."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import triage
from ftcore.dataset.triage import Queue, Sample
from ftcore.ui import page, say
from ftcore.ui.curate import curate_state
from ftcore.ui.review import review_moves, review_state
from ftcore.ui.review.review_state import View
from ftcore.ui.review.review_words import NAMES

NOTHING = {
    Queue.PROBLEMS: "No draft has a problem.",
    Queue.GROUPS: "No duplicates are left to decide.",
    Queue.SAMPLE: "There is no draft without a problem to draw from.",
    Queue.TABLE: "The table's filter shows no rows.",
    Queue.ASKED: "Nobody has asked about anything. Press Q at a row that you are not sure of.",
}


def draw(view: View) -> None:
    number, more = view.remaining
    if view.queue is Queue.SAMPLE and view.left.sample is not None and view.left.sample.number:
        _sample(view, view.left.sample)
        return
    walked = view.queue in (Queue.TABLE, Queue.ASKED) and view.place.decided
    if number and view.queue is not Queue.TABLE:
        st.subheader("You are at the end of the queue.", anchor=False)
        passed = f"{number:,}{'+' if more else ''}"
        st.markdown(f"{passed} were passed over and {'is' if number == 1 else 'are'} still open.")
        _again(view)
    elif walked:
        st.subheader("You are at the end of these rows.", anchor=False)
        _again(view)
    else:
        st.subheader(NOTHING[view.queue], anchor=False)
    _go_on(view)


def _sample(view: View, sample: Sample) -> None:
    """The sentence, and the offer that follows from it."""
    st.subheader("The random sample is done." if not sample.left else "You are at the end of the sample.", anchor=False)
    if sample.seen:
        st.markdown(page.plain(triage.told(sample)) + _meant(sample), width=page.PROSE)
    if sample.left:
        st.markdown(f"{say.count(sample.left, 'row')} of it were passed over, and count for nothing yet.")
        _again(view)
    rest = view.left.drafts
    later = max(0, rest - (sample.of - sample.number))
    if later and sample.seen:
        few = "One of the others" if later == 1 else f"{later:,} of the others"
        said = f"{few} came after the sample was drawn, and it says nothing about {'it' if later == 1 else 'them'}."
        st.markdown(said, width=page.PROSE)
    if rest and sample.seen:
        label = f"Approve the other {rest:,}" if rest > 1 else "Approve the other one"
        st.markdown("The drafts that have an open error or warning stay as they are.", width=page.PROSE)
        st.button(
            label, key="review-approve-rest", type="primary", on_click=review_moves.approve_rest, args=(view.project,)
        )
        again = (view.project,)
        st.button("Draw another sample", key="review-resample", on_click=review_moves.draw_again, args=again)
    elif not rest:
        st.markdown("No draft without a problem is left.")
        _go_on(view)


def _meant(sample: Sample) -> str:
    """What the numbers are."""
    if sample.whole and not sample.left:
        return " These were all drafts without a problem: there is no rest to guess about."
    return " The second number is how high the share may be among the rows that you did not look at (95% sure)."


def _again(view: View) -> None:
    args, kwargs = (view.project, view.queue), {"anew": True}
    st.button("Start again from the first", key="review-again", on_click=review_moves.go_to, args=args, kwargs=kwargs)


def _go_on(view: View) -> None:
    after = review_state.next_stage(view.project, view.queue, view.left)
    if after is not None:
        args = (view.project, after)
        label = f"Go on: {NAMES[after].lower()}"
        st.button(label, key="review-go-on", type="primary", on_click=review_moves.go_to, args=args)
    else:
        st.markdown("The examples can be read and changed in the table at any time.")
        st.button("Open the table", key="review-table", on_click=_open_table)


def _open_table() -> None:
    curate_state.go("Table")
    st.rerun()  # the whole page: a button of the review draws the review alone
