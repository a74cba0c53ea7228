"""The story of a project as it stands: everything that a report says, gathered from the store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from ftcore.decision import recommend
from ftcore.decision.known import sound
from ftcore.evaluation.arms.plan import TUNED
from ftcore.evaluation.cherry_picking import stronger_before
from ftcore.evaluation.scorers import describe
from ftcore.records import (
    Answer,
    ArmResult,
    Evidence,
    Job,
    Recommendation,
    SideBySide,
    Split,
    Story,
)
from ftcore.records.pay import PayStory
from ftcore.report import gathering
from ftcore.report.attached import evidence_on, words_of
from ftcore.report.known import comparison_of
from ftcore.store import decisions, endpoints, examples, imports, jobs, projects, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.store.schema import now


def tell(
    db: Database,
    project_id: int,
    *,
    who: str = "",
    rows: bool = True,
    run_id: int | None = None,
    pay: bool | None = None,
) -> Story:
    """The newest finished run of the project (or the one named) with its job, data and decision; before any run, what there
    is. `rows` False leaves out the answers, of which there may be many thousands, and the data sheet; `pay`: whether it is
    worked out when it pays, as `rows` says where it is not given. Raises LookupError when `run_id` is no finished run of the
    project."""
    told = _told(db, project_id, who, rows, run_id)
    return replace(told, pay=_pay(db, project_id)) if (rows if pay is None else pay) else told


def _pay(db: Database, project_id: int) -> PayStory | None:
    """None where the files of prices can't be read: the pages that show them say so."""
    from ftcore.endpoints import EndpointError
    from ftcore.report.paying import pay_story

    try:
        return pay_story(db, project_id)
    except EndpointError:
        return None


def _told(db: Database, project_id: int, who: str, rows: bool, run_id: int | None) -> Story:
    with db.read() as c:
        project = projects.get(c, project_id)
        taken = imports.of_project(c, project_id)
        run = _finished(c, project_id, run_id) if run_id else runs.latest_done(c, project_id) or _trial(c, project_id)
        job = _job(c, project_id, run)
        trained, measured = [endpoints.get(c, one.endpoint_id) if one else None for one in (job, run)]
        endpoint, answered = trained or measured, measured or trained
        snapshot = snapshots.get(c, job.snapshot_id) if job else None
        sizes = snapshot or examples.counts(c, project_id)  # before a training: as the examples stand
        decision = decisions.latest(c, project_id)
        told: dict[str, Any] = {
            "project": project.name,
            "made_at": now().isoformat(timespec="minutes"),
            "made_by": who,
            "practice": bool(answered and answered.practice),
            "read": sum(one.read for one in taken),
            "accepted": sum(one.accepted for one in taken),
            "rejected": sum(one.rejected for one in taken),
            "endpoint": endpoint.name if endpoint else "",
        }
        advice = _advice(c, decision, evidence_on(c, project_id, decision))
        return Story(
            **told,
            recommendation=advice,
            answers=decision.answers if decision else {},
            reasons=tuple(decision.reasons) if decision else (),
            train=sizes.train,
            validation=sizes.validation,
            test=sizes.test,
            tokens=sizes.tokens,
            snapshot=snapshot.digest if snapshot else "",
            **_of_job(c, job),
            **_of_run(c, run, rows=rows),
            **gathering.around(c, db.path.parent, project, run, job),
            test_snapshot=snapshots.get(c, run.snapshot_id).digest if run else "",
            sheet=gathering.sheet(c, project, snapshot) if rows else None,
        )


def _finished(c: Connection, project_id: int, run_id: int) -> Run:
    run = runs.get(c, run_id)
    if run.project_id != project_id or run.state != "done":
        raise LookupError(f"Run {run_id} is no finished comparison of this project.")
    return run


def _trial(c: Connection, project_id: int) -> Run | None:
    """Where no trained model was compared: the newest finished trial."""
    return next((run for run in runs.trials(c, project_id) if run.state == "done"), None)


def _job(c: Connection, project_id: int, run: Run | None) -> Job | None:
    """The job that made the model of the run; without a run, the newest that succeeded."""
    if run is not None and run.job_id is not None:
        return jobs.get(c, run.job_id)
    return next((job for job in jobs.of_project(c, project_id) if job.fine_tuned_model), None)


def _of_job(c: Connection, job: Job | None) -> dict[str, Any]:
    if job is None:
        return {}
    took = (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None
    return {
        "base_model": job.base_model,
        "fine_tuned_model": job.fine_tuned_model,
        "job_id": job.remote_id,
        "job_seconds": took,
        "trained_tokens": job.trained_tokens,
        "hyperparameters": {name: str(value) for name, value in job.hyperparameters.items()},
        "seed": job.seed,
        "losses": tuple(
            (m.step, m.train_loss)
            for m in jobs.metrics(c, job.id)
            if m.train_loss is not None and math.isfinite(m.train_loss)
        ),
    }


def _of_run(c: Connection, run: Run | None, *, rows: bool = True) -> dict[str, Any]:
    if run is None or not run.result:
        return {}
    compared = run.result["comparisons"]
    return {
        "run_id": run.id,
        "scorer": run.scorer,
        "scorer_label": known.label if (known := describe(run.scorer)) else run.scorer,
        "arms": tuple(arm_of(arm) for arm in run.result["arms"]),
        "comparisons": tuple((one["against"], comparison_of(one)) for one in compared),
        "rows": tuple(side_by_side(c, run)) if rows else (),
        "candidate": str(run.result.get("candidate") or run.settings.get("candidate") or "fine_tuned"),
        "p_holm": {one["against"]: one["p_holm"] for one in compared if one.get("p_holm") is not None},
        "looks": int(run.result.get("looks") or 1),
        "stronger": stronger_before(c, run),
        "spent": run.result.get("usd"),
        "best_chosen": _best_chosen(run.result),
        "comparator_why": str(run.result.get("why", "")),
    }


def _best_chosen(result: dict[str, Any]) -> bool:
    """Whether the first arm compared against was the best of several, all of them tried on the validation examples. Other
    tuned models are no alternatives to tuning."""
    averages: dict[str, float | None] = result.get("validation") or {}
    tuned = {arm["arm"] for arm in result["arms"] if arm.get("kind") in TUNED}
    against = {one["against"] for one in result["comparisons"]}
    others = against - tuned or against
    tried = {arm: average for arm in others if (average := averages.get(arm)) is not None}
    first = result["comparisons"][0]["against"] if others else ""
    return len(others) > 1 and set(tried) == others and tried[first] == max(tried.values())


def arm_of(kept: dict[str, Any]) -> ArmResult:
    """An arm's figures as they were kept in a run's result, whatever else was kept with them."""
    known = {name: kept[name] for name in ArmResult.__dataclass_fields__ if name in kept}
    scores = {name: tuple(found) for name, found in (kept.get("scores") or {}).items()}
    return ArmResult(**{**known, "scores": scores})


def side_by_side(c: Connection, run: Run) -> list[SideBySide]:
    """Every test row of a run with all its answers, in the order of the snapshot."""
    private = examples.private_ids(c, run.project_id)  # marked after the snapshot was taken, it counts all the same
    by_case: dict[str, dict[str, Answer]] = {}
    for answer in runs.answers(c, run.id, Split.TEST, run.scorer):
        by_case.setdefault(answer.case_id, {}).setdefault(answer.arm, answer)
    return [
        SideBySide(
            case_id=str(row.example_id),
            input=row.training.prompt,
            expected=row.training.response,
            answers={arm: answer.text for arm, answer in found.items()},
            scores={arm: answer.score for arm, answer in found.items()},
            private=row.private or row.example_id in private,
        )
        for row in snapshots.rows(c, run.snapshot_id, Split.TEST)
        if (found := by_case.get(str(row.example_id)))
    ]


def _advice(c: Connection, decision: decisions.Decision | None, evidence: Sequence[Evidence]) -> Recommendation | None:
    """What is recommended now: the saved answers with what has been measured since."""
    if decision is None:
        return None
    answers, reasons = sound(decision.answers, decision.reasons)
    return recommend(answers, reasons, evidence, framework=words_of(c))
