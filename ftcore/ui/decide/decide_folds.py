"""Folded on Decide: the decision record to take away."""

from __future__ import annotations

import streamlit as st

from ftcore.decision import decision_record
from ftcore.records import Project
from ftcore.store.schema import now
from ftcore.ui import page, session
from ftcore.ui.decide import decide_state
from ftcore.ui.decide.decide_state import Decided


def record_fold(project: Project, decided: Decided) -> None:
    """What the people decided in the end, and the record as a file."""
    with st.expander("Decision record", icon=":material/description:"):
        key = f"decision-note-{project.id}"
        st.session_state.setdefault(key, decided.note)
        st.text_area(
            "What you decided in the end, and why",
            key=key,
            max_chars=4000,
            help="It may be otherwise than the advice. It is saved when you leave the field.",
            on_change=_note,
            args=(project.id, key),
        )
        record = decision_record(
            decided.answers,
            decided.advice,
            who=decided.who or session.who(),
            when=decided.at or now(),
            project=project.name,
            reasons=decided.reasons,
            evidence=decided.evidence,
            decided=decided.note,
        )
        st.download_button(
            "Download the record (Markdown)", record, "decision-record.md", "text/markdown", on_click="ignore"
        )


def _note(project_id: int, key: str) -> None:
    decide_state.note(session.db(), project_id, str(st.session_state[key]), who=session.who())
    page.flash("Saved.")
