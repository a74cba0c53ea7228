"""Folded on Decide: the break-even arithmetic, and the decision record to take away."""

from __future__ import annotations

import streamlit as st

from ftcore.decision import break_even, call_cost, decision_record
from ftcore.records import Project
from ftcore.store.schema import now
from ftcore.ui import decide_state, page, session
from ftcore.ui.decide_state import Decided


def break_even_fold(project: Project) -> None:
    """Figures in, one sentence out. Prices are the reader's: they change, and they are on the seller's page."""
    fold = st.expander("Would it pay? The break-even arithmetic", icon=":material/calculate:", on_change="rerun")
    if not fold.open:
        return
    from ftcore.chat import count_tokens
    from ftcore.records import TrainingExample

    def tokens(text: str, otherwise: int) -> int:
        return count_tokens(TrainingExample([{"role": "system", "content": text}])) if text else otherwise

    with fold:
        st.markdown("Take the prices from your provider's page. Money is in any one currency.", width=page.PROSE)
        volume, base, tuned = st.columns(3, gap="medium")
        with volume:
            calls = _number("Questions a month", 10_000, 1_000)
            question = _number("Tokens of a question", 60, 10)
            answer = _number("Tokens of an answer", 40, 10)
            hosting = _price("Hosting a month", 0.0)
        with base:
            base_prompt = _number("Tokens of today's prompt", tokens(project.base_prompt, 800), 50)
            base_in = _price("Today's model: price of 1,000,000 tokens in", 2.50)
            base_out = _price("Today's model: price of 1,000,000 tokens out", 10.0)
        with tuned:
            tuned_prompt = _number("Tokens of the short prompt", tokens(project.tuned_prompt, 20), 10)
            tuned_in = _price("Tuned model: price of 1,000,000 tokens in", 0.30)
            tuned_out = _price("Tuned model: price of 1,000,000 tokens out", 1.20)
            training = _price("Training and preparing, once", 500.0)
        found = break_even(
            training_cost=training,
            base_call_cost=call_cost(base_prompt + question, answer, base_in, base_out),
            tuned_call_cost=call_cost(tuned_prompt + question, answer, tuned_in, tuned_out),
            calls_per_month=calls,
            hosting_per_month=hosting,
        )
        st.markdown(f"**{page.plain(found.sentence)}**")
        st.text(f"Saving a question, hosting taken off: {found.saving_per_call:.6f}")


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


def _number(label: str, value: int, step: int) -> int:
    return int(st.number_input(label, min_value=0, max_value=10**10, value=value, step=step, key=f"even-{label}"))


def _price(label: str, value: float) -> float:
    return float(st.number_input(label, min_value=0.0, max_value=1e9, value=value, format="%.2f", key=f"even-{label}"))


def _note(project_id: int, key: str) -> None:
    decide_state.note(session.db(), project_id, str(st.session_state[key]), who=session.who())
    page.flash("Saved.")
