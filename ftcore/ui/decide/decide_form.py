"""The conversation: the questions one at a time or all at once, each with its answer, how it is known, and what is beside it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.decision import Framework, ResearchCard
from ftcore.decision.framework import Question
from ftcore.records import Project, Reply
from ftcore.store import preferences
from ftcore.ui import page, session
from ftcore.ui.decide import decide_beside, decide_follow_ups, decide_known, decide_mode, decide_state, trial_panel
from ftcore.ui.decide.decide_known import There
from ftcore.ui.decide.decide_state import Decided

REPLIES: dict[Reply, str] = {"yes": "Yes", "no": "No", "unsure": "Not sure"}
CURRENT, CURRENT_OF = "question", "question-of"
"""The question on the screen, and the project it was chosen in."""
MODE, PREFERENCE = "decide-mode", "decide.mode"
ONE, ALL = "One at a time", "All at once"


def draw(project: Project, framework: Framework, decided: Decided, cards: Sequence[ResearchCard]) -> None:
    mode = _head(framework, decided)
    there = decide_known.there_is(project, decided)
    if mode == ALL:
        for number, question in enumerate(framework.questions, 1):
            _both(project, question, decided, cards, there, title=f"{number}. {question.question}")
            st.divider()
        if len(decided.answers) == len(framework.questions):
            _what_is_left(decided)
        return
    question = framework.question(_current(project.id, framework, decided))
    _progress(framework, decided)
    keys = [one.key for one in framework.questions]
    _both(project, question, decided, cards, there, title=question.question, keys=keys)


def _head(framework: Framework, decided: Decided) -> str:
    """How many are answered, and whether they are asked singly; the choice is remembered in the workspace."""
    if MODE not in st.session_state:
        with session.db().read() as c:
            kept = preferences.get(c, PREFERENCE)
        st.session_state[MODE] = kept if kept in (ONE, ALL) else ONE
    total = len(framework.questions)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{len(decided.answers)} of {total} answered**", width="content")
        mode = st.segmented_control(
            "How the questions are asked",
            (ONE, ALL),
            key=MODE,
            required=True,
            label_visibility="collapsed",
            on_change=_remember,
        )
    return str(mode)


def _current(project_id: int, framework: Framework, decided: Decided) -> str:
    """The question on the screen: the one chosen in this project, else the first that is not answered."""
    keys = [question.key for question in framework.questions]
    chosen = st.session_state.get(CURRENT)
    before = st.session_state.get(CURRENT_OF, project_id)
    st.session_state[CURRENT_OF] = project_id
    if chosen not in keys or before != project_id:
        chosen = next((key for key in keys if key not in decided.answers), keys[0])
        st.session_state[CURRENT] = chosen
    return str(chosen)


def _progress(framework: Framework, decided: Decided) -> None:
    """The five questions with their answers; each can be opened."""
    numbers = {question.key: number for number, question in enumerate(framework.questions, 1)}
    short = {question.key: question.short for question in framework.questions}

    def shown(key: str) -> str:
        reply = decided.answers.get(key)
        return f"{numbers[key]}. {short[key]}" + (f": {REPLIES[reply].lower()}" if reply else "")

    st.segmented_control(
        "The five questions",
        list(numbers),
        format_func=shown,
        key=CURRENT,
        required=True,
        label_visibility="collapsed",
        persist_state="page",
    )


def _both(
    project: Project,
    question: Question,
    decided: Decided,
    cards: Sequence[ResearchCard],
    there: There,
    *,
    title: str,
    keys: Sequence[str] = (),
) -> None:
    """A question, and what is known and can be tried beside it. With `keys`, the button that goes on to the next."""
    form, beside = st.columns((3, 2), gap="large")
    with form:
        _ask(project, question, decided, there, title, keys)
    with beside:
        decide_beside.draw(project, question, decided, cards)


def _ask(project: Project, question: Question, decided: Decided, there: There, title: str, keys: Sequence[str]) -> None:
    """The question with its example, the answer to give, what it rests on, how it is known; after "not sure", what else to ask.

    The button that goes on stands right under the answers: after a click the next question is where the last one was.
    """
    st.subheader(page.plain(title), anchor=False)
    st.markdown(f"*For example:* {page.plain(question.example)}")
    choices: list[Reply] = list(REPLIES)
    stands = decided.answers.get(question.key)
    place = _place(project.id, question.key)
    reply = st.radio(
        page.plain(question.question),
        choices,
        index=choices.index(stands) if stands else None,
        format_func=REPLIES.__getitem__,
        captions=[page.plain(question.meaning[choice]) for choice in choices],
        key=place,
        on_change=_keep,
        args=(project.id, question.key, place),
        label_visibility="collapsed",
    )
    if keys:
        st.button(
            "Save answer and continue",
            type="primary",
            on_click=_save,
            args=(project.id, question.key, place, tuple(keys)),
            key="save-answer",
        )
        if not set(keys) - set(decided.answers):
            _what_is_left(decided)
    decide_known.badge(question.key, decided)
    if reply is not None:
        decide_known.draw(project, question, decided, there)
    if reply == "unsure":
        st.markdown("**How to find out.** " + page.plain(question.settle))
    trial_panel.draw(project, question.key)
    if reply == "unsure":
        decide_follow_ups.draw(project, question, decided)


def _what_is_left(decided: Decided) -> None:
    """After the fifth answer, where the eye is: the advice in a sentence, and what else there is to do on this page."""
    st.markdown(
        f"**All five are answered.** {page.plain(decided.advice.headline)} Why, and what speaks against it, stands at the top. Next:"
    )
    with st.container(horizontal=True, gap="small"):
        decide_mode.pay_button()
        decide_mode.record_button()


def _place(project_id: int, question: str) -> str:
    return f"reply-{project_id}-{question}"


def _remember() -> None:
    with session.db().write() as c:
        preferences.put(c, PREFERENCE, st.session_state[MODE])


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
        page.flash("Saved. All five are answered: the advice stands at the top.")
