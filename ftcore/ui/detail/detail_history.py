"""The history of one row: what it was after each change, what was different, and a way back to any of them."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset import turn_edits
from ftcore.records import Example, Project, text_of
from ftcore.store import examples, history
from ftcore.store.history import Version
from ftcore.ui import differences, page, say, session
from ftcore.ui.table import grid

SHOWN = 30
NAMES = {
    "status": "Status",
    "split": "Split",
    "tags": "Tags",
    "note": "Note",
    "private": "Private",
    "worse": "Worse answer",
}


def draw(project: Project, row: Example) -> None:
    with session.db().read() as c:
        found = history.versions(c, row.id)[:SHOWN]
    if len(found) == 1:
        st.markdown("This row is as it was imported. Every change of it will stand here.")
        return
    chosen = st.selectbox(
        "Version",
        range(len(found)),
        index=1,
        format_func=lambda at: _told(found[at], at),
        key=f"version-{row.id}-{row.version}",
        help="What it was after each change, the newest first.",
    )
    version = found[chosen or 0]
    if not chosen:
        st.markdown("This is what stands now.")
        return
    st.markdown(f"From this version to what stands now: {differences.LEGEND}")
    _difference(version, found[0])
    st.button(
        "Restore this version",
        key=f"restore-{row.id}-{version.change_id}",
        icon=":material/restore:",
        on_click=_restore,
        args=(project, row, version),
    )


def _told(version: Version, at: int) -> str:
    who = f", {version.who}" if version.who else ""
    return f"{'Now: ' if at == 0 else ''}{version.label} ({say.moment(version.at)}{who})"


def _difference(before: Version, now: Version) -> None:
    old, new = before.training.messages, now.training.messages
    for at in range(max(len(old), len(new))):
        one = text_of(old[at]) if at < len(old) else ""
        other = text_of(new[at]) if at < len(new) else ""
        if one != other:
            st.caption(f"Turn {at + 1}")
            differences.draw(one, other)
    if [text_of(m) for m in old] == [text_of(m) for m in new] and old != new:
        st.text("Something in the turns beside their text was changed (roles, tool calls, what is learnt).")
    for name, label in NAMES.items():
        one, other = _said(before.values[name]), _said(now.values[name])
        if one != other:
            st.caption(label)
            differences.draw(one, other)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _restore(project: Project, row: Example, version: Version) -> None:
    saved = turn_edits.restore(session.db(), row, version, who=session.who())
    grid.refresh(project)
    if saved.conflicts:
        page.flash(f"{saved.conflicts[0].theirs.changed_by or 'Somebody'} changed it meanwhile. Look again.")
    else:
        page.flash("Restored, as a new change. Undo takes it back.")


def draw_original(row: Example) -> None:
    """Turn by turn, the row as it was imported and what became of it."""
    with session.db().read() as c:
        before = examples.original(c, row.id).messages
    now = row.training.messages
    if before == now:
        st.markdown("It is as it was imported.")
        return
    st.markdown(f"Since the import: {differences.LEGEND}")
    for at in range(max(len(before), len(now))):
        old = text_of(before[at]) if at < len(before) else ""
        new = text_of(now[at]) if at < len(now) else ""
        st.caption(f"Turn {at + 1}" + ("" if old != new else ", unchanged"))
        differences.draw(old, new)
