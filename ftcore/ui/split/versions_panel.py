"""Versions: kept under a name, listed, two compared, one restored."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import versions
from ftcore.dataset.freeze import take_snapshot
from ftcore.dataset.split_lock import SplitLocked
from ftcore.dataset.versions import Changed, Difference
from ftcore.handover.project_file import name_of
from ftcore.records import Project, Snapshot, SnapshotRow
from ftcore.store import snapshots
from ftcore.ui import differences, page, session

SHOWN_VERSIONS = 20
SHOWN_ROWS = 25
MAX_NAME = 80
FIELDS = {"system": "Instructions", "prompt": "What they write", "response": "What you answer"}


def draw(project: Project) -> None:
    """The list with its actions, and the comparison of two."""
    with session.db().read() as c:
        known = snapshots.of_project(c, project.id)
    st.markdown(
        "A version is a copy of the approved examples as they are now. It never changes; training keeps one by itself.",
        width=page.PROSE,
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = f"version-name-{project.id}"
        st.text_input("Name this version", key=key, max_chars=MAX_NAME, placeholder="Before the holidays", width=320)
        st.button("Keep it", key="version-keep", on_click=_keep, args=(project, key))
    if not known:
        st.text("There are no versions yet.")
        return
    for one in known[:SHOWN_VERSIONS]:
        _line(project, one)
    if len(known) > SHOWN_VERSIONS:
        st.text(f"The {SHOWN_VERSIONS} newest of {len(known):,}.")
    if len(known) > 1:
        _comparison(project, known)


def _line(project: Project, one: Snapshot) -> None:
    name, numbers, when, button = st.columns((4, 4, 3, 2), vertical_alignment="center")
    name.text(name_of(one))
    numbers.text(f"{one.train:,} train, {one.validation:,} validation, {one.test:,} test")
    when.text(_when(one))
    with button.popover("Restore", width="stretch"):
        st.markdown(
            "The approved examples become those of this version again, out of the trash too. Approved examples that it "
            "does not hold become drafts. One undo takes it all back."
        )
        st.button(
            "Restore this version", key=f"restore-{one.id}", on_click=_restore, args=(project, one), width="stretch"
        )


def _when(one: Snapshot) -> str:
    at = f"{one.created_at.astimezone():%d %b %Y %H:%M}" if one.created_at else ""
    return f"{at}  {one.created_by}".strip()


def _comparison(project: Project, known: list[Snapshot]) -> None:
    st.markdown("**Compare two versions**")
    by_id = {one.id: f"{name_of(one)} ({_when(one)}, {one.id})" for one in known}
    earlier, later = st.columns(2, gap="medium")
    ids = list(by_id)
    one = earlier.selectbox("From", ids, index=1, format_func=by_id.__getitem__, key=f"compare-from-{project.id}")
    other = later.selectbox("To", ids, index=0, format_func=by_id.__getitem__, key=f"compare-to-{project.id}")
    if one == other:
        st.text("Choose two different ones.")
        return
    if not st.toggle("Show the differences", key=f"compare-show-{project.id}"):
        return
    found = _compared(str(session.db().path), one, other)
    if found.empty:
        st.text(f"They say the same: {found.same:,} examples.")
        return
    _differences(project, found)


@st.cache_data(show_spinner="Comparing the two", max_entries=8)
def _compared(path: str, one: int, other: int) -> Difference:
    """Versions never change: two compared once are compared for good."""
    with session.db().read() as c:
        return versions.compare(c, one, other)


def _differences(project: Project, found: Difference) -> None:
    numbers = {"Changed": found.number_changed, "Added": found.added.number, "Removed": found.removed.number}
    st.text(
        f"{found.number_changed:,} changed, {found.added.number:,} added, {found.removed.number:,} removed, "
        f"{found.same:,} the same."
    )
    labels = {f"{name} ({number:,})": name for name, number in numbers.items() if number}
    chosen = st.segmented_control(
        "Which",
        list(labels),
        default=next(iter(labels)),
        key=f"compare-which-{project.id}",
        label_visibility="collapsed",
    )
    which = labels.get(str(chosen), next(iter(labels.values())))
    if which == "Changed":
        st.markdown(differences.LEGEND)
        for pair in found.changed[:SHOWN_ROWS]:
            _changed(pair)
    else:
        for row in (found.added if which == "Added" else found.removed).rows[:SHOWN_ROWS]:
            _whole(row)
    if numbers[which] > SHOWN_ROWS:
        st.text(f"The first {SHOWN_ROWS} of {numbers[which]:,}.")


def _changed(pair: Changed) -> None:
    with st.container(gap="xsmall"):
        moved = f", moved from {pair.before.split} to {pair.after.split}" if pair.moved else ""
        st.divider()
        st.text(f"Example {pair.after.example_id}{moved}")
        told = False
        for field, name in FIELDS.items():
            before, after = getattr(pair.before.training, field), getattr(pair.after.training, field)
            if before != after:
                told = True
                st.markdown(f"**{name}**")
                differences.draw(before, after)
        if not told and pair.before.training != pair.after.training:
            st.text("Earlier turns or tool calls of the conversation differ.")
        if not told:
            st.text(pair.after.training.prompt)


def _whole(row: SnapshotRow) -> None:
    with st.container(gap="xsmall"):
        st.divider()
        st.text(f"Example {abs(row.example_id)}, {row.split}")
        st.text(row.training.prompt)
        st.text(row.training.response)


def _keep(project: Project, key: str) -> None:
    name = " ".join(str(st.session_state[key]).split())[:MAX_NAME]
    if not name:
        page.flash("Give the version a name first.", icon=":material/info:")
        return
    if not session.counts(project).approved:
        page.flash("Nothing is approved yet, so there is nothing to keep.", icon=":material/info:")
        return
    with session.db().write() as c:
        before = {one.id for one in snapshots.of_project(c, project.id)}
        kept = take_snapshot(c, project.id, who=session.who(), name=name)
    st.session_state[key] = ""
    again = " It is the same as a version that was kept before, which has this name now." if kept.id in before else ""
    page.flash(f"“{name}” is kept.{again}")


def _restore(project: Project, one: Snapshot) -> None:
    try:
        done = versions.restore(session.db(), project.id, one.id, who=session.who())
    except SplitLocked as refused:
        page.flash(str(refused), icon=":material/lock:")
        return
    drafts = f" {done.drafts:,} that it does not hold are drafts now." if done.drafts else ""
    again = f" {done.added:,} of them had to be added again." if done.added else ""
    page.flash(f"{done.back:,} examples are as in “{name_of(one)}”.{again}{drafts} Undo in the table takes it back.")
