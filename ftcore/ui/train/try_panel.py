"""Trying a model out: one question, the base model and the tuned one answering side by side as they go."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from ftcore.records import Endpoint, Project, Split
from ftcore.store import snapshots
from ftcore.training.registry import Lineage
from ftcore.training.trying import Asked, Reply, Trial
from ftcore.ui import page, say, session

TICK = 0.08
"""Seconds between two drawings of the growing answers."""
QUESTION = "try-question"
LONG, TALL = 500, 320
"""An answer of more characters scrolls in its own box, so many pixels high: a small base model may ramble on."""


def draw(project: Project, one: Lineage, known: Sequence[Lineage]) -> None:
    """The box, and below it both answers. Nothing of this is kept: it is for looking, and measures nothing."""
    st.markdown("**Try it**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        against = st.selectbox(
            "Beside it",
            _others(one, known),
            format_func=lambda model: f"{model} (base)" if model == one.job.base_model else model,
            key=f"try-against-{one.model.id}",
        )
        st.button(
            "Take a test example", icon=":material/casino:", key="try-example", on_click=_take, args=(one.snapshot.id,)
        )
    question = st.text_area("Your question", key=QUESTION, height=100, placeholder="As a customer would write it.")
    asks = st.button("Ask both", type="primary", icon=":material/send:", disabled=not question.strip(), key="try-ask")
    sides = _sides(project, one, str(against), known)
    columns = st.columns(len(sides))
    places = []
    for column, asked in zip(columns, sides, strict=True):
        with column:
            st.markdown(f"**{_kind(asked.model, one)}**")
            own = "your full instructions" if asked.system == project.base_prompt else "the short instructions"
            st.caption(f"{page.plain(asked.model)}, with {own if asked.system else 'no instructions'}")
            places.append((st.empty(), st.empty()))
    kept = st.session_state.setdefault("try-kept", {})
    answered: tuple[str, list[Reply]] | None = kept.get(one.model.id)
    if asks:
        replies = _ask(sides, question, places)
        kept[one.model.id] = (question, replies)
    elif answered is not None and answered[0] == question and len(answered[1]) == len(places):
        for place, reply in zip(places, answered[1], strict=True):
            _show(place, reply)
    expected = st.session_state.get("try-expected")
    if expected and expected[0] == question:
        st.caption("The answer that your example gives:")
        st.code(expected[1], language=None, wrap_lines=True)
    if one.endpoint.practice:
        st.caption(
            "This is the small practice model: it shows that examples teach, not how a large model would answer."
        )


def _kind(model: str, one: Lineage) -> str:
    """What stands over an answer."""
    if model == one.job.base_model:
        return "Base model"
    return "Tuned model" if model == one.model.asked_as else "The other model"


def _others(one: Lineage, known: Sequence[Lineage]) -> list[str]:
    """The base first, then the steps on the way, then the other models of the same server."""
    here = [
        other.model.asked_as for other in known if other.endpoint.id == one.endpoint.id and other.model.gone_at is None
    ]
    steps = [step.name for step in one.checkpoints if step.gone_at is None]
    return [name for name in dict.fromkeys([one.job.base_model, *steps, *here]) if name != one.model.asked_as]


def _sides(project: Project, one: Lineage, against: str, known: Sequence[Lineage]) -> list[Asked]:
    """The base with the project's full instructions, as it would be used today; a tuned one with those it was trained with."""
    is_base = against == one.job.base_model
    prompts = {other.model.asked_as: other.job.system_prompt for other in known}
    system = project.base_prompt if is_base else prompts.get(against, one.job.system_prompt)
    endpoint: Endpoint = one.endpoint
    return [Asked(endpoint, against, system), Asked(endpoint, one.model.asked_as, one.job.system_prompt)]


def _ask(sides: Sequence[Asked], question: str, places: Sequence[tuple[Any, Any]]) -> list[Reply]:
    with Trial(sides, question) as trial:
        while not trial.done:
            for place, reply in zip(places, trial.replies, strict=True):
                _show(place, reply)
            time.sleep(TICK)
    for place, reply in zip(places, trial.replies, strict=True):
        _show(place, reply)
    return trial.replies


def _show(place: tuple[Any, Any], reply: Reply) -> None:
    answer, told = place
    if reply.error:
        answer.error(page.plain(reply.error), icon=":material/error:")
        return
    text = reply.text or ("(an empty answer)" if reply.done else "…")
    answer.code(text, language=None, wrap_lines=True, height=TALL if len(text) > LONG else "content")
    if reply.done:
        cut = ", cut at its length limit" if reply.cut else ""
        told.caption(f"{say.seconds(reply.seconds)}{cut}")


def _take(snapshot_id: int) -> None:
    """Puts a test example into the box, another at each press; without any, one of the examples that watched the learning."""
    at = int(st.session_state.get("try-at", 0))
    with session.db().read() as c:
        rows = list(snapshots.rows(c, snapshot_id, Split.TEST)) or list(
            snapshots.rows(c, snapshot_id, Split.VALIDATION)
        )
    if not rows:
        page.flash("No examples were held out when this model was trained.", icon=":material/info:")
        return
    row = rows[at % len(rows)]
    st.session_state["try-at"] = at + 1
    st.session_state[QUESTION] = row.training.prompt
    st.session_state["try-expected"] = (row.training.prompt, row.training.response)
