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
    for found in _by_source(decided.about(question.key)):
        _measured(found)
    if question.key == FIRST:
        decide_models.fold()
    research = [card for card in cards if card.about == question.key]
    if research:
        key = f"research-{question.key}"
        with st.expander(f"What research says ({len(research)})", icon=":material/menu_book:", key=key):
            cards_of(research)


def _by_source(evidence: Sequence[Evidence]) -> list[list[Evidence]]:
    found: dict[tuple[str, str, bool], list[Evidence]] = {}
    for item in evidence:
        if item.measured:
            found.setdefault((item.source, item.model, item.practice), []).append(item)
    return list(found.values())


def cards_of(cards: Sequence[ResearchCard]) -> None:
    """Each with its figure, its source and year, and the words that are the link."""
    for card in cards:
        year = f", {card.year}" if card.year else ""
        seller = " (a seller's own figure)" if card.vendor else ""
        lines = [f"**{page.plain(card.claim)}** {page.plain(card.figure)}", page.plain(f"{card.source}{year}{seller}")]
        if card.url:
            lines.append(f"[{page.plain(card.link_text)}]({card.url})")
        st.markdown("  \n".join(lines))


def _measured(found: Sequence[Evidence]) -> None:
    """What one run says of a question: each finding with what it speaks for, the model and the run once."""
    first = found[0]
    with st.container(border=True, gap="small"):
        badge = "Practice model" if first.practice else "Measured here"
        st.badge(badge, color="gray", help=page.PRACTICE if first.practice else None)
        for item in found:
            st.text(f"{item.claim} {SPEAKS[item.supports]}")
        of = f"Model: {first.model}. " if first.model else ""
        st.caption(page.plain(f"{of}From: {first.source or 'this project'}."))
