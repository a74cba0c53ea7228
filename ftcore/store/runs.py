"""Runs (arms x test examples): their calls, each kept the moment it arrives, and the scores, which need no call again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ftcore.records import Answer, Split
from ftcore.store.projects import touch
from ftcore.store.schema import calls, now, runs, scores

KEYS = 500
"""So many keys are asked for at once: SQLite bounds the values of a statement."""
PLACE = ("run_id", "arm", "split", "case_id", "repeat")
"""What an answer is kept by."""
ANSWERED = (
    "arm",
    "case_id",
    "repeat",
    "model",
    "text",
    "error",
    "seconds",
    "tokens_in",
    "tokens_out",
    "finish_reason",
)
_IS_TRIAL = func.json_extract(runs.c.settings, "$.trial").is_not(None)
SHORT_SECONDS = 5.0
"""A run below this says nothing about speed."""


@dataclass(frozen=True, slots=True)
class Run:
    """`arms` are the arms' plans as plain values (`evaluation/arms/plan.py`); `result` is what was found in the end.

    `settings`: candidate (the arm that is to be better), repeats, temperature, budget_usd, scorers (names of the further
    ones), options (of the scorers, by name), plan (what was estimated). `versions`: of what asked and scored.
    """

    id: int
    project_id: int
    snapshot_id: int
    endpoint_id: int
    job_id: int | None
    state: str
    scorer: str
    arms: list[dict[str, Any]]
    delta: float
    seed: int
    max_tokens: int
    total: int
    result: dict[str, Any]
    error: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    settings: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    parent_id: int | None = None
    corrections: int = 0


def plan(c: Connection, project_id: int, **values: Any) -> Run:
    """Writes the intent to run: snapshot_id, endpoint_id, job_id, scorer, arms, delta, seed, max_tokens, total, created_by."""
    id_ = c.execute(insert(runs).values(project_id=project_id, created_at=now(), **values)).lastrowid
    touch(c, project_id)
    return get(c, id_)


def get(c: Connection, run_id: int) -> Run:
    """Raises LookupError when there is no such run."""
    row = c.execute(select(runs).where(runs.c.id == run_id)).mappings().first()
    if row is None:
        raise LookupError(f"There is no run {run_id} in this workspace.")
    return _run(row)


def of_project(c: Connection, project_id: int) -> list[Run]:
    """The newest first; without the trials, which ask rows to learn from and no trained model."""
    query = select(runs).where(runs.c.project_id == project_id, ~_IS_TRIAL).order_by(runs.c.id.desc())
    return [_run(row) for row in c.execute(query).mappings()]


def trials(c: Connection, project_id: int, question: str = "") -> list[Run]:
    """The small comparisons that were run to answer this question (any), the newest first."""
    query = select(runs).where(runs.c.project_id == project_id, _IS_TRIAL).order_by(runs.c.id.desc())
    every = (_run(row) for row in c.execute(query).mappings())
    return [run for run in every if not question or run.settings["trial"] == question]


def latest_done(c: Connection, project_id: int) -> Run | None:
    return next((run for run in of_project(c, project_id) if run.state == "done"), None)


def change(c: Connection, run_id: int, **values: Any) -> None:
    c.execute(update(runs).where(runs.c.id == run_id).values(**values))
    touch(c, get(c, run_id).project_id)


def keep_call(c: Connection, run_id: int, split: Split, key: str, answer: Answer) -> None:
    """Keeps one answer: see `keep_calls`."""
    keep_calls(c, run_id, split, [(key, answer, None)])


def keep_calls(c: Connection, run_id: int, split: Split, found: Iterable[tuple[str, Answer, datetime | None]]) -> None:
    """Keeps answers with the keys of their calls, before anything is done with them. One that had failed may be replaced by
    one that arrived. The time is when it was asked for: before the run's own where it was taken over; None = now."""
    moment = now()
    rows = [
        {
            "run_id": run_id,
            "split": split,
            "key": key,
            "created_at": made_at or moment,
            "sources": list(answer.sources),
            **{name: getattr(answer, name) for name in ANSWERED},
        }
        for key, answer, made_at in found
    ]
    if not rows:
        return
    query = upsert(calls)
    fresh = {name: query.excluded[name] for name in rows[0] if name not in PLACE}
    c.execute(query.on_conflict_do_update(index_elements=list(PLACE), set_=fresh, where=calls.c.text.is_(None)), rows)


def known_elsewhere(
    c: Connection, run: Run, keys: Iterable[str], *, since: datetime
) -> dict[str, tuple[Answer, datetime]]:
    """Answers to the same questions that other runs of the project had since then, with the time: the newest of each."""
    wanted, found = list(keys), {}
    others = select(runs.c.id).where(runs.c.project_id == run.project_id, runs.c.id != run.id)
    for at in range(0, len(wanted), KEYS):
        query = (
            select(calls)
            .where(calls.c.key.in_(wanted[at : at + KEYS]), calls.c.run_id.in_(others), calls.c.text.is_not(None))
            .where(calls.c.created_at >= since)
            .order_by(calls.c.id)
        )
        for row in c.execute(query).mappings():
            found[row["key"]] = (_answer(row), row["created_at"])
    return found


def paid_for(c: Connection, run: Run) -> list[Answer]:
    """The answers that this run itself asked for, one for each call."""
    query = select(calls).where(
        calls.c.run_id == run.id, calls.c.text.is_not(None), calls.c.created_at >= run.created_at
    )
    return list({row["key"]: _answer(row) for row in c.execute(query).mappings()}.values())


def taken_over(c: Connection, run: Run) -> int:
    """How many questions an earlier run had asked already."""
    query = select(func.count(calls.c.key.distinct())).where(
        calls.c.run_id == run.id, calls.c.created_at < run.created_at
    )
    return int(c.execute(query).scalar_one())


def looks(c: Connection, project_id: int, test_rows: str) -> int:
    """How many runs have asked these test rows (`settings["test_rows"]`) anything; scoring again is no look."""
    asked = select(calls.c.run_id).where(calls.c.split == Split.TEST).distinct()
    query = select(runs.c.settings).where(
        runs.c.project_id == project_id, runs.c.parent_id.is_(None), runs.c.id.in_(asked)
    )
    return sum(1 for settings in c.execute(query).scalars() if settings.get("test_rows") == test_rows)


def finished_calls(c: Connection, run_id: int) -> dict[str, Answer]:
    """The answers that arrived, by the key of their call: these calls are never made again."""
    query = select(calls).where(calls.c.run_id == run_id, calls.c.text.is_not(None))
    return {row["key"]: _answer(row) for row in c.execute(query).mappings()}


def progress(c: Connection, run_id: int) -> int:
    """How many answers have arrived."""
    return c.execute(select(func.count()).where(calls.c.run_id == run_id, calls.c.text.is_not(None))).scalar_one()


def set_scores(
    c: Connection, run_id: int, scorer: str, split: Split, found: Mapping[tuple[str, str, int], float]
) -> None:
    """Writes a split's scores by (arm, case id, repeat), in the place of what this scorer said before."""
    mine = (calls.c.run_id == run_id, calls.c.split == split)
    columns = [calls.c[name] for name in ("id", "arm", "case_id", "repeat")]
    ids = {
        (arm, case_id, repeat): call_id for call_id, arm, case_id, repeat in c.execute(select(*columns).where(*mine))
    }
    c.execute(delete(scores).where(scores.c.scorer == scorer, scores.c.call_id.in_(select(calls.c.id).where(*mine))))
    rows = [{"call_id": ids[place], "scorer": scorer, "score": score} for place, score in found.items()]
    if rows:
        c.execute(insert(scores), rows)


def answers(c: Connection, run_id: int, split: Split, scorer: str) -> list[Answer]:
    """Every answer of a split with its score by `scorer` (None where it is missing)."""
    query = (
        select(calls, scores.c.score)
        .join(scores, (scores.c.call_id == calls.c.id) & (scores.c.scorer == scorer), isouter=True)
        .where(calls.c.run_id == run_id, calls.c.split == split)
        .order_by(calls.c.id)
    )
    return [_answer(row, row["score"]) for row in c.execute(query).mappings()]


def _answer(row: RowMapping, score: float | None = None) -> Answer:
    return Answer(
        case_id=row["case_id"],
        arm=row["arm"],
        model=row["model"],
        text=row["text"],
        error=row["error"],
        seconds=row["seconds"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        finish_reason=row["finish_reason"],
        repeat=row["repeat"],
        sources=tuple(row["sources"]),
        score=score,
    )


def _run(row: RowMapping) -> Run:
    return Run(**{name: row[name] for name in Run.__dataclass_fields__})


def speed(c: Connection, endpoint_id: int, *, weight: float, latest: int = 3) -> float | None:
    """How fast the endpoint answered in its latest finished runs: (tokens read + `weight` x tokens written) a second, from the
    first answer to the last that a run itself asked for. None where there is none to go by."""
    done = (
        select(runs.c.id, runs.c.created_at)
        .where(runs.c.endpoint_id == endpoint_id, runs.c.state == "done", runs.c.parent_id.is_(None))
        .order_by(runs.c.id.desc())
        .limit(latest)
    )
    found = []
    for id_, begun in c.execute(done):
        mine = (calls.c.run_id == id_, calls.c.text.is_not(None), calls.c.created_at >= begun)
        query = select(
            func.min(calls.c.created_at),
            func.max(calls.c.created_at),
            func.sum(calls.c.tokens_in + weight * calls.c.tokens_out),
        ).where(*mine)
        first, last, took = c.execute(query).one()
        if first is not None and (last - first).total_seconds() >= SHORT_SECONDS:
            found.append(took / (last - first).total_seconds())
    return sorted(found)[len(found) // 2] if found else None
