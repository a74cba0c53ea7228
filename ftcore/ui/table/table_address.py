"""The table's state in the address: a link opens the same rows, and the way back leads to the filter before."""

from __future__ import annotations

import time
from collections.abc import Mapping

import streamlit as st

from ftcore.records import Project
from ftcore.ui.curate import curate_state
from ftcore.ui.table.table_view import NAMES, View

WRITTEN = "table-address"
LAG = 2.0
"""Seconds in which a browser may still send the address before: quick clicks go out before it has heard of the new one."""


def sync(project: Project) -> View:
    """Takes over what the address says when somebody else wrote it (a link, the way back), else writes into it what the
    table shows. An address that says nothing of the table leaves it as it was."""
    said = {name: value for name in NAMES if (value := st.query_params.get(name))}
    kept = curate_state.view(project)
    if said and _is_news(said):
        kept = View.from_address(said)
        curate_state.set_view(project, kept)
    wanted = kept.to_address()
    if said != wanted:
        _put(said, wanted)
    _remember(wanted)
    return kept


def leave() -> None:
    """Another mode is drawn: the table's part of the address goes."""
    if (written := st.session_state.pop(WRITTEN, None)) is not None:
        here = {name: value for name, value in written["now"].items() if st.query_params.get(name) == value}
        _put(here, {})


def _is_news(said: Mapping[str, str]) -> bool:
    """Whether the address is none that this session wrote just now."""
    written = st.session_state.get(WRITTEN)
    if written is None:
        return True
    if said == written["now"]:  # also when another project was opened: this is what the one before showed
        return False
    just_now = time.monotonic() - written["at"] < LAG
    return not (just_now and said == written["before"])


def _remember(wanted: dict[str, str]) -> None:
    written = st.session_state.get(WRITTEN)
    if written is None or written["now"] != wanted:
        before = written["now"] if written else None
        st.session_state[WRITTEN] = {"now": wanted, "before": before, "at": time.monotonic()}


def _put(said: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """In one message, since each is a step of the way back. An empty list takes a name out of the address."""
    gone: dict[str, list[str]] = {name: [] for name in said if name not in wanted}
    if gone or wanted:
        st.query_params.update({**gone, **wanted})
