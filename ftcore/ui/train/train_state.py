"""Where somebody stands on Train: the mode. Also the name in the address: `?train=Models`."""

from __future__ import annotations

import streamlit as st

MODE = "train"
MODES = ("Train", "Models", "Connections")


def choose() -> str:
    """Draws the modes beside each other; gives the chosen one."""
    if st.session_state.get(MODE) not in MODES:
        wanted = st.query_params.get(MODE)
        st.session_state[MODE] = wanted if wanted in MODES else MODES[0]
    st.segmented_control(
        "What to do", MODES, key=MODE, required=True, label_visibility="collapsed", bind="query-params"
    )
    return str(st.session_state[MODE])


def go(to: str) -> None:
    """Changes the mode: for callbacks."""
    st.session_state[MODE] = to
