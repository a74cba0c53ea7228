"""Before a comparison: which model, against what, by which measure, how many questions, and what the test rows can show."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from ftcore.records import Job, Project
from ftcore.store import examples, projects, runs
from ftcore.ui import ledger, page, say, session, way
from ftcore.ui.decide import trial_panel
from ftcore.ui.evaluate import arms_panel, documents_panel, prompts_panel, run_estimate, run_measure, terms_panel

if TYPE_CHECKING:
    from ftcore.evaluation.arms import ArmPlan
    from ftcore.evaluation.estimating import Estimate
    from ftcore.evaluation.plans import Declared, Proposal

MATERIALS = ("Instructions", "Documents", "Terms")


def empty(project: Project) -> None:
    """Before there is a model: what the test rows will be able to show."""
    from ftcore.evaluation.statistics import detectable_difference
    from ftcore.evaluation.verdict import before_spending

    with session.db().read() as c:
        test = examples.counts(c, project.id).test
    if not test:
        st.subheader("No test examples are held out yet", anchor=False)
        st.text("Keep some examples aside for the test: without them, nothing can be shown. 100 is a good number.")
        way.button(project, "curate", "Go to Curate", primary=True)
        return
    st.subheader(page.plain(before_spending(test, detectable_difference(test))), anchor=False)
    st.text(
        "Train a model first. Then its answers are compared with those of the cheaper ways, on examples none has seen."
    )
    way.button(project, "train", "Go to Train", primary=True)
    st.space("small")
    st.subheader("Before any training", anchor=False)
    for question in ("prompt_optimized", "rag_would_solve"):
        trial_panel.draw(project, question)
    materials(project)


def materials(project: Project) -> None:
    """What the other ways answer with: the instructions for the base model, and documents to look things up in."""
    title = "Instructions, documents and terms"
    with st.expander(title, icon=":material/library_books:", key="materials"):
        shown = st.segmented_control(
            "Show", MATERIALS, default=MATERIALS[0], required=True, key="materials-mode", label_visibility="collapsed"
        )
        if shown == MATERIALS[0]:
            prompts_panel.draw(project)
        elif shown == MATERIALS[1]:
            documents_panel.draw(project)
        else:
            terms_panel.draw(project)


def draw(project: Project, models: list[Job], *, primary: bool = True) -> None:
    """The form; its button is the page's primary action unless something else on the page is."""
    from ftcore.evaluation.plans import offer
    from ftcore.evaluation.proposing import ProposedArms

    job = _model(models)
    proposal = offer(session.db(), job)
    if not proposal.test_rows:
        st.warning("No test examples were held out when this model was trained. Choose some on Curate and train again.")
        way.button(project, "curate", "Go to Curate", primary=primary)
        return
    _say_what_it_can_show(proposal)
    st.markdown("**The ways to answer**")
    arms = arms_panel.draw(project, job, ProposedArms(proposal.arms, proposal.left_out))
    materials(project)
    st.markdown("**What is decided before any answer is seen**")
    declared = run_measure.draw(project, job, proposal, arms)
    takes = run_estimate.estimate_of(project, job, arms, declared)
    if takes is not None:
        ledger.draw(
            run_estimate.lines(job, proposal, takes, len(arms)), alt="What will be asked, where, and at what price"
        )
    stopped = _in_the_way(arms, declared, takes)
    if stopped:
        st.warning(page.plain(stopped), icon=":material/block:")
    st.button(
        run_estimate.label(takes),
        type="primary" if primary else "secondary",
        icon=":material/play_arrow:",
        key="run-comparison",
        disabled=bool(stopped),
        on_click=_start,
        args=(project.id, job, declared),
    )


def _model(models: list[Job]) -> Job:
    if len(models) == 1:
        return models[0]
    by_id = {job.id: job for job in models}
    chosen = st.selectbox("Model", list(by_id), format_func=lambda id_: _name(by_id[id_]), key="run-job")
    return by_id[chosen]


def _say_what_it_can_show(proposal: Proposal) -> None:
    """Can this test set see the difference that matters? Said before anything is spent."""
    from ftcore.evaluation.statistics import required_n
    from ftcore.evaluation.verdict import before_spending

    st.subheader(page.plain(before_spending(proposal.test_rows, proposal.detectable)), anchor=False)
    points = int(st.session_state.get("delta", run_measure.POINTS))
    said = []
    if proposal.detectable * 100 > points:
        needed = required_n(proposal.spread, points / 100)
        said.append(
            f"To see a difference of {points} points, about {needed:,} test examples would be needed; with fewer, only "
            "larger differences can be told from chance."
        )
    if proposal.looks:
        said.append(
            f"{say.count(proposal.looks, 'comparison')} asked these test examples before. The more often one looks, the "
            "likelier a lucky result: change a test set that has been looked at often."
        )
    if said:
        st.caption(" ".join(said))


def _in_the_way(arms: list[ArmPlan], declared: Declared, takes: Estimate | None) -> str:
    """Why the button does nothing; "" when nothing is in the way."""
    if len(arms) < 2 or declared.candidate not in {arm.name for arm in arms}:
        return "Choose the fine-tuned model and at least one other way to compare it with."
    if declared.budget_usd is not None and takes is not None and takes.unpriced:
        return (
            f"The price is not known for {', '.join(takes.unpriced)}, so a limit could not be kept. Leave these ways out, "
            "or take the limit away."
        )
    return ""


def _start(project_id: int, job: Job, declared: Declared) -> None:
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.plans import offer, plan_run

    with session.db().read() as c:
        known, project = runs.of_project(c, project_id), projects.get(c, project_id)
    if known and known[0].state in ("queued", "running"):
        return  # the second click of two
    if prompts_panel.settle(project, session.who()):
        newer = {arm.name: arm for arm in offer(session.db(), job).arms}
        declared = replace(declared, arms=tuple(newer.get(arm.name, arm) for arm in declared.arms or ()))
    try:
        plan_run(session.db(), project_id, job, declared, who=session.who())
    except EvaluationError as error:
        page.flash(str(error), icon=":material/block:")


def _name(job: Job) -> str:
    return f"{job.fine_tuned_model} ({say.moment(job.finished_at)})"
