"""The lock of the test split: why it is there, and the way out."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import split_lock
from ftcore.dataset.split_lock import Lock
from ftcore.records import Project
from ftcore.store import jobs
from ftcore.ui import page, session

WHY = (
    "No row joins or leaves it: a model must be measured on what it was measured on before. "
    "The other splits can still be changed."
)
COST = "Older comparisons are then no longer comparable with newer ones. Your initials and the time are kept with the project."


def find(project: Project) -> Lock | None:
    with session.db().read() as c:
        return split_lock.find(c, project.id)


def draw(project: Project, lock: Lock | None) -> None:
    if lock is not None:
        told, button = st.columns((6, 2), vertical_alignment="center")
        told.info(f"{page.plain(lock.sentence)} {WHY}", icon=":material/lock:")
        with button.popover("Unlock …", key="unlock-fold", width="stretch"):
            st.markdown(COST)
            st.button("Unlock the test split", key="unlock-test", on_click=_unlock, args=(project,))
        return
    kept = project.limits.get(split_lock.UNLOCKED)
    if not isinstance(kept, dict):
        return
    with session.db().read() as c:
        trained = any(split_lock.has_trained(job) for job in jobs.of_project(c, project.id))
    if trained:
        who = page.plain(str(kept.get("who") or "somebody"))
        told, button = st.columns((6, 2), vertical_alignment="center")
        told.warning(
            f"The test split was unlocked by {who}: comparisons made before are not comparable with later ones.",
            icon=":material/lock_open:",
        )
        button.button("Lock it again", key="lock-test", on_click=_lock, args=(project,), width="stretch")


def _unlock(project: Project) -> None:
    split_lock.unlock(session.db(), project.id, who=session.who())
    page.flash("The test split is unlocked until the next training.", icon=":material/lock_open:")


def _lock(project: Project) -> None:
    split_lock.lock_again(session.db(), project.id)
    page.flash("The test split is locked again.", icon=":material/lock:")
