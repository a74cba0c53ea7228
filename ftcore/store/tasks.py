"""Work for the worker: leased and fenced, so that two workers, or one that was thought dead, never both finish a task.

A lease is a time until which the task is the worker's; the fence is a number that grows with every lease. Every write of
a worker names its fence: once another worker holds the task, the first one's writes find no row and raise `LostLease`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from ftcore.records import Task, TaskState
from ftcore.store.projects import touch
from ftcore.store.schema import now, tasks

LEASE_SECONDS = 30.0
ATTEMPTS = 5
"""A task that was begun so often and never ended is given up: something in it kills the worker."""
PATIENT = ("reconcile",)
"""Kinds that are never given up: a job that runs and costs money must not be without somebody who follows it."""
REST_SECONDS = 300.0
"""How long such a task rests after so many attempts."""


class LostLease(Exception):
    """Another worker has taken this task over; whatever this one does now must not be written."""


def put(c: Connection, kind: str, payload: dict[str, Any], *, project_id: int | None = None, key: str = "") -> Task:
    """Queues a task. The same key again gives the task that is already there."""
    if key:
        known = c.execute(select(tasks).where(tasks.c.key == key)).mappings().first()
        if known is not None:
            return _task(known)
    values = {"kind": kind, "payload": payload, "project_id": project_id, "key": key or None, "created_at": now()}
    return get(c, c.execute(insert(tasks).values(**values)).lastrowid)


def get(c: Connection, task_id: int) -> Task:
    return _task(c.execute(select(tasks).where(tasks.c.id == task_id)).mappings().one())


def message_of(c: Connection, key: str) -> str:
    """What the task of this key last told, while it has not ended; "" for none."""
    waiting = (tasks.c.key == key, tasks.c.state.in_(("queued", "running")))
    return c.execute(select(tasks.c.message).where(*waiting)).scalar() or ""


def open_tasks(c: Connection, project_id: int, kind: str = "") -> list[Task]:
    """Queued and running tasks of a project, the oldest first."""
    query = select(tasks).where(tasks.c.project_id == project_id, tasks.c.state.in_(("queued", "running")))
    if kind:
        query = query.where(tasks.c.kind == kind)
    return [_task(row) for row in c.execute(query.order_by(tasks.c.id)).mappings()]


def last(c: Connection, project_id: int, kind: str) -> Task | None:
    query = select(tasks).where(tasks.c.project_id == project_id, tasks.c.kind == kind).order_by(tasks.c.id.desc())
    row = c.execute(query.limit(1)).mappings().first()
    return _task(row) if row else None


def is_open(c: Connection, key: str) -> bool:
    """Whether the task of this key waits or is being done."""
    query = select(tasks.c.id).where(tasks.c.key == key, tasks.c.state.in_(("queued", "running")))
    return c.execute(query).first() is not None


def revive(c: Connection, key: str) -> None:
    """Queues a task again that has ended in whichever way."""
    ended = (tasks.c.key == key, tasks.c.state.in_(("failed", "cancelled", "done")))
    again = {"state": "queued", "attempts": 0, "lease_until": None, "finished_at": None, "cancel_requested": False}
    c.execute(update(tasks).where(*ended).values(**again, error=""))


def hurry(c: Connection, key: str) -> None:
    """Makes a task that waits for its time due now."""
    c.execute(update(tasks).where(tasks.c.key == key, tasks.c.state == "queued").values(lease_until=None))


def lease(
    c: Connection,
    *,
    clock: float | None = None,
    skip: Collection[int] = (),
    kinds: Collection[str] = (),
    but: Collection[str] = (),
) -> Task | None:
    """Takes a task that is queued, or whose worker has not been heard of since its lease ended: of the `kinds` (none named =
    all) `but` these, the one that has been due for longest, those first that were never begun, the oldest of them.

    `skip` are those that the caller is doing itself: after a laptop has slept, their leases look as if they had ended.
    """
    moment = time.time() if clock is None else clock
    free = select(tasks).where(_due(moment), tasks.c.id.not_in(skip), *_of(kinds, but))
    row = c.execute(free.order_by(func.coalesce(tasks.c.lease_until, 0.0), tasks.c.id).limit(1)).mappings().first()
    if row is None:
        return None
    if row["attempts"] >= ATTEMPTS and row["kind"] in PATIENT:
        rest = {"state": "queued", "attempts": 0, "lease_until": moment + REST_SECONDS}
        c.execute(update(tasks).where(tasks.c.id == row["id"]).values(fence=row["fence"] + 1, **rest))
        return lease(c, clock=clock, skip=skip, kinds=kinds, but=but)
    if row["attempts"] >= ATTEMPTS:
        said = f"It was begun {ATTEMPTS} times and never ended. What was kept is kept; look at the log, then start it again."
        _end(c, row["id"], state="failed", error=said)
        return lease(c, clock=clock, skip=skip, kinds=kinds, but=but)
    taken = {
        "state": "running",
        "fence": row["fence"] + 1,
        "attempts": row["attempts"] + 1,
        "lease_until": moment + LEASE_SECONDS,
    }
    c.execute(update(tasks).where(tasks.c.id == row["id"]).values(**taken))
    return _task({**row, **taken})


def something_due(
    c: Connection, *, skip: Collection[int] = (), kinds: Collection[str] = (), but: Collection[str] = ()
) -> bool:
    """Whether `lease` would find something, asked without the write lock."""
    query = select(tasks.c.id).where(_due(time.time()), tasks.c.id.not_in(skip), *_of(kinds, but))
    return c.execute(query.limit(1)).first() is not None


def kinds_due(c: Connection, *, skip: Collection[int] = ()) -> set[str]:
    """The kinds of which `lease` would find a task, asked without the write lock."""
    query = select(tasks.c.kind).where(_due(time.time()), tasks.c.id.not_in(skip)).distinct()
    return set(c.execute(query).scalars())


def hold(
    c: Connection, task: Task, *, done: int | None = None, total: int | None = None, message: str | None = None
) -> bool:
    """Renews the lease and writes the progress; True when the user asked to cancel. Raises LostLease."""
    values: dict[str, Any] = {"lease_until": time.time() + LEASE_SECONDS}
    told = {"done": done, "total": total, "message": message}
    values |= {name: value for name, value in told.items() if value is not None}
    _fenced(c, task, values)
    return bool(c.execute(select(tasks.c.cancel_requested).where(tasks.c.id == task.id)).scalar_one())


def finish(c: Connection, task: Task, result: dict[str, Any]) -> None:
    _fenced(c, task, {"state": "done", "result": result, "finished_at": now()})
    _touch(c, task)


def fail(c: Connection, task: Task, error: str, *, cancelled: bool = False) -> None:
    state = "cancelled" if cancelled else "failed"
    _fenced(c, task, {"state": state, "error": error, "finished_at": now()})
    _touch(c, task)


def postpone(c: Connection, task: Task, seconds: float) -> None:
    """Puts a task back for later: it has done what could be done now, and that counts as no attempt."""
    _fenced(c, task, {"state": "queued", "attempts": 0, "lease_until": time.time() + seconds})


def release(c: Connection, task: Task) -> None:
    """Gives a task back unfinished (the worker is stopping): it does not count as an attempt."""
    _fenced(c, task, {"state": "queued", "attempts": tasks.c.attempts - 1, "lease_until": None})


def request_cancel(c: Connection, task_id: int) -> None:
    c.execute(update(tasks).where(tasks.c.id == task_id).values(cancel_requested=True))
    c.execute(
        update(tasks)
        .where(tasks.c.id == task_id, tasks.c.state == "queued")
        .values(state="cancelled", finished_at=now())
    )


def _due(moment: float) -> ColumnElement[bool]:
    """Queued tasks whose time has come, and running ones whose worker let the lease pass."""
    free = or_(tasks.c.lease_until.is_(None), tasks.c.lease_until < moment)
    return tasks.c.state.in_(("queued", "running")) & free


def _of(kinds: Collection[str], but: Collection[str]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [tasks.c.kind.in_(kinds)] if kinds else []
    return [*wanted, tasks.c.kind.not_in(but)] if but else wanted


def _fenced(c: Connection, task: Task, values: dict[str, Any]) -> None:
    mine = (tasks.c.id == task.id, tasks.c.fence == task.fence, tasks.c.state == "running")
    if c.execute(update(tasks).where(*mine).values(**values)).rowcount != 1:
        raise LostLease(f"task {task.id} is no longer held under fence {task.fence}")


def _end(c: Connection, task_id: int, **values: Any) -> None:
    c.execute(update(tasks).where(tasks.c.id == task_id).values(finished_at=now(), **values))


def _touch(c: Connection, task: Task) -> None:
    if task.project_id is not None:
        touch(c, task.project_id)


def _task(row: Mapping[Any, Any]) -> Task:
    values = {name: row[name] for name in Task.__dataclass_fields__}
    return Task(**{**values, "state": TaskState(row["state"])})
