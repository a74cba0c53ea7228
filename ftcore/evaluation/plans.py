"""A run is planned from a finished job (or a base model, see `trials`): its snapshot's test rows, the arms, and everything that decides, declared before any
answer is seen."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ftcore
from ftcore.dataset import split_leaks
from ftcore.evaluation.answering import Answering, Untrained
from ftcore.evaluation.arms import TUNED, ArmPlan
from ftcore.evaluation.arms.building import build
from ftcore.evaluation.call import VERSION as CALL_VERSION
from ftcore.evaluation.call import answer_limit
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.proposing import materials, propose_arms
from ftcore.evaluation.scorers import Context, make, proposals
from ftcore.evaluation.statistics import detectable_difference
from ftcore.records import SnapshotRow, Split
from ftcore.store import corrected, endpoints, projects, prompts, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run

VALIDATION_ROWS = 30
"""So many validation rows are asked to choose the best alternative: the choice must not be made on the test split."""
CANDIDATE = "fine_tuned"
USUAL_SPREAD = 0.35
WARM_REPEATS = 3
"""An answer above temperature 0 is one of many: each question is asked so often."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a run would do. `further`: scorers beside the primary one. `detectable` is the smallest difference that so many test
    rows would show (80% power). `looks`: how many runs have asked these test rows before. `left_out`: ways to answer that make
    no sense here, with the reason."""

    scorer: str
    why: str
    further: tuple[str, ...]
    test_rows: int
    validation_rows: int
    detectable: float
    arms: tuple[ArmPlan, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    looks: int = 0
    spread: float = USUAL_SPREAD
    """Standard deviation of paired differences: as the last comparison on these rows measured it, else the usual one."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What is decided before any answer. None = as proposed. `candidate`: the arm that is to be better than the best other
    one. `delta`: the difference that matters. `budget_usd`: the run stops before it costs more. `options`: of the scorers, by
    name. `fresh`: ask again what an earlier run has asked."""

    scorer: str | None = None
    further: Sequence[str] | None = None
    arms: Sequence[ArmPlan] | None = None
    candidate: str = CANDIDATE
    delta: float = 0.05
    seed: int = 0
    temperature: float = 0.0
    repeats: int | None = None
    budget_usd: float | None = None
    options: dict[str, Any] = field(default_factory=dict)
    fresh: bool = False
    against: str = ""
    """Name of the arm that the candidate must beat; "" = the best other one on the validation examples."""
    trial: str = ""
    """The question that a trial is about; "" = no trial."""


def offer(db: Database, job: Answering, *, seed: int = 0) -> Proposal:
    """Proposes the arms and the scorers, and says what the test rows can show."""
    asked = _asked(db, job)
    test, validation = _rows(db, asked, Split.TEST), _rows(db, asked, Split.VALIDATION)
    found = proposals([row.training.response for row in test])
    ways = propose_arms(db, job.project_id, job, seed=seed)
    with db.read() as c:
        looks = runs.looks(c, job.project_id, test_rows_digest(test))
        spread = _spread(runs.latest_done(c, job.project_id), test_rows_digest(test))
    return Proposal(
        scorer=found.primary,
        why=found.why,
        further=found.further,
        test_rows=len(test),
        validation_rows=min(len(validation), VALIDATION_ROWS),
        detectable=detectable_difference(len(test), spread),
        spread=spread,
        arms=ways.arms,
        left_out=ways.left_out,
        looks=looks,
    )


def plan_run(db: Database, project_id: int, job: Answering, declared: Declared | None = None, *, who: str = "") -> Run:
    """Writes the run and the task that carries it out. Raises EvaluationError when there is nothing to ask or nobody to
    answer, when a way to answer cannot be built, and when training rows stand in the test."""
    declared = declared or Declared()
    with db.read() as c:
        if endpoints.get(c, job.endpoint_id).removed_at is not None:
            raise EvaluationError(
                "This model is at a connection that was removed, so it cannot be asked. Train here, or add the connection again."
            )
    if not job.fine_tuned_model and declared.candidate == CANDIDATE:
        raise EvaluationError("This job has no model yet. A comparison can be run once it has finished.")
    asked = _asked(db, job)
    test = _rows(db, asked, Split.TEST)
    if not test:
        raise EvaluationError(
            "No test rows were held out when this model was trained. Choose some on Curate and train again."
        )
    _refuse_leaks(db, project_id, asked)
    validation = _rows(db, asked, Split.VALIDATION)[:VALIDATION_ROWS]
    found = proposals([row.training.response for row in test])
    arms = list(
        declared.arms if declared.arms is not None else propose_arms(db, project_id, job, seed=declared.seed).arms
    )
    _check(db, project_id, job, arms, declared)
    name = declared.scorer or found.primary
    further = [one for one in (declared.further if declared.further is not None else found.further) if one != name]
    context = context_for(db, project_id, job.snapshot_id, arms, declared.options)
    make(name, context)  # one that is unknown or lacks what it needs is refused before anything is written
    repeats = declared.repeats or (WARM_REPEATS if declared.temperature > 0 else 1)
    with db.write() as c:
        prompts.keep_current(c, project_id, who=who)
        run = runs.plan(
            c,
            project_id,
            snapshot_id=asked,
            endpoint_id=job.endpoint_id,
            job_id=job.id,
            scorer=name,
            arms=[arm.to_json() for arm in arms],
            delta=declared.delta,
            seed=declared.seed,
            max_tokens=answer_limit(row.training.response for row in [*test, *validation]) + _form_tokens(arms),
            total=total_calls(arms, len(test), len(validation), declared.candidate, repeats),
            created_by=who,
            settings={
                "candidate": declared.candidate,
                "scorers": further,
                "options": declared.options,
                "repeats": repeats,
                "temperature": declared.temperature,
                "budget_usd": declared.budget_usd,
                "fresh": declared.fresh,
                **({"against": declared.against} if declared.against else {}),
                **({"trial": declared.trial} if declared.trial else {}),
                "test_rows": test_rows_digest(test),
            },
            versions=versions(),
        )
        tasks.put(c, "evaluate", {"run_id": run.id}, project_id=project_id, key=f"evaluate:{run.id}")
        return run


def context_for(
    db: Database, project_id: int, snapshot_id: int, arms: Sequence[ArmPlan], options: Mapping[str, Any]
) -> Context:
    """What the scorers of a run may know: the training answers, the project's terms, the options, the form of the answers."""
    with db.read() as c:
        terms = projects.terms(c, project_id)
        training = tuple(row.training.response for row in snapshots.rows(c, snapshot_id, Split.TRAIN))
    schema = next((arm.settings["schema"] for arm in arms if arm.kind == "structured"), None)
    return Context(training=training, terms=terms, options=dict(options), schema=schema)


def total_calls(arms: Sequence[ArmPlan], test: int, validation: int, candidate: str, repeats: int = 1) -> int:
    """How many questions a run asks at most: equal ones are asked once."""
    rivals = [arm for arm in arms if arm.name != candidate and arm.kind not in TUNED]
    chosen = [arm for arm in arms if len(arm.variants) > 1 or (len(rivals) > 1 and arm in rivals)]
    return len(arms) * test * repeats + sum(len(arm.candidates()) for arm in chosen) * validation


def test_rows_digest(rows: Sequence[SnapshotRow]) -> str:
    """By which the same test rows are known again; a corrected answer does not make them others."""
    ids = json.dumps(sorted(row.example_id for row in rows))
    return hashlib.sha256(ids.encode("ascii")).hexdigest()


def versions() -> dict[str, str]:
    """Of what asks and scores."""
    import openai

    return {
        "tuneworthy": ftcore.__version__,
        "python": platform.python_version(),
        "openai": openai.__version__,
        "calls": CALL_VERSION,
    }


def _check(db: Database, project_id: int, job: Answering, arms: Sequence[ArmPlan], declared: Declared) -> None:
    names = [arm.name for arm in arms]
    if len(set(names)) < len(names):
        raise EvaluationError("Two ways to answer have the same name.")
    if declared.candidate not in names:
        raise EvaluationError("The way that is to be better than the others is not among those that are asked.")
    if declared.against and (declared.against not in names or declared.against == declared.candidate):
        raise EvaluationError("The way to compare with is not among those that are asked.")
    if len(arms) < 2:
        raise EvaluationError("There is nothing to compare with: choose at least one other way to answer.")
    if not 0 < declared.delta < 1:
        raise EvaluationError("The difference that matters must lie between 0 and 1.")
    found = materials(db, project_id, job.snapshot_id, arms)
    for arm in arms:
        for one in arm.candidates():
            build(one, found)


def _refuse_leaks(db: Database, project_id: int, snapshot_id: int) -> None:
    """A test that the model has seen says nothing."""
    with db.read() as c:
        rows = [(row.example_id, row.split, row.training) for row in snapshots.rows(c, snapshot_id)]
        leaks = split_leaks.blocking(split_leaks.of_rows(c, project_id, rows))
    if leaks:
        several = "1 test row asks" if len(leaks) == 1 else f"{len(leaks):,} test rows ask"
        raise EvaluationError(
            f"{several} what a training row asks, nearly word for word, so the result would say nothing. Take them apart on "
            "Curate (Split and export), and train again."
        )


def _form_tokens(arms: Sequence[ArmPlan]) -> int:
    """An answer in a form is longer by the form."""
    return 16 if any(arm.settings.get("wrapped") for arm in arms) else 0


def _spread(run: Run | None, test_rows: str) -> float:
    if run is None or run.settings.get("test_rows") != test_rows or not run.result.get("comparisons"):
        return USUAL_SPREAD
    first = run.result["comparisons"][0]
    found = float(first["detectable_difference"]) / 2.8 * max(int(first["n"]), 1) ** 0.5
    return found if found > 0 and first["detectable_difference"] < 1 else USUAL_SPREAD


def _asked(db: Database, job: Answering) -> int:
    """The snapshot of the test rows: with what was corrected in them since the training."""
    if isinstance(job, Untrained):
        return job.snapshot_id
    with db.read() as c:
        return corrected.snapshot_of_job(c, job)


def _rows(db: Database, snapshot_id: int, split: Split) -> list[SnapshotRow]:
    with db.read() as c:
        return list(snapshots.rows(c, snapshot_id, split))
