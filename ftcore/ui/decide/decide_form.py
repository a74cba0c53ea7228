"""What Decide draws: the advice so far, one question at a time, the reasons, the research."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.decision import Framework, ResearchCard
from ftcore.decision.framework import BadReason, GoodReason, Question
from ftcore.records import Confidence, Evidence, Project, Reply
from ftcore.ui import page, session
from ftcore.ui.decide import decide_state
from ftcore.ui.decide.decide_state import Decided

STAMPS = {
    Confidence.BELIEVED: ("Believed", "Nothing of this was measured: it rests on your answers."),
    Confidence.PARTLY_MEASURED: ("Partly measured", "Some of it was measured here; the rest is belief."),
    Confidence.MEASURED: ("Measured", "All that the advice rests on was measured here."),
}
REPLIES: dict[Reply, str] = {"yes": "Yes", "no": "No", "unsure": "Not sure"}
CURRENT = "question"


def advice(decided: Decided, framework: Framework) -> None:
    """The recommendation so far with its stamp, why, what next, and what would reverse it."""
    found = decided.advice
    name, meaning = STAMPS[found.confidence]
    with st.container(border=True):
        st.badge(
            name,
            color="gray",
            icon=":material/verified:" if found.confidence is Confidence.MEASURED else None,
            help=meaning,
        )
        st.header(page.plain(found.headline), anchor=False)
        if not decided.answers and not decided.evidence:
            st.markdown("Five questions, about ten minutes. “Not sure” is a good answer.")
            return
        why, other = st.columns(2, gap="large")
        with why:
            _sentences("Why", [str(one) for one in found.because])
            _sentences("Keep in mind", found.risks)
        with other:
            _sentences("What would reverse it", found.reverses_if)
            _sentences("Then", [step.name for step in found.next_steps[1:]])
        if decided.at is not None:
            st.caption(page.plain(f"Saved by {decided.who or 'somebody'}, {decided.at.astimezone():%d %b %Y, %H:%M}"))


def current_question(framework: Framework, decided: Decided) -> str:
    """The question on the screen: the one chosen, else the first that is not answered."""
    keys = [question.key for question in framework.questions]
    chosen = st.session_state.get(CURRENT)
    if chosen not in keys:
        chosen = next((key for key in keys if key not in decided.answers), keys[0])
        st.session_state[CURRENT] = chosen
    return str(chosen)


def progress(framework: Framework, decided: Decided) -> None:
    """The five questions with their answers; each can be opened."""
    numbers = {question.key: number for number, question in enumerate(framework.questions, 1)}
    short = {question.key: question.short for question in framework.questions}

    def shown(key: str) -> str:
        reply = decided.answers.get(key)
        return f"{numbers[key]}. {short[key]}" + (f": {REPLIES[reply].lower()}" if reply else "")

    st.markdown(f"**{len(decided.answers)} of {len(numbers)} answered**")
    st.segmented_control(
        "The five questions", list(numbers), format_func=shown, key=CURRENT, required=True, label_visibility="collapsed"
    )


def ask(project: Project, question: Question, decided: Decided, keys: Sequence[str]) -> None:
    """One question with its example, and the answer to give."""
    st.subheader(question.question, anchor=False)
    st.markdown(f"*For example:* {page.plain(question.example)}")
    choices: list[Reply] = list(REPLIES)
    stands = decided.answers.get(question.key)
    place = f"reply-{project.id}-{question.key}"
    reply = st.radio(
        "Your answer",
        choices,
        index=choices.index(stands) if stands else None,
        format_func=REPLIES.__getitem__,
        captions=[question.meaning[choice] for choice in choices],
        key=place,
        on_change=_keep,
        args=(project.id, question.key, place),
    )
    if reply == "unsure":
        st.markdown("**How to find out.** " + page.plain(question.settle))
        st.markdown("\n".join(f"- {page.plain(one.ask)}" for one in question.follow_ups))
    st.button(
        "Save answer and continue",
        type="primary",
        on_click=_save,
        args=(project.id, question.key, place, tuple(keys)),
        key="save-answer",
    )


def evidence(question: Question, decided: Decided, cards: Sequence[ResearchCard]) -> None:
    """Beside a question: its terms, what was measured here, and, folded, what research says."""
    st.markdown("**In plain words**")
    for term, explanation in question.words.items():
        name = term if term.isupper() else term.capitalize()
        st.markdown(f"*{page.plain(name)}*: {page.plain(explanation)}")
    for found in (item for item in decided.evidence if item.question == question.key):
        _measured(found)
    research = [card for card in cards if card.about == question.key]
    if research:
        with st.expander(f"What research says ({len(research)})", icon=":material/menu_book:"):
            _cards(research)


def reasons(project: Project, framework: Framework, decided: Decided, cards: Sequence[ResearchCard]) -> None:
    """The four good and the four bad reasons, each with what to do instead. A tick is saved at once."""
    st.subheader("Why do you want to fine-tune?", anchor=False)
    st.markdown("Tick what is true for you. Each has a cheaper way to the same end: try that first.", width=page.PROSE)
    good, bad = st.columns(2, gap="large")
    with good:
        st.markdown("**Reasons that can hold**")
        for reason in framework.good_reasons:
            _reason(project, reason, decided, reason.description, f"Cheaper: {reason.alternative} {reason.when}")
    with bad:
        st.markdown("**Reasons that mislead**")
        for other in framework.bad_reasons:
            _reason(project, other, decided, other.problem, f"Instead: {other.solution}")
    about = {"risks", *(one.key for one in framework.good_reasons), *(one.key for one in framework.bad_reasons)}
    research = [card for card in cards if card.about in about]
    if research:
        with st.expander(f"Research on the reasons and the risks ({len(research)})", icon=":material/menu_book:"):
            _cards(research)


def _reason(project: Project, reason: GoodReason | BadReason, decided: Decided, says: str, instead: str) -> None:
    key = f"reason-{project.id}-{reason.key}"
    st.session_state[key] = reason.key in decided.reasons
    with st.container(gap="xxsmall"):
        st.checkbox(f"**{page.plain(reason.name)}**", key=key, on_change=_tick, args=(project.id, reason.key, key))
        st.markdown(f"{page.plain(says)}  \n*{page.plain(instead)}*")


def _measured(found: Evidence) -> None:
    supports = {"yes": "speaks for yes", "no": "speaks for no", "unsure": "leaves it open"}[found.supports]
    with st.container(border=True):
        st.badge("Practice model" if found.practice else "Measured here", color="gray")
        st.text(found.claim)
        st.text(f"It {supports}. Model: {found.model or 'not named'}.")


def _cards(cards: Sequence[ResearchCard]) -> None:
    for card in cards:
        year = f", {card.year}" if card.year else ""
        seller = " (a seller's own figure)" if card.vendor else ""
        told = page.plain(f"{card.source}{year}{seller}")
        source = f"[{told}]({card.url})" if card.url else told
        st.markdown(f"**{page.plain(card.claim)}** {page.plain(card.figure)}  \n{source}")


def _sentences(title: str, sentences: Sequence[str]) -> None:
    if sentences:
        st.markdown(f"**{title}**\n" + "\n".join(f"- {page.plain(line)}" for line in sentences))


def _keep(project_id: int, question: str, place: str) -> None:
    """Saves a choice as it is made: leaving the question doesn't lose it."""
    reply = st.session_state.get(place)
    if reply is not None and decide_state.read(session.db(), project_id).answers.get(question) != reply:
        decide_state.answer(session.db(), project_id, question, reply, who=session.who())


def _save(project_id: int, question: str, place: str, keys: tuple[str, ...]) -> None:
    reply = st.session_state.get(place)
    if reply is None:
        page.flash("Choose an answer first. “Not sure” is a good one.", icon=":material/info:")
        return
    _keep(project_id, question, place)
    left = [key for key in keys if key not in decide_state.read(session.db(), project_id).answers]
    later = [key for key in left if keys.index(key) > keys.index(question)]
    if left:
        st.session_state[CURRENT] = (later or left)[0]
        page.flash("Saved.")
    else:
        st.session_state[CURRENT] = keys[min(keys.index(question) + 1, len(keys) - 1)]
        page.flash("Saved. All five are answered.")


def _tick(project_id: int, reason: str, key: str) -> None:
    decide_state.tick(session.db(), project_id, reason, bool(st.session_state[key]), who=session.who())
