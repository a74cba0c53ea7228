"""Two models at two endpoints answer the same rows. Every answer is on the disk before the next thing happens: a comparison that is
begun again asks only what has not been answered, since each question may be paid."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ftcore.evaluation import EvaluationError, runner, scorers
from ftcore.evaluation.arms import FineTunedArm
from ftcore.evaluation.call import Asking, answer_limit
from ftcore.evaluation.cases import cases
from ftcore.evaluation.results import compare_arms, score_answers, scores_of
from ftcore.records import Answer, Job, JobState, Task, TestCase
from ftcore.store import endpoints, jobs
from ftcore.store.database import Database
from ftcore.training.rescue_again import HeldOut, held_out
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace

BEFORE, AFTER = "before", "after"
LOOK_SECONDS = 3.0
NO_ROWS = (
    "There is no row that neither model was trained on. Import some with the split “test” on Curate and approve them, "
    "then compare again."
)


def carry_out(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: before, after (ids of jobs). Gives both averages, their difference with its interval, and what it was asked on."""
    from ftcore.worker.handlers import Postponed

    with db.read() as c:
        before, after = jobs.get(c, task.payload[BEFORE]), jobs.get(c, task.payload[AFTER])
        rows = held_out(c, before)
    if not after.state.ended:
        watch.progress(0, 0, "Waiting for the new training to end")
        raise Postponed(LOOK_SECONDS)
    _refuse(before, after, rows)
    asked = cases(list(rows.rows))
    scorer = scorers.propose([case.expected for case in asked])[0]
    answers = _ask(db, workspace, task, watch, before, after, asked)
    scored = score_answers(answers, asked, scorers.get(scorer))
    compared = compare_arms(scored, asked, BEFORE, AFTER)
    return {
        "rows": len(asked),
        "source": rows.source,
        "scorer": scorer,
        "models": {BEFORE: before.fine_tuned_model, AFTER: after.fine_tuned_model},
        "averages": {name: _average(name, scored, asked) for name in (BEFORE, AFTER)},
        "missing": sum(1 for answer in scored if answer.text is None),
        "comparison": asdict(compared),
    }


def _refuse(before: Job, after: Job, rows: HeldOut) -> None:
    if after.state is not JobState.SUCCEEDED or not after.fine_tuned_model:
        raise EvaluationError("The new training has left no model, so there is nothing to compare.")
    if not before.fine_tuned_model:
        raise EvaluationError("The job that was brought in has left no model, so there is nothing to compare with.")
    if not rows.rows:
        raise EvaluationError(NO_ROWS)


def _ask(
    db: Database,
    workspace: Workspace,
    task: Task,
    watch: Watch,
    before: Job,
    after: Job,
    asked: list[TestCase],
) -> list[Answer]:
    with db.read() as c:
        there, here = endpoints.get(c, before.endpoint_id), endpoints.get(c, after.endpoint_id)
    arms = [
        FineTunedArm(before.fine_tuned_model, before.system_prompt or None, name=BEFORE, endpoint=there),
        FineTunedArm(after.fine_tuned_model, after.system_prompt or None, name=AFTER, endpoint=here),
    ]
    kept = Kept(workspace.folder("exports") / f"project-{before.project_id}-comparison-{before.id}-{after.id}.jsonl")
    known = kept.read()
    total = len(asked) * len(arms)

    def keep(batch: Sequence[tuple[str, Answer]]) -> None:
        for key, answer in batch:
            kept.add(key, answer)
        watch.progress(len(known), total, "Asking both models")

    outcome = asyncio.run(
        runner.run(
            arms,
            asked,
            here,
            asking=Asking(max_tokens=answer_limit(case.expected for case in asked)),
            known=known,
            keep=keep,
            cancelled=lambda: watch.cancelled,
        )
    )
    watch.check()
    if outcome.stopped:
        raise EvaluationError(f"{outcome.stopped} The answers so far are kept, and are not asked for again.")
    return list(outcome.answers)


def _average(name: str, scored: list[Answer], asked: list[TestCase]) -> float | None:
    scores = [score for score in scores_of(name, scored, asked) if score is not None]
    return sum(scores) / len(scores) if scores else None


class Kept:
    """Answers by the key of their question, a line each, on the disk for good when `add` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Answer] = {}

    def read(self) -> dict[str, Answer]:
        """What is kept. A last line that a killed process left half-written counts as not there."""
        if self._path.exists():
            for line in self._path.read_bytes().split(b"\n"):
                try:
                    value = json.loads(line)
                    self._known[value["key"]] = Answer(**value["answer"])
                except (ValueError, KeyError, TypeError):
                    continue
        return self._known

    def add(self, key: str, answer: Answer) -> None:
        self._known[key] = answer
        line = json.dumps({"key": key, "answer": asdict(answer)}, ensure_ascii=False)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}" if self._path.stat().st_size else line)
            file.flush()
            os.fsync(file.fileno())
