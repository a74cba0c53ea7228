"""Which ways to answer are compared: those that make sense here as a list to tick, and more by three fields."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ftcore.evaluation.another_arm import PLAIN, WHAT, another, offered
from ftcore.evaluation.arms import TUNED, ArmPlan
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.proposing import ProposedArms
from ftcore.records import LOCAL, Endpoint, Job, Project
from ftcore.store import endpoints
from ftcore.ui import page, say, session
from ftcore.ui.imports.instructions import MOST

CANDIDATE = "fine_tuned"
HERE = 0
"""In the list of connections: where the job's own models are."""
EXPLAINED = {
    "base": "As it comes, with the short instructions only.",
    "prompt": "With the full instructions: what a good prompt alone can do.",
    "few_shot": "The full instructions, and some of your examples with their answers.",
    "structured": "The server holds the answer to the form of your training answers.",
    "rag": "It is shown the parts of your documents that are nearest to the question.",
    "fine_tuned": "The model that was trained, asked as it was trained.",
    "fine_tuned_rag": "The trained model, with the same parts of your documents before it.",
    "larger": "Another model, with the instructions you gave it.",
}
NAMES = {
    "prompt": "The full instructions",
    "few_shot": "Examples in the prompt",
    "structured": "A fixed form",
    "rag": "Looking it up",
    "fine_tuned": "Fine-tuned",
    "fine_tuned_rag": "Fine-tuned that looks it up",
    "larger": "A larger model",
}


def draw(project: Project, job: Job, proposal: ProposedArms) -> list[ArmPlan]:
    """The arms that are ticked, the proposed ones first. The tuned model of the job is always among them."""
    kept = _kept(project, job)
    chosen = [plan for plan in proposal.arms if _ticked(project, job, plan)]
    for plan in list(kept):
        if _ticked(project, job, plan, added=True):
            chosen.append(plan)
    if not any(plan.kind not in TUNED for plan in chosen):
        st.info("Tick at least one way without training: alone, the tuned model beats nothing.", icon=":material/info:")
    _left_out(proposal)
    _another(project, job, [*proposal.arms], kept)
    return chosen


def added(project: Project, job: Job) -> list[ArmPlan]:
    """What somebody added here by hand and has not taken away again."""
    return list(_kept(project, job))


def _kept(project: Project, job: Job) -> list[ArmPlan]:
    found: list[ArmPlan] = st.session_state.setdefault(f"arms-added-{project.id}-{job.id}", [])
    return found


def _ticked(project: Project, job: Job, plan: ArmPlan, *, added: bool = False) -> bool:
    tick, told, *last = st.columns((4, 7, 2) if added else (4, 9), vertical_alignment="center")
    on = tick.checkbox(
        page.plain(plan.label),
        value=True,
        disabled=plan.name == CANDIDATE,
        key=f"arm-{job.id}-{plan.name}",
        help=f"Model: {page.plain(plan.model)}",
    )
    told.caption(page.plain(_explained(plan)))
    for gone in last:
        gone.button(
            "Take away",
            key=f"arm-away-{job.id}-{plan.name}",
            on_click=_take_away,
            args=(project, job, plan),
            width="stretch",
        )
    return bool(on)


def _explained(plan: ArmPlan) -> str:
    told = EXPLAINED[plan.kind]
    if plan.kind == "fine_tuned" and plan.settings.get("share", 1) < 1:
        told = "Learnt from a part of the examples only: shows whether more of them help."
    if plan.endpoint_id is not None:
        with session.db().read() as c:
            place = endpoints.get(c, plan.endpoint_id)
        told = f"{told} Every test question is sent to {place.name} ({place.base_url})."
    if len(plan.variants) > 1:
        told = f"{told} {len(plan.variants)} variants: validation examples choose."
    return told


def _left_out(proposal: ProposedArms) -> None:
    if not proposal.left_out:
        return
    with st.expander(f"Not proposed: {say.count(len(proposal.left_out), 'way')}", icon=":material/rule:"):
        for kind, why in proposal.left_out.items():
            st.markdown(f"**{NAMES.get(kind, kind)}** · {page.plain(why)}")


def _another(project: Project, job: Job, proposed: Sequence[ArmPlan], kept: list[ArmPlan]) -> None:
    with session.db().read() as c:
        places: dict[int, Endpoint] = {one.id: one for one in endpoints.every(c)}
    place = f"{job.id}-{len(kept)}"
    with st.expander("Add another way", icon=":material/add:", key=f"arms-another-{job.id}"):
        what, where, model = st.columns(3, gap="small")
        what.selectbox(
            "What is done", offered(proposed), format_func=lambda one: WHAT[one], key=f"another-what-{place}"
        )
        elsewhere = [id_ for id_ in places if id_ != job.endpoint_id]
        where.selectbox(
            "Connection",
            [HERE, *elsewhere],
            format_func=lambda id_: _place(places, id_, job),
            key=f"another-where-{place}",
            help="Others are added on Train, under Connections.",
        )
        model.text_input(
            "Model", value=job.base_model, key=f"another-model-{place}", help="Its name as the server knows it."
        )
        st.text_area(
            "Instructions",
            value=project.base_prompt,
            key=f"another-instructions-{place}",
            max_chars=MOST,
            height=140,
            help="Left empty, each question is asked with the instructions that stand in its row.",
        )
        st.button("Add it", key=f"another-add-{place}", on_click=_add, args=(project, job, list(proposed), place))
        refused = st.session_state.get(f"another-refused-{job.id}")
        if refused:
            st.error(page.plain(refused), icon=":material/error:")


def _place(places: dict[int, Endpoint], id_: int, job: Job) -> str:
    if id_ == HERE:
        own = places.get(job.endpoint_id)
        return "This computer" if own is not None and own.name == LOCAL else "Where it was trained"
    return places[id_].name


def _add(project: Project, job: Job, proposed: list[ArmPlan], place: str) -> None:
    state, kept = st.session_state, _kept(project, job)
    refused = f"another-refused-{job.id}"
    try:
        plan = another(
            proposed,
            str(state.get(f"another-what-{place}") or PLAIN),
            model=str(state.get(f"another-model-{place}") or ""),
            base_model=job.base_model,
            instructions=str(state.get(f"another-instructions-{place}") or ""),
            endpoint_id=state.get(f"another-where-{place}") or None,
            taken=[one.name for one in (*proposed, *kept)],
        )
    except EvaluationError as error:
        state[refused] = f"{error} Nothing was added."
        return
    state.pop(refused, None)
    kept.append(plan)
    page.flash(f"“{plan.label}” is added.")


def _take_away(project: Project, job: Job, plan: ArmPlan) -> None:
    _kept(project, job).remove(plan)
