"""Before a comparison: which model, by which measure, how many questions, and what the test rows can show."""

from __future__ import annotations

import streamlit as st

from ftcore.records import Job, Project
from ftcore.store import examples, runs
from ftcore.ui import ledger, page, say, session, way
from ftcore.ui.imports import instructions

POINTS = 5
"""The difference that matters unless the user says otherwise, in points of 100."""
WAYS = "The base model with its full prompt; the same with 3 of your examples in the prompt; the fine-tuned model"


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


def draw(project: Project, models: list[Job], *, primary: bool = True) -> None:
    """The form; its button is the page's primary action unless something else on the page is."""
    from ftcore.evaluation.plans import offer
    from ftcore.evaluation.scorers import SCORERS
    from ftcore.evaluation.verdict import before_spending

    by_id = {job.id: job for job in models}
    job = models[0]
    if len(models) > 1:
        chosen = st.selectbox("Model", list(by_id), format_func=lambda id_: _name(by_id[id_]), key="run-job")
        job = by_id[chosen]
    proposal = offer(session.db(), job)
    if not proposal.test_rows:
        st.warning("No test examples were held out when this model was trained. Choose some on Curate and train again.")
        way.button(project, "curate", "Go to Curate", primary=primary)
        return
    st.text(before_spending(proposal.test_rows, proposal.detectable))
    asked = proposal.test_rows * 3 + proposal.validation_rows * 2
    lines = {
        "Model": job.fine_tuned_model,
        "Compared": WAYS,
        "Asked": f"About {asked:,} questions: {say.count(proposal.test_rows, 'test example')} in 3 ways"
        + (f"; {proposal.validation_rows} others choose the best alternative" if proposal.validation_rows else ""),
        "Where": "Where the model was trained. Answers that have arrived are kept, whatever happens.",
    }
    ledger.draw(lines, alt="What will be asked, and where")
    left, right = st.columns(2, gap="medium")
    names = list(SCORERS)
    scorer = left.selectbox(
        "Measure",
        names,
        index=names.index(proposal.scorer),
        format_func=lambda name: SCORERS[name].label,
        key=f"scorer-{job.id}",
        help="Chosen before any answer is seen, so that nobody picks the one that flatters.",
    )
    why = f"Proposed: {proposal.why}" if scorer == proposal.scorer else SCORERS[scorer].explanation
    left.caption(page.plain(why))
    points = right.number_input(
        "The difference that matters, in points of 100", min_value=1, max_value=50, value=POINTS, key="delta"
    )
    right.caption("A smaller difference would not change what you do. Say it before you see the answers.")
    instructions.full_fold(project)
    st.button(
        "Run the comparison",
        type="primary" if primary else "secondary",
        icon=":material/play_arrow:",
        key="run-comparison",
        on_click=_start,
        args=(project.id, job, scorer, int(points) / 100),
    )


def _start(project_id: int, job: Job, scorer: str, delta: float) -> None:
    from ftcore.evaluation.errors import EvaluationError
    from ftcore.evaluation.plans import Declared, plan_run

    instructions.settle(project_id)
    with session.db().read() as c:
        known = runs.of_project(c, project_id)
    if known and known[0].state in ("queued", "running"):
        return  # the second click of two
    try:
        plan_run(session.db(), project_id, job, Declared(scorer=scorer, delta=delta), who=session.who())
    except EvaluationError as error:
        page.flash(str(error), icon=":material/block:")


def _name(job: Job) -> str:
    return f"{job.fine_tuned_model} ({say.moment(job.finished_at)})"
