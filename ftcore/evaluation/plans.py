"""A run is planned from a finished job: its snapshot's test rows, three arms, and one scorer declared before any answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ftcore.evaluation.arms import Arm, BaseArm, FewShotArm, FineTunedArm, choose_shots
from ftcore.evaluation.call import answer_limit
from ftcore.evaluation.cases import cases
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers import get, propose
from ftcore.evaluation.statistics import detectable_difference
from ftcore.records import Job, SnapshotRow, Split, TrainingExample
from ftcore.store import examples, projects, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run

SHOTS = 3
VALIDATION_ROWS = 30
"""So many validation rows are asked to choose the best alternative: the choice must not be made on the test split."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a run would do. `detectable` is the smallest difference that so many test rows would show (80% power)."""

    scorer: str
    why: str
    test_rows: int
    validation_rows: int
    detectable: float


def offer(db: Database, job: Job) -> Proposal:
    """Proposes the primary scorer from the expected answers, and says what the test rows can show."""
    test, validation = _rows(db, job.snapshot_id, Split.TEST), _rows(db, job.snapshot_id, Split.VALIDATION)
    scorer, why = propose([row.training.response for row in test])
    return Proposal(
        scorer, why, len(test), min(len(validation), VALIDATION_ROWS), detectable_difference(max(len(test), 1))
    )


def plan_run(
    db: Database,
    project_id: int,
    job: Job,
    *,
    scorer: str | None = None,
    delta: float = 0.05,
    seed: int = 0,
    who: str = "",
) -> Run:
    """Writes the run and the task that carries it out. Raises EvaluationError when there is nothing to ask or nobody to
    answer."""
    if not job.fine_tuned_model:
        raise EvaluationError("This job has no model yet. A comparison can be run once it has finished.")
    test = _rows(db, job.snapshot_id, Split.TEST)
    if not test:
        raise EvaluationError(
            "No test rows were held out when this model was trained. Choose some on Curate and train again."
        )
    name = scorer or propose([row.training.response for row in test])[0]
    get(name)  # an unknown scorer is refused before anything is written
    validation = _rows(db, job.snapshot_id, Split.VALIDATION)[:VALIDATION_ROWS]
    with db.read() as c:
        base_prompt = projects.get(c, project_id).base_prompt or None
    shots = _shots(db, job, test, validation, seed)
    arms: list[dict[str, Any]] = [
        {"name": "base", "model": job.base_model, "system": base_prompt, "shots": []},
        {"name": "few_shot", "model": job.base_model, "system": base_prompt, "shots": shots},
        {"name": "fine_tuned", "model": job.fine_tuned_model, "system": None, "shots": []},
    ]
    kept = [arm for arm in arms if arm["name"] != "few_shot" or shots]
    with db.write() as c:
        run = runs.plan(
            c,
            project_id,
            snapshot_id=job.snapshot_id,
            endpoint_id=job.endpoint_id,
            job_id=job.id,
            scorer=name,
            arms=kept,
            delta=delta,
            seed=seed,
            max_tokens=answer_limit(row.training.response for row in [*test, *validation]),
            total=len(test) * len(kept) + len(validation) * (len(kept) - 1),
            created_by=who,
        )
        tasks.put(c, "evaluate", {"run_id": run.id}, project_id=project_id, key=f"evaluate:{run.id}")
        return run


def arms_of(run: Run) -> list[Arm]:
    """The run's arms as values that can ask."""
    return [_arm(kept) for kept in run.arms]


def _arm(kept: dict[str, Any]) -> Arm:
    if kept["name"] == "few_shot":
        shots: tuple[TrainingExample, ...] = tuple(examples.from_json(shot) for shot in kept["shots"])
        return FewShotArm(kept["model"], shots, kept["system"], label=f"Base with {len(shots)} examples")
    if kept["name"] == "fine_tuned":
        return FineTunedArm(kept["model"], kept["system"])
    return BaseArm(kept["model"], kept["system"])


def _shots(
    db: Database, job: Job, test: list[SnapshotRow], validation: list[SnapshotRow], seed: int
) -> list[dict[str, Any]]:
    with db.read() as c:
        private = examples.private_ids(c, job.project_id)  # marked after the snapshot was taken, it counts all the same
    rows = _rows(db, job.snapshot_id, Split.TRAIN)
    # An example is shown in every prompt, wherever that goes: never a private one.
    train = [row.training for row in rows if not row.private and row.example_id not in private]
    try:
        chosen = choose_shots(train, SHOTS, seed=seed, never=cases([*test, *validation]))
    except EvaluationError:
        return []  # no row can serve as an example (all have several turns): the arm is left out
    return [examples.to_json(shot) for shot in chosen]


def _rows(db: Database, snapshot_id: int, split: Split) -> list[SnapshotRow]:
    with db.read() as c:
        return list(snapshots.rows(c, snapshot_id, split))
