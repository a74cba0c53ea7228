"""The versions of the decision record: who, when and what; each to take away; what changed between any two."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import streamlit as st

from ftcore.decision.differences import differences
from ftcore.decision.record import markdown
from ftcore.records import Project
from ftcore.store.decision_records import KeptRecord
from ftcore.ui import page

LISTED = 10


def draw(project: Project, versions: Sequence[KeptRecord]) -> None:
    """`versions` are the newest first."""
    st.markdown("**Versions**")
    with st.container(gap="xxsmall"):
        for one in versions[:LISTED]:
            st.text(name_of(one))
    newest = versions[0].number  # they are numbered without a gap
    if newest > LISTED:
        below = f"The {len(versions)} newest are in the list below."
        older = " The command tuneworthy decide prints the older ones too." if newest > len(versions) else ""
        st.caption(f"These are the {LISTED} newest of {newest}. {below}{older}")
    by_number = {one.number: one for one in versions}
    numbers = list(by_number)
    shown, older = (f"decision-{name}-{project.id}" for name in ("shown", "older"))
    if st.session_state.get(shown) not in by_number:
        st.session_state[shown] = numbers[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox("Version", numbers, format_func=lambda n: f"Version {n}", key=shown, width=200)
        for kind, label, icon in (
            ("md", "As a text (Markdown)", ":material/description:"),
            ("json", "For programs (JSON)", ":material/data_object:"),
        ):
            st.download_button(
                label,
                file_of(by_number[number], kind),
                f"decision-record-{project.file_name}-v{number}.{kind}",
                "text/markdown" if kind == "md" else "application/json",
                icon=icon,
                on_click="ignore",
                key=f"record-{kind}",
            )
    others = [one for one in numbers if one != number]
    if others:
        if st.session_state.get(older) not in others:
            st.session_state[older] = next((one for one in others if one < number), others[0])
        against = st.selectbox("Compared with", others, format_func=lambda n: f"Version {n}", key=older, width=200)
        _changes(by_number[min(number, against)], by_number[max(number, against)])


def name_of(one: KeptRecord) -> str:
    """ "Version 2, 28 Nov 2026, 19:30, by DK: Improve the prompt"."""
    decided = one.document.get("decided") or {}
    what = str(decided.get("name") or decided.get("choice") or "nothing decided yet")
    by = str(decided.get("by") or one.who)
    at = f"{one.created_at.astimezone():%d %b %Y, %H:%M}" if one.created_at else "at an unknown time"
    return f"Version {one.number}, {at}{f', by {by}' if by else ''}: {what}"


def _changes(older: KeptRecord, newer: KeptRecord) -> None:
    found = differences(older.document, newer.document)
    st.markdown(f"**What changed from version {older.number} to version {newer.number}**")
    if not found:
        st.text("Nothing.")
    st.markdown("\n".join(f"- {page.plain(one.text)}" for one in found), width=page.PROSE)


def file_of(one: KeptRecord, kind: str) -> Callable[[], bytes]:
    """Made when somebody asks for it."""

    def build() -> bytes:
        if kind == "md":
            return markdown(one.document, one.number, one.digest).encode("utf-8", "replace")
        return json.dumps(
            {"number": one.number, "sha256": one.digest, **one.document}, ensure_ascii=False, indent=1
        ).encode("utf-8", "replace")

    return build
