"""Folded on Decide: the break-even arithmetic, and the decision record to take away."""

from __future__ import annotations

import streamlit as st

from ftcore.decision import break_even, call_cost, decision_record
from ftcore.records import Project
from ftcore.store.schema import now
from ftcore.ui import page, session
from ftcore.ui.decide import decide_state
from ftcore.ui.decide.decide_state import Decided


def break_even_fold(project: Project) -> None:
    """Figures in, one sentence out. Volume, prices and costs are the reader's: they start blank, for no figure is right
    for everybody, and nothing is concluded before they are typed."""
    fold = st.expander("Would it pay? The break-even arithmetic", icon=":material/calculate:", on_change="rerun")
    if not fold.open:
        return
    with fold:
        st.markdown(
            "Take the prices from your provider's page, in any one currency; type 0 where nothing is paid. The lengths "
            "of the prompts are counted from your own, where there are some.",
            width=page.PROSE,
        )
        asked = _figures(project)
        given = {name: figure for name, figure in asked.items() if figure is not None}
        if blank := len(asked) - len(given):
            missing = "1 figure is" if blank == 1 else f"{blank} figures are"
            st.text(f"{missing} still missing. What comes out is said when all are there.")
            return
        found = break_even(
            training_cost=given["training"],
            base_call_cost=call_cost(
                given["base_prompt"] + given["question"], given["answer"], given["base_in"], given["base_out"]
            ),
            tuned_call_cost=call_cost(
                given["tuned_prompt"] + given["question"], given["answer"], given["tuned_in"], given["tuned_out"]
            ),
            calls_per_month=given["calls"],
            hosting_per_month=given["hosting"],
        )
        st.markdown(f"**{page.plain(found.sentence)}**")
        st.text(f"Saving a question, hosting taken off: {found.saving_per_call:.6f}")


def _figures(project: Project) -> dict[str, float | None]:
    """The figures as they stand in their fields; None where a field is blank."""

    def number(label: str, step: int, value: int | None = None) -> float | None:
        key = f"even-{project.id}-{label}"
        return st.number_input(label, min_value=0, max_value=10**10, value=value, step=step, key=key)

    def price(label: str) -> float | None:
        key = f"even-{project.id}-{label}"
        return st.number_input(label, min_value=0.0, max_value=1e9, value=None, format="%.2f", key=key)

    asked: dict[str, float | None] = {}
    volume, base, tuned = st.columns(3, gap="medium")
    with volume:
        asked["calls"] = number("Questions a month", 1_000)
        asked["question"] = number("Tokens of a question", 10)
        asked["answer"] = number("Tokens of an answer", 10)
        asked["hosting"] = price("Hosting a month")
    with base:
        asked["base_prompt"] = number("Tokens of today's prompt", 50, _tokens(project.base_prompt))
        asked["base_in"] = price("Today's model: price of 1,000,000 tokens in")
        asked["base_out"] = price("Today's model: price of 1,000,000 tokens out")
    with tuned:
        asked["tuned_prompt"] = number("Tokens of the short prompt", 10, _tokens(project.tuned_prompt))
        asked["tuned_in"] = price("Tuned model: price of 1,000,000 tokens in")
        asked["tuned_out"] = price("Tuned model: price of 1,000,000 tokens out")
        asked["training"] = price("Training and preparing, once")
    return asked


def _tokens(prompt: str) -> int | None:
    from ftcore.chat import count_tokens
    from ftcore.records import TrainingExample

    return count_tokens(TrainingExample([{"role": "system", "content": prompt}])) if prompt else None


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
