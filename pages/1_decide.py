"""Decide: the advice so far, five questions, the reasons, the arithmetic."""

import streamlit as st

from ftcore.decision import FrameworkError, load, load_cards
from ftcore.ui import page, session
from ftcore.ui.decide import decide_folds, decide_form, decide_state

project = page.header("decide")
try:
    framework, cards = load(), load_cards()
except FrameworkError as error:
    st.error(f"{error} Your answers are kept.")
    st.stop()
decided = decide_state.read(session.db(), project.id)
keys = [question.key for question in framework.questions]

decide_form.advice(decided, framework)
st.space("small")
question = framework.question(decide_form.current_question(framework, decided))
decide_form.progress(framework, decided)
form, beside = st.columns((3, 2), gap="large")
with form:
    decide_form.ask(project, question, decided, keys)
with beside:
    decide_form.evidence(question, decided, cards)
st.space("small")
decide_form.reasons(project, framework, decided, cards)
st.space("small")
decide_folds.break_even_fold(project)
decide_folds.record_fold(project, decided)
page.for_the_engineer(
    {
        "Framework": f"version {framework.version}, read on {framework.read_on}",
        "Answers": dict(decided.answers),
        "Reasons": list(decided.reasons),
        "Action": decided.advice.action.value,
    },
    command='python -c "from ftcore.decision import recommend; print(recommend('
    f'{dict(decided.answers)!r}, {list(decided.reasons)!r}))"',
)
