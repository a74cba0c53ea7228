"""Runs that score the answers of an earlier one again, after an expected answer was corrected."""

from __future__ import annotations

from sqlalchemy import Connection, Table, and_, insert, literal, select

from ftcore.records import Job
from ftcore.store import runs
from ftcore.store.runs import Run
from ftcore.store.schema import calls, judgements, ratings, scores
from ftcore.store.schema import runs as runs_table


def copy_answers(c: Connection, old_id: int, new_id: int, *, without: str = "", unjudged: str = "") -> None:
    """Gives a run every call, rating and judgement of another one, except those of the case `without`, and except the
    judgements of the case `unjudged`: the judge was shown another expected answer there."""
    for table, gone in ((calls, (without,)), (ratings, (without,)), (judgements, (without, unjudged))):
        _copy(c, table, old_id, new_id, [case for case in gone if case])


def chain(c: Connection, run_id: int) -> list[Run]:
    """The run with everything that it was corrected from and into, the first one first."""
    first = runs.get(c, run_id)
    while first.parent_id is not None and (parent := _find(c, first.parent_id)) is not None:
        first = parent
    found = [first]
    while (child := _child(c, found[-1].id)) is not None:
        found.append(child)
    return found


def snapshot_of_job(c: Connection, job: Job) -> int:
    """The snapshot whose test rows a new comparison of this job's model asks: the last one that was corrected, else the one
    that it was trained on. Asking the first again would silently take the corrections back. The rows to learn from are the
    same in both."""
    mine = (runs_table.c.job_id == job.id, runs_table.c.parent_id.is_not(None))
    query = select(runs_table.c.snapshot_id).where(*mine).order_by(runs_table.c.id.desc()).limit(1)
    return int(c.execute(query).scalar() or job.snapshot_id)


def corrected_before(c: Connection, run: Run) -> Run | None:
    """The run by whose corrections the test rows of this one became what they were when it began; None when there is none."""
    earlier = (runs_table.c.id < run.id, runs_table.c.parent_id.is_not(None))
    query = select(runs_table.c.id).where(runs_table.c.snapshot_id == run.snapshot_id, *earlier)
    found = c.execute(query.order_by(runs_table.c.id.desc()).limit(1)).scalar()
    return None if found is None else runs.get(c, found)


def scores_of_case(c: Connection, run_id: int, case_id: str, scorer: str) -> dict[str, float]:
    """The average score of each arm at one test case; arms without an answer there are left out."""
    query = (
        select(calls.c.arm, scores.c.score)
        .join(scores, and_(scores.c.call_id == calls.c.id, scores.c.scorer == scorer))
        .where(calls.c.run_id == run_id, calls.c.split == "test", calls.c.case_id == case_id)
    )
    found: dict[str, list[float]] = {}
    for arm, score in c.execute(query):
        found.setdefault(arm, []).append(score)
    return {arm: sum(several) / len(several) for arm, several in found.items()}


def _copy(c: Connection, table: Table, old_id: int, new_id: int, without: list[str]) -> None:
    kept = [column for column in table.c if column.name not in ("id", "run_id")]
    rows = select(literal(new_id), *kept).where(table.c.run_id == old_id, table.c.case_id.not_in(without))
    c.execute(insert(table).from_select(["run_id", *(column.name for column in kept)], rows.order_by(table.c.id)))


def _find(c: Connection, run_id: int) -> Run | None:
    return runs.get(c, run_id) if c.execute(select(runs_table.c.id).where(runs_table.c.id == run_id)).first() else None


def _child(c: Connection, run_id: int) -> Run | None:
    """The run that it was corrected into: whoever corrects, corrects the last one."""
    query = select(runs_table.c.id).where(runs_table.c.parent_id == run_id).order_by(runs_table.c.id.desc())
    found = c.execute(query.limit(1)).scalar()
    return None if found is None else runs.get(c, found)
