"""Where somebody stands on Decide: the mode. Also the name in the address: `?decide=Decision+record`."""

from __future__ import annotations

import streamlit as st

MODE = "decide"
QUESTIONS, PAY, RECORD = "Questions", "Would it pay?", "Decision record"
MODES = (QUESTIONS, PAY, RECORD)


def choose() -> str:
    """Draws the modes beside each other; gives the chosen one."""
    if st.session_state.get(MODE) not in MODES:
        wanted = st.query_params.get(MODE)
        st.session_state[MODE] = wanted if wanted in MODES else QUESTIONS
    st.segmented_control(
        "What to do", MODES, key=MODE, required=True, label_visibility="collapsed", bind="query-params"
    )
    return str(st.session_state[MODE])


def go(to: str) -> None:
    """Changes the mode: for callbacks."""
    st.session_state[MODE] = to


def stay(mode: str) -> None:
    """For a part that is drawn alone: draws the whole page where another mode was chosen with the press that left one of its fields.
    The browser sends both as one message, which is this part's."""
    if st.session_state.get(MODE, mode) != mode:
        st.rerun()


def pay_button() -> None:
    st.button("Would it pay?", icon=":material/calculate:", key="to-pay", on_click=go, args=(PAY,))


def record_button() -> None:
    st.button("Record the decision", icon=":material/description:", key="to-record", on_click=go, args=(RECORD,))
