"""Blind rating in a spreadsheet: a workbook for a colleague, and what comes back, told before it is kept."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ftcore.records import Project
from ftcore.store import examples
from ftcore.store.runs import Run
from ftcore.ui import page, say, session
from ftcore.ui.curate import curate_state

if TYPE_CHECKING:
    from ftcore.handover.rating_unpack import Proposal

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


def draw(project: Project, run: Run, arms: tuple[str, str]) -> None:
    _out(project, run, arms)
    st.space("small")
    _back(project, run, arms)


def _out(project: Project, run: Run, arms: tuple[str, str]) -> None:
    st.text(
        "An Excel workbook: two answers a row, left and right, with a list to choose from. Which way is which is told nowhere "
        "in it.",
        width=page.PROSE,
    )
    with session.db().read() as c:
        private = bool(examples.private_ids(c, project.id))
    keep = st.checkbox("Leave private rows out", value=True, key="rating-private") if private else True
    place = curate_state.remembered("rating-pack", project)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        who = st.text_input("For whom?", max_chars=16, key="rating-for", placeholder="initials", width=160)
        most = st.number_input(
            "At most so many rows", min_value=5, max_value=5_000, value=100, key="rating-most", width=200
        )
        st.button(
            "Make the workbook",
            key="rating-make",
            on_click=_make,
            args=(project, run, arms, int(most), not keep),
            disabled=not who.strip(),
        )
    made = session.workspace().folder("exports") / Path(str(place.get("file", "none"))).name
    if place.get("file") and made.is_file():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.download_button(
                "Download it",
                data=made.read_bytes,
                file_name=f"{project.file_name}-rating-{place.get('for', '')}.xlsx",
                mime=XLSX,
                key="rating-download",
                on_click="ignore",
                icon=":material/download:",
            )
            st.text(str(place.get("told", "")))


def _make(project: Project, run: Run, arms: tuple[str, str], most: int, private: bool) -> None:
    from ftcore.dataset.targets.writing import ExportError
    from ftcore.handover import rating_pack
    from ftcore.handover.errors import HandoverError

    who = str(st.session_state["rating-for"]).strip()
    path = session.workspace().folder("exports") / f"project-{project.id}-rating-{uuid.uuid4().hex[:8]}.xlsx"
    try:
        made = rating_pack.pack(session.db(), run.id, arms, who, path, most=most, private=private)
    except (HandoverError, ExportError) as error:
        page.flash(str(error), icon=":material/info:")
        return
    left = {
        "private": made.private,
        "too long for a cell": made.too_long,
        "with the same answer twice": made.same,
        "rated already": made.rated,
    }
    told = "".join(f", {number:,} {why} left out" for why, number in left.items() if number)
    name = "".join(letter for letter in who if letter.isascii() and letter.isalnum())
    place = curate_state.remembered("rating-pack", project)
    place.update({"file": path.name, "told": f"{say.count(made.rows, 'row')}{told}", "for": name})


def _back(project: Project, run: Run, arms: tuple[str, str]) -> None:
    from ftcore.handover import rating_unpack
    from ftcore.handover.errors import HandoverError

    place = curate_state.remembered("rating-pack", project)
    turn = int(place.get("turn", 0))
    uploaded = st.file_uploader("A filled workbook comes back", type=["xlsx"], key=f"rating-upload-{project.id}-{turn}")
    if uploaded is None:
        return
    path = session.workspace().folder("uploads") / f"pack-{project.id}-{uuid.uuid4().hex}.xlsx"
    try:
        path.write_bytes(uploaded.getvalue())
        meant = rating_unpack.header(path).who
        who = st.text_input("Who rated?", value=meant, max_chars=16, key=f"rating-who-{turn}", width=160).strip()
        found = rating_unpack.propose(session.db(), run.id, arms, path, who=who)
    except (HandoverError, OSError) as error:
        st.error(page.plain(str(error)), icon=":material/block:")
        return
    finally:
        path.unlink(missing_ok=True)
    _proposal(project, found)


def _proposal(project: Project, found: Proposal) -> None:
    numbers = {
        "with a choice": len(found.rows),
        "without one": found.empty,
        "known already": found.nothing,
        "taken out of the file": found.missing,
        "that cannot be used": len(found.unknown),
    }
    told = ", ".join(f"{number:,} {what}" for what, number in numbers.items() if number)
    st.text(f"Rows: {told}." if told else "There is nothing in this file.")
    if found.unknown:
        with st.expander(f"Lines that cannot be used: {len(found.unknown):,}", icon=":material/help:"):
            for row in found.unknown[:SHOWN]:
                st.text(f"Line {row.line}: {row.reason}\n{row.raw}".strip())
    replace = False
    if found.conflicts:
        several = say.count(len(found.conflicts), "row")
        replace = st.checkbox(
            f"{found.who} said something else of {several} before: take what the file says", key="rating-replace"
        )
    number = len(found.rows) - (0 if replace else len(found.conflicts))
    st.button(
        f"Keep {say.count(number, 'rating')}",
        key="rating-take",
        on_click=_take,
        args=(project, found, replace),
        disabled=not number or not found.who,
    )
    if number and not found.who:
        st.caption("Give the initials of the person who rated first: the ratings are kept under them.")


def _take(project: Project, found: Proposal, replace: bool) -> None:
    from ftcore.handover import rating_unpack

    number = rating_unpack.accept(session.db(), found, replace=replace)
    place = curate_state.remembered("rating-pack", project)
    place["turn"] = int(place.get("turn", 0)) + 1  # a new key: the uploader is empty again
    page.flash(f"{say.count(number, 'rating')} of {found.who} kept.")
