"""Trainings and comparisons that were recorded on another computer: kept in the tables of one's own, and followed by nobody.

They belong to an endpoint that is removed from the start and whose address no network has: nothing is ever offered or sent
there. Their job counts as found, so that neither a month's bill nor an erasure looks for it at a server.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from ftcore.records import JobState
from ftcore.store import plain_rows
from ftcore.store.projects import touch
from ftcore.store.schema import (
    calls,
    endpoints,
    examples,
    job_events,
    job_files,
    job_metrics,
    jobs,
    judgements,
    models,
    now,
    runs,
    scores,
    snapshot_rows,
    snapshots,
)

ADDRESS = "https://recorded.invalid/v1"
"""RFC 2606 keeps `.invalid` free for ever: whoever asks there asks nobody."""
COMPUTER = "the recording computer"
"""How the endpoint is called where a sentence names it. No connection of one's own can have a name of several words."""
OURS = "tuneworthy:"
"""Our own notes among the events are about the process that asked; it is not recorded."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a project has that was recorded elsewhere. `on`: when the training ended."""

    job_id: int
    on: datetime


@dataclass(frozen=True, slots=True)
class Rows:
    """A job and its comparison as plain values, without ids: `calls` and `judgements` name their case by the line of the
    sample's file (`case`), and each call has its `scores` by scorer."""

    job: Mapping[str, Any]
    run: Mapping[str, Any]
    models: Sequence[Mapping[str, Any]] = ()
    events: Sequence[Mapping[str, Any]] = ()
    metrics: Sequence[Mapping[str, Any]] = ()
    files: Sequence[Mapping[str, Any]] = ()
    calls: Sequence[Mapping[str, Any]] = ()
    judgements: Sequence[Mapping[str, Any]] = ()


def job_ids(c: Connection, project_id: int) -> frozenset[int]:
    """The jobs of the project that were recorded elsewhere."""
    query = select(jobs.c.id).join(endpoints, jobs.c.endpoint_id == endpoints.c.id)
    return frozenset(c.execute(query.where(jobs.c.project_id == project_id, endpoints.c.base_url == ADDRESS)).scalars())


def of_project(c: Connection, project_id: int) -> Recorded | None:
    """The newest recording in the project; None where everything was made here."""
    known = job_ids(c, project_id)
    if not known:
        return None
    job_id = max(known)
    finished, created = c.execute(select(jobs.c.finished_at, jobs.c.created_at).where(jobs.c.id == job_id)).one()
    return Recorded(job_id, finished or created)


def _lines(c: Connection, snapshot_id: int) -> dict[str, int]:
    """By the id of each example in the snapshot, as a case bears it, the line of the file that it came from. Other files of the
    project have the same lines again."""
    inside = select(snapshot_rows.c.example_id).where(snapshot_rows.c.snapshot_id == snapshot_id)
    query = select(examples.c.id, examples.c.line).where(examples.c.id.in_(inside), examples.c.line.is_not(None))
    return {str(id_): line for id_, line in c.execute(query)}


def rows_out(c: Connection, job_id: int, run_id: int) -> Rows:
    """A finished job and its finished comparison, to be recorded. Raises LookupError for a case whose example has no line."""
    by_example = _lines(c, c.execute(select(runs.c.snapshot_id).where(runs.c.id == run_id)).scalar_one())

    def of(table: Any, *where: Any) -> list[dict[str, Any]]:
        found = c.execute(select(table).where(*where).order_by(table.c.id)).mappings()
        return [plain_rows.out(table, row) for row in found]

    marks: dict[int, dict[str, float]] = {}
    query = select(scores.c.call_id, scores.c.scorer, scores.c.score).join(calls, calls.c.id == scores.c.call_id)
    for call_id, scorer, score in c.execute(query.where(calls.c.run_id == run_id).order_by(scores.c.id)):
        marks.setdefault(call_id, {})[scorer] = score
    answers = c.execute(select(calls).where(calls.c.run_id == run_id).order_by(calls.c.id)).mappings()
    said = c.execute(select(judgements).where(judgements.c.run_id == run_id).order_by(judgements.c.id)).mappings()
    return Rows(
        job=of(jobs, jobs.c.id == job_id)[0],
        run=of(runs, runs.c.id == run_id)[0],
        models=of(models, models.c.job_id == job_id),
        events=[one for one in of(job_events, job_events.c.job_id == job_id) if not one["remote_id"].startswith(OURS)],
        metrics=of(job_metrics, job_metrics.c.job_id == job_id),
        files=of(job_files, job_files.c.job_id == job_id),
        calls=[
            {"case": by_example[row["case_id"]], **plain_rows.out(calls, row), "scores": marks.get(row["id"], {})}
            for row in answers
        ],
        judgements=[{"case": by_example[row["case_id"]], **plain_rows.out(judgements, row)} for row in said],
    )


def take_in(
    c: Connection,
    project_id: int,
    snapshot_id: int,
    found: Rows,
    *,
    arms: Callable[[int], list[dict[str, Any]]],
    test_rows: str,
) -> Recorded:
    """Writes the job and its comparison into the project. `arms` gives the plans of the ways to answer for the job's new id;
    `test_rows` is the digest of the test rows as this project numbers them. The model is marked as gone: it was never here."""
    at = {line: id_ for id_, line in _lines(c, snapshot_id).items()}
    endpoint_id = _endpoint(c, [str(one["name"]) for one in found.models])
    job = {**plain_rows.back(jobs, found.job), "state": JobState.SUCCEEDED, "origin": "found", "key": uuid.uuid4().hex}
    place = {"project_id": project_id, "snapshot_id": snapshot_id, "endpoint_id": endpoint_id}
    job_id = c.execute(insert(jobs).values(**job, **place)).lastrowid
    _many(c, job_events, found.events, job_id=job_id)
    _many(c, job_metrics, found.metrics, job_id=job_id)
    _many(c, job_files, found.files, job_id=job_id)
    _many(c, models, found.models, job_id=job_id, endpoint_id=endpoint_id, gone_at=now())
    run = plain_rows.back(runs, found.run)
    run |= {"arms": arms(job_id), "settings": {**run["settings"], "test_rows": test_rows}}
    run_id = c.execute(insert(runs).values(**run, **place, job_id=job_id)).lastrowid
    _calls(c, run_id, found.calls, at)
    for one in found.judgements:
        values = {**plain_rows.back(judgements, one), "case_id": at[one["case"]], "key": _foreign(str(one["key"]))}
        c.execute(insert(judgements).values(run_id=run_id, **values))
    touch(c, project_id)
    recorded = of_project(c, project_id)
    assert recorded is not None
    return recorded


def remove(c: Connection, project_id: int) -> bool:
    """Takes the recordings out of the project, with the snapshots that nothing else needs; False when there were none."""
    mine = job_ids(c, project_id)
    if not mine:
        return False
    used = set(c.execute(select(jobs.c.snapshot_id).where(jobs.c.id.in_(mine))).scalars())
    used |= set(c.execute(select(runs.c.snapshot_id).where(runs.c.job_id.in_(mine))).scalars())
    c.execute(delete(runs).where(runs.c.job_id.in_(mine)))
    c.execute(delete(models).where(models.c.job_id.in_(mine)))
    c.execute(delete(jobs).where(jobs.c.id.in_(mine)))
    for table in (jobs, runs):
        used -= set(c.execute(select(table.c.snapshot_id).where(table.c.project_id == project_id)).scalars())
    c.execute(delete(snapshots).where(snapshots.c.id.in_(used)))
    touch(c, project_id)
    return True


def _endpoint(c: Connection, names: Sequence[str]) -> int:
    """The endpoint of recordings; another one where a model of this name is there already, from the same sample opened
    twice."""
    known = c.execute(select(endpoints.c.id).where(endpoints.c.base_url == ADDRESS).order_by(endpoints.c.id)).scalars()
    every = list(known)
    for id_ in every:
        taken = select(models.c.id).where(models.c.endpoint_id == id_, models.c.name.in_(names)).limit(1)
        if c.execute(taken).first() is None:
            return int(id_)
    name = COMPUTER if not every else f"{COMPUTER} ({len(every) + 1})"
    values = {"name": name, "base_url": ADDRESS, "practice": True, "created_at": now(), "removed_at": now()}
    return int(c.execute(insert(endpoints).values(**values)).lastrowid)


def _calls(c: Connection, run_id: int, found: Sequence[Mapping[str, Any]], at: Mapping[int, str]) -> None:
    rows = [
        {**plain_rows.back(calls, one), "run_id": run_id, "case_id": at[one["case"]], "key": _foreign(str(one["key"]))}
        for one in found
    ]
    c.execute(insert(calls), rows)
    ids = {
        (arm, split, case, repeat): id_
        for id_, arm, split, case, repeat in c.execute(
            select(*(calls.c[name] for name in ("id", "arm", "split", "case_id", "repeat"))).where(
                calls.c.run_id == run_id
            )
        )
    }
    marks = [
        {"call_id": ids[row["arm"], row["split"], row["case_id"], row["repeat"]], "scorer": scorer, "score": score}
        for row, one in zip(rows, found, strict=True)
        for scorer, score in one["scores"].items()
    ]
    if marks:
        c.execute(insert(scores), marks)


def _many(c: Connection, table: Any, found: Sequence[Mapping[str, Any]], **also: Any) -> None:
    if found:
        c.execute(insert(table), [{**plain_rows.back(table, one), **also} for one in found])


def _foreign(key: str) -> str:
    """Another key than the same question has here: a comparison takes over only what this computer's model answered."""
    return hashlib.sha256(f"recorded {key}".encode()).hexdigest()
