"""The popover "Add a filter": every part of a filter, each taken as it is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ftcore.records import Filter, Project, Split, Status
from ftcore.records.filter import ANY, NONE
from ftcore.ui import session
from ftcore.ui.curate import curate_state
from ftcore.ui.problems.problem_words import name_of
from ftcore.ui.table import filter_pattern, table_counts
from ftcore.ui.table.filter_words import FLAGS, RANGES

FOLD = "filter-fold"
SINCE = {"": "Any time", "1": "The last hour", "24": "The last day", "168": "The last week", "720": "The last month"}
STATUSES = {s.value: s.value.capitalize() for s in Status}
SPLITS = {s.value: s.value.capitalize() for s in Split} | {NONE: "Not in any"}


def put(project: Project, **parts: Any) -> None:
    """Changes parts of the filter; None takes a part away. For callbacks."""
    view = curate_state.view(project)
    where = view.where
    for name, value in parts.items():
        where = where.without(name) if value is None else replace(where, **{name: value})
    if where != view.where:
        curate_state.set_view(project, view.showing(where))


def draw(project: Project, where: Filter) -> None:
    # Drawn only while it is open: what is folded away costs nothing.
    fold = st.popover("Add a filter", icon=":material/filter_list:", key=FOLD, on_change="rerun")
    if not fold.open:
        return
    found = table_counts.choices(str(session.db().path), project.id)
    with fold, st.container(width=640, gap="small"):
        one, other = st.columns((5, 7), gap="small")
        with one:
            _pills(project, "Status", "status", STATUSES, where)
        with other:
            _pills(project, "Split", "split", SPLITS, where)
        one, two, three = st.columns(3, gap="small")
        with one:
            _choice(project, "Problem", "problem", _problems(project, where), where)
            _choice(project, "Changed by", "changed_by", {who: who for who in found.people}, where)
        with two:
            _choice(project, "Tag", "tag", {tag: tag for tag in found.tags}, where)
            _since(project, where)
        with three:
            _choice(project, "From the file", "source", {file: file for file in found.sources}, where)
            _flags(project, where)
        answers = table_counts.answers(str(session.db().path), project.id)
        if answers or where.answer:
            _choice(project, "Answer", "answer", {label: label for label in answers}, where)
        ranges = st.columns(4, gap="small")
        for places, part, label in ((ranges[:2], "tokens", "tokens"), (ranges[2:], "length", "letters")):
            _range(project, places, part, label, where)
        filter_pattern.draw(project)


def _pills(project: Project, label: str, name: str, names: dict[str, str], where: Filter) -> None:
    key = _key(name, getattr(where, name))
    st.pills(label, list(names), format_func=names.__getitem__, key=key, on_change=_chosen, args=(project, name, key))


def _choice(project: Project, label: str, name: str, names: dict[str, str], where: Filter) -> None:
    value = getattr(where, name)
    options = {"": "Any"} | names
    options.setdefault(value, value)
    key = _key(name, value)
    st.selectbox(
        label,
        list(options),
        format_func=lambda option: options.get(option, option),
        key=key,
        on_change=_chosen,
        args=(project, name, key),
    )


def _since(project: Project, where: Filter) -> None:
    key = "find-changed_since"
    if where.changed_since is None:
        st.session_state[key] = ""
    elif not st.session_state.get(key):
        st.session_state[key] = next(iter(list(SINCE)[1:]))
    st.selectbox(
        "Changed in", list(SINCE), format_func=SINCE.__getitem__, key=key, on_change=_chosen_since, args=(project, key)
    )


def _range(project: Project, places: Sequence[DeltaGenerator], part: str, label: str, where: Filter) -> None:
    for place, name, word in zip(places, RANGES[part], ("From", "To"), strict=True):
        key = _key(name, getattr(where, name))
        place.number_input(
            f"{word}, {label}",
            min_value=0,
            max_value=2**40,
            value=None,
            step=1,
            key=key,
            placeholder="any",
            help="Letters and signs of the answer, both ends included" if part == "length" else None,
            on_change=_chosen,
            args=(project, name, key),
        )


def _flags(project: Project, where: Filter) -> None:
    key = "find-flags"
    st.session_state[key] = [name for name in FLAGS if getattr(where, name)]
    st.multiselect(
        "Only rows",
        list(FLAGS),
        format_func=FLAGS.__getitem__,
        key=key,
        on_change=_chosen_flags,
        args=(project, key),
        placeholder="Any",
    )


def _key(name: str, value: Any) -> str:
    """The widget shows what the filter says, whoever set it."""
    key = f"find-{name}"
    st.session_state[key] = str(value) if isinstance(value, Status | Split) else value
    return key


def _chosen(project: Project, name: str, key: str) -> None:
    value = st.session_state[key]
    if name == "status":
        value = Status(value) if value else None
    elif name == "split":
        value = (NONE if value == NONE else Split(value)) if value else None
    put(project, **{name: value})


def _chosen_since(project: Project, key: str) -> None:
    hours = st.session_state[key]
    moment = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=int(hours)) if hours else None
    put(project, changed_since=moment)


def _chosen_flags(project: Project, key: str) -> None:
    put(project, **{name: True if name in st.session_state[key] else None for name in FLAGS})


def _problems(project: Project, where: Filter) -> dict[str, str]:
    names = {ANY: "Any error or warning", NONE: "No problem"}
    names |= {code: f"{name_of(code)} ({number:,})" for code, _, number in session.problem_tally(project)}
    if where.problem:
        names.setdefault(where.problem, f"{name_of(where.problem)} (0)")
    return names
