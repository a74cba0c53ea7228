"""Decide: the advice so far; below it the five questions and the reasons, or what it costs, or the record."""

import streamlit as st

from ftcore.decision import FrameworkError
from ftcore.decision.framework import cards_of, framework_of
from ftcore.ui import page, session
from ftcore.ui.decide import (
    decide_advice,
    decide_form,
    decide_mode,
    decide_reasons,
    decide_record,
    decide_state,
    own_words_panel,
    pay_panel,
)

project = page.header("decide")
root = session.workspace().root
try:
    (framework, faults), (cards, faulty_cards) = framework_of(root), cards_of(root)
except FrameworkError as error:
    st.error(f"{page.plain(str(error))} Your answers are kept.")
    st.stop()
own_words_panel.faults((*faults, *faulty_cards))
decided = decide_state.read(session.db(), project.id)

decide_advice.draw(decided, framework)
decide_record.notices(project, decided)
st.space("small")
mode = decide_mode.choose()
if mode == decide_mode.PAY:
    pay_panel.draw(project.id)
    decide_mode.record_button()
elif mode == decide_mode.RECORD:
    decide_record.draw(project, framework, decided)
else:
    decide_form.draw(project, framework, decided, cards)
    st.space("small")
    decide_reasons.draw(project, framework, decided, cards)
    own_words_panel.draw(framework)
page.for_the_engineer(
    {
        "Framework": f"{framework.edition}, read on {framework.read_on}",
        "Answers": dict(decided.answers),
        "Reasons": list(decided.reasons),
        "Action": decided.advice.action.value,
        "Evidence": ", ".join(dict.fromkeys(one.source for one in decided.evidence if one.measured)) or "none measured",
    },
    command=f"tuneworthy decide show {project.id} --json",
)
