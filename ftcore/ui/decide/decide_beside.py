"""Beside a question: its terms in plain words, what was measured, what to try first, and, folded, what research says."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.decision import ResearchCard
from ftcore.decision.framework import Question
from ftcore.records import Evidence, Project
from ftcore.ui import page
from ftcore.ui.decide import decide_models
from ftcore.ui.decide.decide_state import Decided

FIRST = "best_base_model"
SPEAKS = {"yes": "It speaks for yes.", "no": "It speaks for no.", "unsure": "It leaves the question open."}


def draw(project: Project, question: Question, decided: Decided, cards: Sequence[ResearchCard]) -> None:
    st.markdown("**What does this mean?**")
    for term, explanation in question.words.items():
        name = term if term.isupper() else term[:1].upper() + term[1:]
        st.markdown(f"*{page.plain(name)}*: {page.plain(explanation)}")
    for found in (item for item in decided.about(question.key) if item.measured):
        _measured(found)
    if question.key == FIRST:
        decide_models.fold()
    research = [card for card in cards if card.about == question.key]
    if research:
        key = f"research-{question.key}"
        with st.expander(f"What research says ({len(research)})", icon=":material/menu_book:", key=key):
            cards_of(research)


def cards_of(cards: Sequence[ResearchCard]) -> None:
    """Each with its figure, its source and year, and the words that are the link."""
    for card in cards:
        year = f", {card.year}" if card.year else ""
        seller = " (a seller's own figure)" if card.vendor else ""
        lines = [f"**{page.plain(card.claim)}** {page.plain(card.figure)}", page.plain(f"{card.source}{year}{seller}")]
        if card.url:
            lines.append(f"[{page.plain(card.link_text)}]({card.url})")
        st.markdown("  \n".join(lines))


def _measured(found: Evidence) -> None:
    with st.container(border=True):
        st.badge(
            "Practice model" if found.practice else "Measured here",
            color="gray",
            help=page.PRACTICE if found.practice else None,
        )
        st.text(found.claim)
        of = f" Model: {found.model}." if found.model else ""
        st.text(f"{SPEAKS[found.supports]}{of} From: {found.source or 'this project'}.")
