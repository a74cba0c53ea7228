"""Everything that this project has measured about the questions and the reasons, as evidence: the one place where the Decide page,
the reports and the command line take it from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from ftcore.decision import evidence_from
from ftcore.decision.case import READY
from ftcore.decision.findings import comparison_of, trial_evidence
from ftcore.evaluation.scorers import describe
from ftcore.records import Evidence
from ftcore.report.facts import called
from ftcore.store import endpoints, projects, runs
from ftcore.store.runs import Run


def measured_in(c: Connection, project_id: int) -> tuple[Evidence, ...]:
    """What the newest finished comparison with a trained model says, then the newest finished trial of each question. Those on
    the practice model stand beside the others and take the place of none: practising must not undo what was measured."""
    every = [run for run in (*runs.of_project(c, project_id), *runs.trials(c, project_id)) if run.state == "done"]
    practice = {id_: endpoints.get(c, id_).practice for id_ in {run.endpoint_id for run in every}}
    newest: dict[tuple[str, bool], Run] = {}
    for run in every:
        newest.setdefault((str(run.settings.get("trial") or ""), practice[run.endpoint_id]), run)
    return tuple(item for run in newest.values() for item in said_by(c, run))


def said_by(c: Connection, run: Run) -> list[Evidence]:
    """What a finished comparison or trial says; where the project's instructions are others by now, that too."""
    practice = endpoints.get(c, run.endpoint_id).practice
    found = trial_of(run, practice) if run.settings.get("trial") else evidence_of(run, practice)
    if not _asked_otherwise(run, projects.get(c, run.project_id).base_prompt):
        return found
    return [replace(item, claim=f"{item.claim} The instructions have changed since.") for item in found]


def _asked_otherwise(run: Run, instructions: str) -> bool:
    """Whether the full instructions were asked, and none of their versions was the one of today."""
    plans = [plan for plan in run.arms if plan.get("kind") == "prompt"]
    asked = {one.get("system") for plan in plans for one in (plan, *(plan.get("variants") or ()))}
    return bool(instructions.strip()) and bool(asked) and instructions not in asked


def evidence_of(run: Run, practice: bool) -> list[Evidence]:
    """What a finished comparison says about the questions, for the recommendation. Where the strongest way that speaks to a
    question is too close to call, a lead over weaker ways leaves the question open too."""
    if not run.result:
        return []
    arms = _arms(run)
    tuned = arms.get(str(run.result.get("candidate") or "fine_tuned"))
    base = {plan["model"] for plan in run.arms if plan.get("kind") == "base"}
    found = [
        (against, evidence)
        for kept in run.result["comparisons"]
        for against in [arms[kept["against"]]]
        for evidence in evidence_from(
            str(against.get("kind") or against["arm"]),
            comparison_of(kept),
            label=_called(against),
            model=tuned["model"] if tuned else "",
            practice=practice,
            source=f"run {run.id}",
            elsewhere=bool(base) and against["model"] not in base,
        )
    ]
    first = run.result["comparisons"][0]["against"] if run.result["comparisons"] else ""
    return _no_surer_than_the_strongest(found, first)


def _no_surer_than_the_strongest(found: Sequence[tuple[Mapping[str, Any], Evidence]], first: str) -> list[Evidence]:
    """`found`: (the arm compared against, what it says). `first` had to be beaten: it is the strongest where it speaks to a
    question at all, else the one with the best average."""

    def strength(one: tuple[Mapping[str, Any], Evidence]) -> tuple[bool, float]:
        return one[0]["arm"] == first, float(one[0]["average"])

    open_ = {
        question
        for question in {evidence.question for _, evidence in found}
        if max((one for one in found if one[1].question == question), key=strength)[1].supports == "unsure"
    }
    return [
        replace(evidence, supports="unsure")
        if evidence.question in open_ and evidence.supports == READY.get(evidence.question, "yes")
        else evidence
        for _, evidence in found
    ]


def trial_of(run: Run, practice: bool) -> list[Evidence]:
    """What a finished trial says about its question: the declared comparison alone."""
    if not run.result or not run.result["comparisons"]:
        return []
    arms, kept = _arms(run), run.result["comparisons"][0]
    tried = arms[run.result["candidate"]]
    scorer = describe(run.scorer)
    return [
        trial_evidence(
            str(run.settings["trial"]),
            comparison_of(kept),
            label=_called(tried),
            other=_called(arms[kept["against"]]),
            model=str(tried["model"]),
            practice=practice,
            source=f"trial, run {run.id}",
            lowest=float(tried["low"]) if scorer is not None and scorer.binary else 0.0,
        )
    ]


def _called(arm: Mapping[str, Any]) -> str:
    """What it is called in a claim, which is read by people who decide."""
    return called(str(arm["label"]), str(arm.get("kind", "")))


def _arms(run: Run) -> dict[str, dict[str, Any]]:
    every: Iterable[dict[str, Any]] = run.result["arms"]
    return {str(arm["arm"]): arm for arm in every}
