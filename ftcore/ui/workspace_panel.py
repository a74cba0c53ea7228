"""Folded at the Overview's foot: what the workspace takes on the disk, leftovers, and a backup of everything."""

from __future__ import annotations

import streamlit as st

from ftcore.dataset.targets.writing import ExportError
from ftcore.handover import backup, disk
from ftcore.store.schema import now
from ftcore.ui import ledger, page, session

NAMES = {
    "database": "Database",
    "uploads": "Uploads",
    "exports": "Exports",
    "meaning": "Meanings",
    "trainer": "Trained models",
    "logs": "Logs",
    "other": "Everything else",
}


def draw() -> None:
    fold = st.expander(
        "Workspace: disk and backup", icon=":material/hard_drive:", on_change="rerun", key="workspace-fold"
    )
    if not fold.open:  # adding up many files takes a moment
        return
    with fold:
        use = session.workspace().disk_use()
        shown = {NAMES[name]: disk.told(size) for name, size in use.items() if size}
        ledger.draw({**shown, "Together": disk.told(sum(use.values()))}, alt="What the workspace takes on the disk")
        old = disk.leftovers(session.db(), session.workspace())
        st.markdown(
            "**Leftovers** are uploads whose import has ended, and exported files, older than a day. They can be "
            "uploaded or made again."
        )
        st.button(
            f"Remove leftovers: {len(old):,}", key="remove-leftovers", disabled=not old, on_click=_remove_leftovers
        )
        st.markdown(f"**A backup** is one file. In it: {backup.WHAT} Not in it: {backup.NOT}")
        st.button("Make a backup", key="make-backup", on_click=_back_up)
        _offer()


def _remove_leftovers() -> None:
    gone = disk.remove_leftovers(session.db(), session.workspace())
    page.flash(f"{gone.files:,} leftovers removed: {disk.told(gone.bytes)}.")


def _back_up() -> None:
    path = session.workspace().folder("exports") / f"backup-{now().astimezone():%Y%m%d-%H%M%S}.zip"
    try:
        made = backup.backup(session.workspace(), path)
    except ExportError as error:
        page.flash(str(error), icon=":material/error:")
        return
    st.session_state["backup"] = path.name
    page.flash(f"The backup is ready: {disk.told(made.bytes)}. Save it somewhere else.")


def _offer() -> None:
    name = str(st.session_state.get("backup", ""))
    path = session.workspace().folder("exports") / name
    if not backup.OURS.fullmatch(name) or not path.is_file():
        return
    st.download_button(
        "Save the backup",
        data=path.read_bytes,
        file_name=name,
        key="save-backup",
        on_click="ignore",
        icon=":material/download:",
    )
    st.code(f"tuneworthy restore {name} --workspace NEW_FOLDER", language="bash")
