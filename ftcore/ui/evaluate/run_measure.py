"""What is declared before a comparison: the measures, the difference that matters, a limit, and who is judged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ftcore.records import Job, Project
from ftcore.ui import page, session

if TYPE_CHECKING:
    from ftcore.evaluation.arms import ArmPlan
    from ftcore.evaluation.plans import Declared, Proposal

POINTS = 5
"""The difference that matters unless the user says otherwise, in points of 100."""


def draw(project: Project, job: Job, proposal: Proposal, arms: list[ArmPlan]) -> Declared:
    from ftcore.evaluation.plans import CANDIDATE, Declared
    from ftcore.evaluation.scorers import describe

    left, right = st.columns(2, gap="medium")
    names = _scorers(project, job, proposal, arms)
    scorer = left.selectbox(
        "Measure",
        names,
        format_func=_label_of,
        key=f"scorer-{job.id}",
        help="Chosen before any answer is seen, so that nobody picks the one that flatters.",
    )
    one = describe(scorer)
    if one is not None:
        left.caption(page.plain(f"Proposed: {proposal.why}" if scorer == proposal.scorer else one.explanation))
        left.caption(page.plain(one.blind_to))
    options = {"regex": {"pattern": _pattern(left, job)}} if scorer == "regex" else {}
    points = right.number_input(
        "The difference that matters, in points of 100", min_value=1, max_value=50, value=POINTS, key="delta"
    )
    right.caption("A smaller difference would not change what you do. Say it before you see the answers.")
    with st.expander("More settings", icon=":material/tune:", key="run-settings"):
        further = st.multiselect(
            "Further measures, told beside the first",
            [name for name in names if name not in (scorer, "regex")],
            default=[name for name in proposal.further if name != scorer and name in names],
            format_func=_label_of,
            key=f"further-{job.id}-{scorer}",
        )
        first, second, third = st.columns(3, gap="medium")
        budget = first.number_input(
            "Stop before it costs more than, US dollars",
            min_value=0.0,
            value=None,
            step=1.0,
            placeholder="no limit",
            key="run-budget",
        )
        seed = second.number_input("Seed", min_value=0, max_value=2**31 - 1, value=0, key="run-seed")
        tuned = [arm.name for arm in arms if arm.kind in ("fine_tuned", "fine_tuned_rag")] or [CANDIDATE]
        labels = {arm.name: arm.label for arm in arms}
        candidate = third.selectbox(
            "The way to be judged", tuned, format_func=lambda name: labels.get(name, name), key="run-candidate"
        )
        fresh = st.checkbox(
            "Ask again what an earlier comparison has asked",
            key="run-fresh",
            help="Otherwise answers of the last 30 days to the very same questions are taken over.",
        )
    return Declared(
        scorer=scorer,
        further=tuple(further),
        arms=tuple(arms),
        candidate=candidate,
        delta=int(points) / 100,
        seed=int(seed),
        budget_usd=budget,
        options=options,
        fresh=fresh,
    )


def _scorers(project: Project, job: Job, proposal: Proposal, arms: list[ArmPlan]) -> list[str]:
    """The measures that can be made here, the proposed one first; a pattern can always be written."""
    form = next((arm.settings["schema"] for arm in arms if arm.kind == "structured"), None)
    known = _usable(
        str(session.workspace().root), project.revision, project.id, job.snapshot_id, json.dumps(form), arms
    )
    return [*dict.fromkeys((proposal.scorer, *known, "regex"))]


@st.cache_data(max_entries=20, show_spinner=False)
def _usable(
    workspace: str, revision: int, project_id: int, snapshot_id: int, form: str, _arms: list[ArmPlan]
) -> list[str]:
    from ftcore.evaluation.plans import context_for
    from ftcore.evaluation.scorers import NAMES, missing
    from ftcore.evaluation.scorers.own import own_names

    context = context_for(session.db(), project_id, snapshot_id, _arms, {})
    return [*(name for name in NAMES if not missing(name, context)), *own_names(session.workspace().root)]


def _label_of(name: str) -> str:
    from ftcore.evaluation.scorers import describe

    one = describe(name)
    return one.label if one is not None else name


def _pattern(place: DeltaGenerator, job: Job) -> str:
    text = place.text_input(
        "The pattern (a regular expression)", key=f"pattern-{job.id}", max_chars=1_000, placeholder="[A-Z]{2}-\\d{4}"
    )
    return str(text or "")
