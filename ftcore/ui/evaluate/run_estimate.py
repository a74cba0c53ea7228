"""What a comparison will take: questions, price and time, before it is begun."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import streamlit as st

from ftcore.endpoints.facts import facts_of
from ftcore.records import Job, Project
from ftcore.store import endpoints, runs, snapshots
from ftcore.ui import say, session

if TYPE_CHECKING:
    from ftcore.evaluation.arms import ArmPlan
    from ftcore.evaluation.estimating import Estimate
    from ftcore.evaluation.plans import Declared, Proposal


@st.cache_data(max_entries=20, show_spinner="Counting what will be asked")
def _estimated(
    workspace: str,
    revision: int,
    project_id: int,
    job_id: int,
    arms: str,
    candidate: str,
    _job: Job,
    _plans: list[ArmPlan],
) -> Estimate | None:
    """Kept until the project, the ways or the candidate change: those are what the cache is keyed by."""
    from ftcore.evaluation.call import answer_limit
    from ftcore.evaluation.cases import cases
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.estimating import OUTPUT_WEIGHT, PRACTICE_WORK_A_SECOND, Extent, estimate
    from ftcore.evaluation.plans import VALIDATION_ROWS
    from ftcore.evaluation.pricing import prices_of
    from ftcore.evaluation.proposing import materials as materials_of
    from ftcore.records import Split

    found = materials_of(session.db(), project_id, _job.snapshot_id, _plans)
    with session.db().read() as c:
        test = cases(snapshots.rows(c, _job.snapshot_id, Split.TEST))
        validation = min(VALIDATION_ROWS, snapshots.get(c, _job.snapshot_id).validation)
        endpoint = endpoints.get(c, _job.endpoint_id)
        speed = runs.speed(c, endpoint.id, weight=OUTPUT_WEIGHT)
    if speed is None and endpoint.practice:
        speed = PRACTICE_WORK_A_SECOND
    reach = Extent(test, validation, 1, answer_limit(case.expected for case in test), candidate)
    prices = prices_of(facts_of(session.workspace()), endpoint, _plans, found.endpoints)
    try:
        return estimate(_plans, found, reach, prices, speed)
    except EvaluationError:
        return None


def estimate_of(project: Project, job: Job, arms: list[ArmPlan], declared: Declared) -> Estimate | None:
    told = json.dumps([arm.to_json() for arm in arms], sort_keys=True, default=str)
    return _estimated(
        str(session.workspace().root),
        project.revision,
        project.id,
        job.id,
        told,
        declared.candidate,
        job,
        arms,
    )


def lines(job: Job, proposal: Proposal, takes: Estimate, ways: int) -> dict[str, str]:
    more = takes.questions > ways * proposal.test_rows
    chooses = f"; {proposal.validation_rows} others choose the best of each way" if more else ""
    asked = f"{'At most' if proposal.looks else 'About'} {takes.questions:,} questions: "
    asked += f"{say.count(proposal.test_rows, 'test example')} in each way{chooses}"
    if proposal.looks:
        asked += ". What an earlier comparison asked in the last 30 days is taken over."
    return {
        "Model": job.fine_tuned_model,
        "Asked": asked,
        "Price": _price(takes),
        "Time": _time(takes, proposal),
        "Kept": "Every answer, as it arrives. What has been asked is not asked again, whatever happens.",
    }


def _time(takes: Estimate, proposal: Proposal) -> str:
    if takes.seconds is None:
        return "not known yet for this server"
    return f"{'at most' if proposal.looks else 'about'} {say.duration(takes.seconds)}"


def _price(takes: Estimate) -> str:
    if takes.usd is None:
        return f"not known for: {', '.join(takes.unpriced)}"
    low, high = takes.usd
    return "free, on this computer" if high == 0 else f"about ${low:,.2f}, at most ${high:,.2f}"


def label(takes: Estimate | None) -> str:
    if takes is None or takes.usd is None or takes.usd[1] == 0:
        return "Run the comparison"
    return f"Run the comparison: at most ${takes.usd[1]:,.2f}"
