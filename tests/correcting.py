"""Scoring a corrected run again as the worker does, for tests whose answers came from no server."""

from __future__ import annotations

from dataclasses import asdict

from ftcore.evaluation import scorers
from ftcore.evaluation.cases import cases
from ftcore.evaluation.results import compare_arms, score_answers
from ftcore.records import Split
from ftcore.store import runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.store.schema import now


def scored_again(db: Database, run: Run) -> Run:
    """The run with its scores and its comparison against the arm that its first run was compared with."""
    with db.read() as c:
        parent = runs.get(c, run.parent_id) if run.parent_id else run
        tested = cases(snapshots.rows(c, run.snapshot_id, Split.TEST))
        answers = runs.answers(c, run.id, Split.TEST, run.scorer)
    scored = score_answers(answers, tested, scorers.get(run.scorer))
    against = parent.result["comparator"]
    compared = compare_arms(scored, tested, against, "fine_tuned", delta=run.delta, seed=run.seed)
    result = {**parent.result, "comparisons": [{"against": against, **asdict(compared)}], "comparator": against}
    with db.write() as c:
        found = {(one.arm, one.case_id, one.repeat): one.score for one in scored if one.score is not None}
        runs.set_scores(c, run.id, run.scorer, Split.TEST, found)
        runs.change(c, run.id, state="done", result=result, finished_at=now())
        return runs.get(c, run.id)
