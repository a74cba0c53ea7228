"""Why people want to fine-tune: four reasons that can hold and four that mislead, each with what to do instead."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.decision import Framework, ResearchCard
from ftcore.decision.framework import BadReason, GoodReason
from ftcore.records import Project
from ftcore.ui import page, session
from ftcore.ui.decide import decide_state
from ftcore.ui.decide.decide_beside import cards_of
from ftcore.ui.decide.decide_state import Decided


def draw(project: Project, framework: Framework, decided: Decided, cards: Sequence[ResearchCard]) -> None:
    """A tick is saved at once."""
    st.subheader("Why do you want to fine-tune?", anchor=False)
    st.markdown("Tick what is true for you. Each has a cheaper way to the same end: try that first.", width=page.PROSE)
    good, bad = st.columns(2, gap="large")
    with good:
        st.markdown("**Reasons that can hold**")
        for reason in framework.good_reasons:
            _reason(
                project,
                reason,
                decided,
                reason.description,
                f"Cheaper: {reason.alternative} Train only {_lower(reason.when)}",
            )
    with bad:
        st.markdown("**Reasons that mislead**")
        for other in framework.bad_reasons:
            _reason(project, other, decided, other.problem, f"Instead: {other.solution}")
    about = {"risks", *(one.key for one in framework.good_reasons), *(one.key for one in framework.bad_reasons)}
    research = [card for card in cards if card.about in about]
    if research:
        title = f"Research on the reasons and the risks ({len(research)})"
        with st.expander(title, icon=":material/menu_book:", key="research-reasons"):
            cards_of(research)


def _reason(project: Project, reason: GoodReason | BadReason, decided: Decided, says: str, instead: str) -> None:
    key = f"reason-{project.id}-{reason.key}"
    st.session_state[key] = reason.key in decided.reasons
    with st.container(gap="xxsmall"):
        st.checkbox(f"**{page.plain(reason.name)}**", key=key, on_change=_tick, args=(project.id, reason.key, key))
        st.markdown(f"{page.plain(says)}  \n*{page.plain(instead)}*")


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _tick(project_id: int, reason: str, key: str) -> None:
    decide_state.tick(session.db(), project_id, reason, bool(st.session_state[key]), who=session.who())
