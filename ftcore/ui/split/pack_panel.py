"""Review packs: a workbook for a colleague, and what comes back, shown as a difference before anything is taken."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import streamlit as st

from ftcore.dataset.deciding import ASK
from ftcore.dataset.targets.writing import ExportError
from ftcore.handover import pack, unpack
from ftcore.handover.errors import HandoverError
from ftcore.handover.unpack import Proposal, Proposed
from ftcore.records import Filter, Project, Status
from ftcore.records.filter import ANY
from ftcore.store import examples
from ftcore.ui import differences, page, session
from ftcore.ui.curate import curate_state
from ftcore.ui.table import filter_words, table_counts

SHOWN = 25
SAID = {
    "approved": "approved",
    "rejected": "rejected",
    "asked": "to ask about",
    "corrected": "corrected",
    "commented": "commented",
}


def draw(project: Project, where: Filter) -> None:
    """A pack of the rows that the filter shows, and taking a filled one."""
    _out(project, where)
    st.space("small")
    _back(project)


def _out(project: Project, shown: Filter) -> None:
    st.markdown(
        "**For a colleague without the app:** an Excel workbook of the rows, with columns for a decision, a corrected "
        "answer and a comment.",
        width=page.PROSE,
    )
    where, number = _which(project, shown)
    with session.db().read() as c:
        private = bool(examples.count(c, project.id, Filter(private=True))[0])
    keep = st.checkbox("Leave private rows out", value=True, key="pack-private") if private else True
    place = curate_state.remembered("pack", project)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Make the workbook", key="pack-make", on_click=_make, args=(project, where, not keep), disabled=not number
        )
        made = session.workspace().folder("exports") / Path(str(place.get("file", "none"))).name
        if place.get("file") and made.is_file():
            st.download_button(
                "Download it",
                data=made.read_bytes,
                file_name=f"{project.file_name}-review.xlsx",
                mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                key="pack-download",
                on_click="ignore",
                icon=":material/download:",
            )
            st.text(str(place.get("told", "")))


def _which(project: Project, shown: Filter) -> tuple[Filter, int]:
    """The rows that are chosen, and how many they are (up to 10,000 are counted)."""
    choices = {
        "Not decided yet": Filter(status=Status.DRAFT),
        "With an error or a warning": Filter(problem=ANY),
        "Marked with a question": Filter(tag=ASK),
        "All rows": Filter(),
    }
    if shown.parts():
        sentence = filter_words.sentence(shown, table_counts.sets_of(project, shown))
        choices = {f"The table’s: {sentence}": shown} | choices
    found = {}
    with session.db().read() as c:
        for name, where in choices.items():
            number, more = examples.count(c, project.id, where)
            if number:
                found[f"{name} ({number:,}{'+' if more else ''})"] = (where, number)
    if not found:
        return Filter(), 0
    chosen = st.selectbox("Which rows", list(found), key=f"pack-rows-{project.id}", width=page.PROSE)
    return found[chosen if chosen in found else next(iter(found))]


def _make(project: Project, where: Filter, private: bool) -> None:
    name = f"project-{project.id}-pack-{uuid.uuid4().hex[:8]}.xlsx"
    try:
        made = pack.pack(session.db(), project.id, where, session.workspace().folder("exports") / name, private=private)
    except (HandoverError, ExportError) as error:
        page.flash(str(error), icon=":material/info:")
        return
    left = f", {made.private:,} private left out" if made.private else ""
    left += f", {made.too_long:,} too long for a cell left out" if made.too_long else ""
    curate_state.remembered("pack", project).update(file=name, told=f"{made.rows:,} rows{left}")


def _back(project: Project) -> None:
    place = curate_state.remembered("pack", project)
    uploaded = st.file_uploader(
        "A filled workbook comes back", type=["xlsx"], key=f"pack-upload-{project.id}-{place.get('turn', 0)}"
    )
    if uploaded is None:
        return
    path = session.workspace().folder("uploads") / f"pack-{project.id}-{uuid.uuid4().hex}.xlsx"
    try:
        path.write_bytes(uploaded.getvalue())
        found = unpack.propose(session.db(), project.id, path)
    except (HandoverError, OSError) as error:
        st.error(page.plain(str(error)), icon=":material/block:")
        return
    finally:
        path.unlink(missing_ok=True)
    _proposal(project, found)


def _proposal(project: Project, found: Proposal) -> None:
    sure = [one for one in found.rows if not one.since]
    numbers = {SAID[name]: number for name, number in unpack.summary(sure).items() if number}
    told = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
    st.markdown(f"**{told[:1].upper() + told[1:] or 'Nothing new'}.**")
    if found.nothing:
        st.text(f"{found.nothing:,} rows say nothing new.")
    chosen = [one.row.id for one in found.conflicts if _conflict(one)]
    if sure:
        with st.expander(f"See what would change: {len(sure):,} rows", icon=":material/difference:"):
            st.markdown(differences.LEGEND)
            for one in sure[:SHOWN]:
                _one(one)
            if len(sure) > SHOWN:
                st.text(f"The first {SHOWN} of {len(sure):,}.")
    if found.unknown:
        with st.expander(f"Lines that cannot be used: {len(found.unknown):,}", icon=":material/help:"):
            for row in found.unknown[:200]:
                st.text(f"Line {row.line}: {row.reason}\n{row.raw}".strip())
    if not found.rows:
        return
    number = len(sure) + len(chosen)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        who = st.text_input("Who filled it?", max_chars=16, key="pack-who", placeholder="initials", width=160)
        st.button(
            f"Take {number:,} {'row' if number == 1 else 'rows'}",
            key="pack-take",
            on_click=_take,
            args=(project, found, chosen),
            disabled=not who.strip() or not number,
        )
    if number and not who.strip():
        st.caption("Give the initials of the person who filled it first: the change is kept under them.")


def _conflict(one: Proposed) -> bool:
    """Both texts, and whether theirs is taken."""
    with st.container(border=True):
        st.warning(page.plain(f"Row {one.row.id}: {one.since}"), icon=":material/call_merge:")
        here, pack_says = st.columns(2, gap="medium")
        with here:
            st.markdown("**Here, which stands**")
            st.text(f"{one.row.status}\n{one.row.training.response}")
        with pack_says:
            st.markdown("**In the pack**")
            st.text(_said(one))
        return st.checkbox("Take what the pack says", key=f"pack-conflict-{one.row.id}")


def _said(one: Proposed) -> str:
    lines = [one.line.decision, one.line.answer or "", f"Comment: {one.line.comment}" if one.line.comment else ""]
    return "\n".join(line for line in lines if line)


def _one(one: Proposed) -> None:
    with st.container(gap="xsmall"):
        st.divider()
        st.text(f"Row {one.row.id}: {one.row.training.prompt[:200]}")
        values: dict[str, Any] = one.values
        if "status" in values:
            st.text(f"{one.row.status} → {values['status']}")
        if "tags" in values:
            st.text("to ask about")
        if one.line.answer is not None and "training" in values:
            differences.draw(one.row.training.response, one.line.answer)
        if "note" in values:
            st.text(f"Comment: {one.line.comment}")


def _take(project: Project, found: Proposal, chosen: list[int]) -> None:
    who = str(st.session_state["pack-who"]).strip()
    saved = unpack.accept(session.db(), found, who=who, conflicts=chosen)
    place = curate_state.remembered("pack", project)
    place["turn"] = int(place.get("turn", 0)) + 1  # a new key: the uploader is empty again
    newer = f" {len(saved.conflicts):,} were changed here meanwhile and are as they were." if saved.conflicts else ""
    page.flash(f"{len(saved.changed):,} rows taken from {who}’s pack.{newer} Undo in the table takes it back.")
