"""The review queue: one example that needs a look at a time, decided by a key."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import curation
from ftcore.records import Example, Project, Status
from ftcore.store import examples
from ftcore.store.examples import Filter
from ftcore.ui import conversation, curate_state, grid, page, session

QUEUE = Filter(status=Status.DRAFT, problem="any")


def draw(project: Project) -> None:
    place = curate_state.remembered("review", project)
    with session.db().read() as c:
        found = examples.page(c, project.id, QUEUE, after=place.get("after"), limit=1).rows
        left, more = examples.count(c, project.id, QUEUE)
    if not left:
        st.subheader("Nothing needs a look.", anchor=False)
        st.markdown(
            "Examples with a problem come here, one at a time. Approve the others in one go, or read them in the table."
        )
        _undo_button(project)
        return
    if not found:
        st.subheader("You are at the end of the queue.", anchor=False)
        st.markdown(f"{left:,} were skipped and still need a look.")
        st.button("Start again from the first", on_click=_from_the_start, args=(project,), key="review-again")
        _undo_button(project)
        return
    _one(project, found[0], f"{left:,}{'+' if more else ''}")


def _one(project: Project, example: Example, left: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, status, key in (("Approve", Status.APPROVED, "A"), ("Reject", Status.REJECTED, "X")):
            st.button(label, shortcut=key, key=f"review-{label}", on_click=_decide, args=(project, example.id, status))
        st.button("Skip", shortcut="Right", key="review-skip", on_click=_skip, args=(project, example.id))
        _undo_button(project)
        st.text(f"{left} left")
    source = f"Row {example.id}, line {example.line} of {example.source}" if example.line else f"Row {example.id}"
    conversation.show_problems(project, example.id, on_change="review")
    conversation.show(example.training)
    st.text(f"{source} · {example.tokens:,} tokens · {example.split or 'no split'}")
    with st.expander("Edit this example", icon=":material/edit:"):
        conversation.edit_form(project, example, key="review-edit")


def _undo_button(project: Project) -> None:
    st.button("Undo", shortcut="U", key="review-undo", on_click=_undo, args=(project,))


def _decide(project: Project, example_id: int, status: Status) -> None:
    curation.decide(session.db(), project.id, [example_id], status, who=session.who())
    grid.refresh(project)


def _skip(project: Project, example_id: int) -> None:
    curate_state.remembered("review", project)["after"] = example_id


def _from_the_start(project: Project) -> None:
    curate_state.remembered("review", project)["after"] = None


def _undo(project: Project) -> None:
    """Takes the last change back, and comes back to where it was."""
    change = curation.undo(session.db(), project.id, who=session.who())
    curate_state.remembered("review", project)["after"] = None
    grid.refresh(project)
    page.flash(f"Taken back: {change.label}" if change else "There is nothing to take back.")
