"""A judge model's verdicts on a finished run: each is kept as it comes, and none is paid for twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from ftcore.evaluation import EvaluationError
from ftcore.evaluation.judge import ask_judge, challenges
from ftcore.evaluation.judge.ordering import items_of, order_from_json
from ftcore.records import Task
from ftcore.store import endpoints, judgements, runs
from ftcore.store.database import Database
from ftcore.store.judgements import Judgement
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace


def carry_out(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: run_id, order (evaluation/judge/ordering.py). Safe to begin again."""
    wanted = order_from_json(task.payload["order"])
    with db.read() as c:
        run = runs.get(c, task.payload["run_id"])
        judge = wanted.judge(endpoints.get(c, wanted.endpoint_id))
        known = judgements.finished(c, run.id, judge.name)
    items = items_of(db, run, wanted)
    if not items:
        raise EvaluationError("Neither of the two ways has answered these rows, so there is nothing to judge.")
    items += challenges(items)  # whether an answer can talk the judge into a mark
    came = len(known)

    def keep(found: Sequence[Judgement]) -> None:
        nonlocal came
        with db.write() as c:
            judgements.keep(c, run.id, found)
        came += len(found)
        try:
            watch.progress(min(came, len(items)), len(items), "Asking the judge")
        except Cancelled:
            return  # `cancelled` ends it; what is under way may still arrive and be kept

    judged = asyncio.run(ask_judge(judge, items, known=known, keep=keep, cancelled=lambda: watch.cancelled))
    watch.check()
    if judged.stopped:
        raise EvaluationError(f"{judged.stopped} The verdicts so far are kept, and are not asked for again.")
    return {"run_id": run.id, "judge": judge.name}
