"""Everything that this project has measured about the questions and the reasons, as evidence: the one place where the Decide page,
the reports and the command line take it from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from ftcore.decision import evidence_from
from ftcore.decision.findings import trial_evidence
from ftcore.evaluation.scorers import describe
from ftcore.records import Comparison, Evidence, Verdict
from ftcore.report.facts import called
from ftcore.store import endpoints, runs
from ftcore.store.runs import Run


def measured_in(c: Connection, project_id: int) -> tuple[Evidence, ...]:
    """What the newest finished comparison with a trained model says, then the newest finished trial of each question."""
    found: list[Evidence] = []
    run = runs.latest_done(c, project_id)
    if run is not None:
        found += evidence_of(run, endpoints.get(c, run.endpoint_id).practice)
    tried: set[str] = set()
    for trial in runs.trials(c, project_id):
        question = str(trial.settings["trial"])
        if trial.state == "done" and question not in tried:
            tried.add(question)
            found += trial_of(trial, endpoints.get(c, trial.endpoint_id).practice)
    return tuple(found)


def evidence_of(run: Run | None, practice: bool) -> list[Evidence]:
    """What a finished run says about the questions, for the recommendation."""
    if run is None or not run.result:
        return []
    arms = _arms(run)
    tuned = arms.get(str(run.result.get("candidate") or "fine_tuned"))
    model = tuned["model"] if tuned else ""
    return [
        evidence
        for kept in run.result["comparisons"]
        for evidence in evidence_from(
            str(arms[kept["against"]].get("kind") or kept["against"]),
            comparison_of(kept),
            label=_called(arms[kept["against"]]),
            model=model,
            practice=practice,
            source=f"run {run.id}",
        )
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


def comparison_of(kept: dict[str, Any]) -> Comparison:
    """A comparison as it was kept in a run's result."""
    values = {name: kept[name] for name in Comparison.__dataclass_fields__}
    return Comparison(**{**values, "verdict": Verdict(kept["verdict"])})


def _called(arm: dict[str, Any]) -> str:
    """What it is called in a claim, which is read by people who decide."""
    return called(str(arm["label"]), str(arm.get("kind", "")))


def _arms(run: Run) -> dict[str, dict[str, Any]]:
    every: Iterable[dict[str, Any]] = run.result["arms"]
    return {str(arm["arm"]): arm for arm in every}
