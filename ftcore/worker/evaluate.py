"""Carries a run out: asks what has not been answered yet, keeps every answer as it arrives, then scores and compares."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from ftcore.endpoints import EndpointError
from ftcore.evaluation import EvaluationError, runner, scorers
from ftcore.evaluation.arms import Arm
from ftcore.evaluation.call import Asking
from ftcore.evaluation.cases import cases
from ftcore.evaluation.plans import VALIDATION_ROWS, arms_of
from ftcore.evaluation.results import compare_arms, score_answers, scores_of, summarise
from ftcore.evaluation.verdict import choose_comparator
from ftcore.records import Answer, Endpoint, Split, TestCase
from ftcore.store import endpoints, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.worker.watch import Cancelled, Watch

CANDIDATE = "fine_tuned"


def carry_out(db: Database, run_id: int, watch: Watch) -> dict[str, Any]:
    """Safe to begin again at any time: finished calls are in the store and are not made again."""
    with db.write() as c:
        runs.change(c, run_id, state="running", error="")
        run = runs.get(c, run_id)
        endpoint = endpoints.get(c, run.endpoint_id)
        test = cases(list(snapshots.rows(c, run.snapshot_id, Split.TEST)))
        validation = cases(list(snapshots.rows(c, run.snapshot_id, Split.VALIDATION))[:VALIDATION_ROWS])
    arms = arms_of(run)
    others = [arm for arm in arms if arm.name != CANDIDATE]
    try:
        if validation and len(others) > 1:
            _ask(db, run, endpoint, others, validation, Split.VALIDATION, watch)
        _ask(db, run, endpoint, arms, test, Split.TEST, watch)
        result = _conclude(db, run, arms, test, validation)
    except Cancelled:
        _end(db, run_id, "cancelled", "Stopped, as asked. The answers that had arrived are kept.")
        raise
    except (EvaluationError, EndpointError) as error:
        _end(db, run_id, "failed", str(error))
        raise
    _end(db, run_id, "done", "", result=result)
    return {"run_id": run_id}


def _ask(
    db: Database, run: Run, endpoint: Endpoint, arms: list[Arm], asked: list[TestCase], split: Split, watch: Watch
) -> None:
    with db.read() as c:
        known = runs.finished_calls(c, run.id)

    async def keep(answer: Answer, key: str) -> None:
        with db.write() as c:
            runs.keep_call(c, run.id, split, key, answer)
            arrived = runs.progress(c, run.id)
        try:
            watch.progress(arrived, run.total, f"{arrived} of {run.total} answers")
        except Cancelled:
            return  # `cancelled` below ends the run; what is under way may still arrive and be kept

    outcome = asyncio.run(
        runner.run(
            arms,
            asked,
            endpoint,
            asking=Asking(seed=run.seed, max_tokens=run.max_tokens),
            seed=run.seed,
            known=known,
            on_answer=keep,
            cancelled=lambda: watch.cancelled,
        )
    )
    with db.write() as c:  # an answer that serves two equal questions is kept for each
        for answer, key in zip(outcome.answers, outcome.keys, strict=True):
            runs.keep_call(c, run.id, split, key, answer)
    watch.check()
    if outcome.stopped:
        raise EvaluationError(
            f"{outcome.stopped} {outcome.unasked} questions were not asked; the answers so far are kept."
        )


def _conclude(
    db: Database, run: Run, arms: list[Arm], test: list[TestCase], validation: list[TestCase]
) -> dict[str, Any]:
    """Scores every answer and compares the candidate with each other arm, the best alternative first."""
    answers = _score(db, run, test, Split.TEST)
    others = [arm.name for arm in arms if arm.name != CANDIDATE]
    averages = _averages(others, _score(db, run, validation, Split.VALIDATION), validation)
    chosen = choose_comparator(averages, others)
    order = [chosen.arm, *(name for name in others if name != chosen.arm)]
    compared = [
        {"against": name, **asdict(compare_arms(answers, test, name, CANDIDATE, delta=run.delta, seed=run.seed))}
        for name in order
    ]
    return {
        "arms": [asdict(arm) for arm in summarise(arms, answers, test, seed=run.seed)],
        "comparisons": compared,
        "comparator": chosen.arm,
        "why": chosen.why,
        "validation": averages,
    }


def _score(db: Database, run: Run, asked: list[TestCase], split: Split) -> list[Answer]:
    with db.read() as c:
        answers = runs.answers(c, run.id, split, run.scorer)
    scored = score_answers(answers, asked, scorers.get(run.scorer))
    found = {(a.arm, a.case_id): a.score for a in scored if a.score is not None}
    with db.write() as c:
        runs.set_scores(c, run.id, run.scorer, split, found)
    return scored


def _averages(arms: list[str], answers: list[Answer], asked: list[TestCase]) -> dict[str, float | None]:
    """Validation averages by arm; None for an arm that answered nothing there."""
    found: dict[str, float | None] = {}
    for arm in arms:
        scores = [score for score in scores_of(arm, answers, asked) if score is not None]
        found[arm] = sum(scores) / len(scores) if scores else None
    return found


def _end(db: Database, run_id: int, state: str, error: str, **values: Any) -> None:
    from ftcore.store.schema import now

    with db.write() as c:
        runs.change(c, run_id, state=state, error=error, finished_at=now(), **values)
