"""What a trial found: a sentence, each way's average, and the answers themselves."""

from __future__ import annotations

import streamlit as st

from ftcore.decision.questions import SAID
from ftcore.records import Project, SideBySide
from ftcore.store import endpoints, projects
from ftcore.store.runs import Run
from ftcore.ui import ledger, page, say, session

NEXT = {
    "yes": "The advice counts it.",
    "no": "The advice counts it.",
    "unsure": "With so few questions only large differences can be seen. Nothing failed: answer by what you know.",
}
ROWS = 5
LONGEST = 600
PRACTICE = (
    "Measured on the small practice model. What examples or instructions bring there says little about a large model, so the "
    "advice does not change. To settle the question, try it with your own model: add its server on Train, under Connections."
)
PRACTICE_COUNTS = "Measured on the small practice model."


def draw(project: Project, run: Run) -> None:
    from ftcore.decision.case import counts
    from ftcore.decision.framework import framework_of
    from ftcore.evaluation.numbers import points
    from ftcore.report.known import trial_of

    with session.db().read() as c:
        practice = endpoints.get(c, run.endpoint_id).practice
        instructions = projects.get(c, project.id).base_prompt
    found = trial_of(run, practice)
    st.markdown(f"**Tried on {say.moment(run.finished_at)}**")
    if not found:
        st.text("No answers could be compared.")
        return
    about = framework_of(session.workspace().root)[0].question(found[0].question).question
    st.markdown(page.plain(found[0].claim))
    if not practice or counts(found[0]):
        st.markdown(f"*{page.plain(about)}* It speaks for **{SAID[found[0].supports]}**. {NEXT[found[0].supports]}")
    if practice:
        st.caption(PRACTICE_COUNTS if counts(found[0]) else PRACTICE)
    lines = {
        arm["label"]: f"{points(arm['average'])} of 100 ({points(arm['low'])} to {points(arm['high'])})"
        for arm in run.result["arms"]
    }
    ledger.draw(lines, alt="How well each way did, with the range that fits what was seen")
    asked = {plan.get("system") for plan in run.arms if plan.get("kind") == "prompt"}
    if asked and instructions.strip() and asked != {instructions}:
        st.caption("The instructions have changed since. Try it again with the new ones.")
    fold = st.expander("The answers", icon=":material/forum:", key=f"trial-answers-{run.id}", on_change="rerun")
    if fold.open:
        with fold:
            _answers(run)


def _answers(run: Run) -> None:
    from ftcore.report.telling import side_by_side

    labels = {arm["arm"]: arm["label"] for arm in run.result["arms"]}
    tried, against = run.result["candidate"], run.result["comparisons"][0]["against"]
    with session.db().read() as c:
        rows = side_by_side(c, run)
    told = sorted(rows, key=lambda row: -abs((row.scores.get(tried) or 0.0) - (row.scores.get(against) or 0.0)))
    st.caption(f"Where the two differ most: {min(ROWS, len(told))} of {len(told)}.")
    for row in told[:ROWS]:
        _row(row, labels)


def _row(row: SideBySide, labels: dict[str, str]) -> None:
    from ftcore.report.file import cut

    st.text(cut(row.input, LONGEST))
    lines = {"Wanted": cut(row.expected, LONGEST)}
    for name, label in labels.items():
        answer = row.answers.get(name)
        lines[label] = cut(answer, LONGEST) if answer is not None else "no answer arrived"
    ledger.draw(lines, alt="What was wanted, and what each way answered")
