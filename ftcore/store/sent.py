"""What of a project was sent to servers: to learn from, to be answered, to be judged. Rows are counted, never read."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, or_, select

from ftcore.store.schema import calls, jobs, judgements, runs, snapshots


def to_learn_from(c: Connection, project_id: int) -> dict[int, int]:
    """By endpoint, how many examples: those of each snapshot once. A training whose files were sent counts, whatever became of it."""
    sent = or_(jobs.c.training_file_id != "", jobs.c.remote_id != "")
    size = (snapshots.c.train, snapshots.c.validation)
    query = (
        select(jobs.c.endpoint_id, func.max(jobs.c.share).label("share"), *size)
        .join(snapshots, snapshots.c.id == jobs.c.snapshot_id)
        .where(jobs.c.project_id == project_id, sent)
        .group_by(jobs.c.endpoint_id, snapshots.c.id, *size)
    )
    found: Counter[int] = Counter()
    for row in c.execute(query):
        found[row.endpoint_id] += round(row.train * row.share) + row.validation
    return dict(found)


def to_be_answered(c: Connection, project_id: int) -> dict[int, int]:
    """By endpoint, how many questions were asked in runs and trials, and how many verdicts of a judge. What a run took over from
    an earlier one was not sent again; alternatives that were tried count with their arm."""
    columns = (runs.c.id, runs.c.endpoint_id, runs.c.arms, runs.c.settings)
    found: Counter[int] = Counter()
    own: dict[int, int] = {}
    at: dict[tuple[int, str], int] = {}
    for run in c.execute(select(*columns).where(runs.c.project_id == project_id)):
        own[run.id] = run.endpoint_id
        at |= {(run.id, str(arm["name"])): arm.get("endpoint_id") or run.endpoint_id for arm in run.arms}
        at |= {(run.id, f"judge {name}"): one["endpoint_id"] for name, one in run.settings.get("judges", {}).items()}
    asked = (
        select(calls.c.run_id, calls.c.arm, func.count())
        .join(runs, runs.c.id == calls.c.run_id)
        .where(runs.c.project_id == project_id, calls.c.created_at >= runs.c.created_at)
        .group_by(calls.c.run_id, calls.c.arm)
    )
    for run_id, arm, number in c.execute(asked):
        found[at.get((run_id, str(arm).split("#")[0]), own[run_id])] += number
    judged = (
        select(judgements.c.run_id, judgements.c.judge, func.count())
        .where(judgements.c.run_id.in_(select(runs.c.id).where(runs.c.project_id == project_id)))
        .group_by(judgements.c.run_id, judgements.c.judge)
    )
    for run_id, judge, number in c.execute(judged):
        found[at.get((run_id, f"judge {judge}"), own[run_id])] += number
    return dict(found)
