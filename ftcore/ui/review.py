"""The review queue: one example that needs a look at a time, decided by a key."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import curation
from ftcore.records import Example, Filter, Project, Status
from ftcore.store import examples, journal
from ftcore.store.journal import Change
from ftcore.ui import conflicts, conversation, curate_state, grid, page, session

EDIT = "review-edit"
QUEUE = Filter(status=Status.DRAFT, problem="any")


def draw(project: Project) -> None:
    conflicts.draw(project)
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
            seen = (project, example.id, example.version, status)
            st.button(label, shortcut=key, key=f"review-{label}", on_click=_decide, args=seen)
        st.button("Skip", shortcut="Right", key="review-skip", on_click=_skip, args=(project, example.id))
        _undo_button(project)
        st.text(f"{left} left")
    source = f"Row {example.id}, line {example.line} of {example.source}" if example.line else f"Row {example.id}"
    conversation.show_problems(project, example.id, on_change="review")
    conversation.show(example.training)
    st.text(f"{source} · {example.tokens:,} tokens · {example.split or 'no split'}")
    with st.expander("Edit this example", icon=":material/edit:"):
        conversation.edit_fields(project, example, key=EDIT)


def _undo_button(project: Project) -> None:
    with session.db().read() as c:
        change = journal.next_undo(c, project.id)
    label = "Undo" if change is None else f"Undo: {page.plain(_told(change))}"
    st.button(label, shortcut="U", key="review-undo", disabled=change is None, on_click=_undo, args=(project,))


def _decide(project: Project, example_id: int, drawn: int, status: Status) -> None:
    """Decides about what was on the screen: an edit under way goes first, and a newer text is shown before it counts."""
    if not conversation.write_fields(project, example_id, EDIT):
        return
    seen = {example_id: conversation.version_seen(project, example_id, EDIT, drawn)}
    saved = curation.decide(session.db(), project.id, [example_id], status, who=session.who(), versions=seen)
    if saved.conflicts:
        who = saved.conflicts[0].theirs.changed_by or "Somebody"
        page.flash(f"{who} changed it meanwhile. Nothing was decided: look again.", icon=":material/info:")
    grid.refresh(project)


def _told(change: Change) -> str:
    return f"{change.label[:40]} ({change.who or 'somebody'})"


def _skip(project: Project, example_id: int) -> None:
    curate_state.remembered("review", project)["after"] = example_id


def _from_the_start(project: Project) -> None:
    curate_state.remembered("review", project)["after"] = None


def _undo(project: Project) -> None:
    """Takes this person's own last change back, and comes back to where it was; of another's it says whose it is."""
    change, mine = curation.undo_own(session.db(), project.id, who=session.who())
    if change is None:
        page.flash("There is nothing to take back.")
        return
    if not mine:
        said = f"The last change is by {change.who or 'somebody'} ({change.label}). Undo in the table takes it back."
        page.flash(said, icon=":material/info:")
        return
    curate_state.remembered("review", project)["after"] = None
    grid.refresh(project)
    page.flash(f"Taken back: {change.label}")
