"""Before a comparison: which model, against what, by which measure, how many questions, and what the test rows can show."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ftcore.endpoints.facts import facts_of
from ftcore.records import Job, Project
from ftcore.store import endpoints, examples, projects, runs, snapshots
from ftcore.ui import ledger, page, say, session, way
from ftcore.ui.evaluate import arms_panel, documents_panel, prompts_panel, terms_panel

if TYPE_CHECKING:
    from ftcore.evaluation.arms import ArmPlan
    from ftcore.evaluation.estimating import Estimate
    from ftcore.evaluation.plans import Declared, Proposal

POINTS = 5
"""The difference that matters unless the user says otherwise, in points of 100."""
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
    declared = _declared(project, job, proposal, arms)
    takes = _estimate(project, job, arms, declared)
    if takes is not None:
        ledger.draw(_lines(job, proposal, takes, len(arms)), alt="What will be asked, where, and at what price")
    stopped = _in_the_way(arms, declared, takes)
    if stopped:
        st.warning(page.plain(stopped), icon=":material/block:")
    st.button(
        _label(takes),
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


def _declared(project: Project, job: Job, proposal: Proposal, arms: list[ArmPlan]) -> Declared:
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


def _say_what_it_can_show(proposal: Proposal) -> None:
    """Can this test set see the difference that matters? Said before anything is spent."""
    from ftcore.evaluation.statistics import required_n
    from ftcore.evaluation.verdict import before_spending

    st.subheader(page.plain(before_spending(proposal.test_rows, proposal.detectable)), anchor=False)
    points = int(st.session_state.get("delta", POINTS))
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


def _estimate(project: Project, job: Job, arms: list[ArmPlan], declared: Declared) -> Estimate | None:
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


def _lines(job: Job, proposal: Proposal, takes: Estimate, ways: int) -> dict[str, str]:
    more = takes.questions > ways * proposal.test_rows
    chooses = f"; {proposal.validation_rows} others choose the best of each way" if more else ""
    asked = f"{'At most' if proposal.looks else 'About'} {takes.questions:,} questions: "
    asked += f"{say.count(proposal.test_rows, 'test example')} in each way{chooses}"
    if proposal.looks:
        asked += ". What an earlier comparison asked in the last 30 days is taken over"
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


def _label(takes: Estimate | None) -> str:
    if takes is None or takes.usd is None or takes.usd[1] == 0:
        return "Run the comparison"
    return f"Run the comparison: at most ${takes.usd[1]:,.2f}"


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
