"""The files that wait to be imported: those in the uploader, and those that lie in the inbox."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ftcore.dataset import inbox
from ftcore.records import Project
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state
from ftcore.ui.imports import import_plan
from ftcore.ui.imports.import_plan import Waiting

TYPES = ["csv", "tsv", "txt", "xlsx", "json", "jsonl", "ndjson", "parquet"]


def waiting(project: Project) -> list[Waiting]:
    """What was dropped, and what was chosen in the inbox, in this order."""
    place = state(project)
    uploads = st.file_uploader(
        "Drop a spreadsheet: one column people write, one you answer.",
        type=TYPES,
        accept_multiple_files=True,
        key=f"upload-{project.id}-{place.get('turn', 0)}",
        help="CSV, TSV, Excel, JSON, JSON lines or Parquet; chat, Alpaca and ShareGPT files are recognised. Several at once "
        "are fine. Up to 200 MB each; larger ones go into the inbox folder.",
    )
    known: list[Waiting] = place.setdefault("files", [])
    there = {upload.file_id for upload in uploads}
    for gone in [one for one in known if one.upload_id and one.upload_id not in there]:
        import_plan.forget(gone.file)
        known.remove(gone)
    for upload in uploads:
        if upload.file_id not in {one.upload_id for one in known}:
            known.append(Waiting(upload.name, file=import_plan.keep(upload), upload_id=upload.file_id))
    return known


def done_with(project: Project, several: list[Waiting], *, forget: bool = False) -> None:
    """These are asked for (or, with `forget`, not wanted): the uploader is empty again, the others wait on."""
    place = state(project)
    left = [one for one in place.get("files", []) if one.id not in {gone.id for gone in several}]
    if forget:
        for one in several:
            import_plan.forget(one.file)
    kept = [Waiting(one.name, one.file, one.inbox, one.stamp) for one in left]
    place.update(files=kept, turn=place.get("turn", 0) + 1)


def draw_inbox(project: Project) -> None:
    """The files in the inbox folder, for what is too large for a browser; its place is told when it is empty."""
    folder = session.workspace().folder("inbox")
    files = inbox.waiting(folder)
    title = f"{say.count(len(files), 'file')} in the inbox folder" if files else "A file larger than 200 MB?"
    with st.expander(title, icon=":material/inbox:", expanded=bool(files), key=f"inbox-{project.id}-{bool(files)}"):
        if not files:
            st.text("Put it into the inbox folder on the computer where Tuneworthy runs, then look again:")
        st.code(str(folder), language=None)
        for number, one in enumerate(files):
            told, button = st.columns((6, 2), vertical_alignment="center")
            told.text(f"{one.name}: {size(one.size)}, {age(one.age)}")
            look = Waiting(one.name, inbox=one.name, stamp=one.stamp)
            button.button("Look at it", key=f"inbox-{number}", on_click=_choose, args=(project, look), width="stretch")
        st.button("Look again", key="inbox-again", type="tertiary", icon=":material/refresh:")


def state(project: Project) -> dict[str, Any]:
    return curate_state.remembered("upload", project)


def size(number: int) -> str:
    """ "3 kB", "24 MB", "1.2 GB"."""
    for unit, one in (("GB", 1_000_000_000), ("MB", 1_000_000)):
        if number >= one:
            return f"{number / one:.1f} {unit}" if number < 10 * one else f"{number / one:,.0f} {unit}"
    return f"{max(1, round(number / 1000)):,} kB"


def age(seconds: float) -> str:
    if seconds < 90:
        return "just now"
    for word, one in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 1.5 * one or word == "minute":
            return f"{say.count(round(seconds / one), word)} old"
    return ""


def _choose(project: Project, one: Waiting) -> None:
    place = state(project)
    files: list[Waiting] = place.setdefault("files", [])
    if one.id not in {other.id for other in files}:
        place["files"] = [one, *(other for other in files if other.inbox != one.inbox)]


def names(several: list[Waiting]) -> str:
    return page.plain(", ".join(one.name for one in several))
