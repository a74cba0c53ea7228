"""The test split is locked once a model has been trained: what it is measured on must not change under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from ftcore.records import Filter, Job, JobState, Split
from ftcore.store import examples, jobs, projects
from ftcore.store.database import Database
from ftcore.store.schema import now

UNLOCKED = "test_unlocked"
"""Where a project keeps, beside its limits, up to which job its test split was unlocked, by whom and when."""
WAY_OUT = "It can be unlocked on Curate, under Split and export."


class SplitLocked(Exception):
    """Rows were to join or leave a locked test split. The text is for the screen; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Lock:
    """The newest training that was measured, or will be, on the test rows as they are."""

    model: str
    rows: int

    @property
    def sentence(self) -> str:
        rows = "this 1 test row" if self.rows == 1 else f"these {self.rows:,} test rows"
        return f"The test split is locked: the model {self.model} is measured on {rows}."


def find(c: Connection, project_id: int) -> Lock | None:
    """None while the test split may change: nothing was trained on its counterpart, it is empty, or somebody unlocked it."""
    unlocked = projects.get(c, project_id).limits.get(UNLOCKED, {})
    after = int(unlocked.get("job", 0)) if isinstance(unlocked, dict) else 0
    trained = next((job for job in jobs.of_project(c, project_id) if job.id > after and has_trained(job)), None)
    if trained is None:
        return None
    rows, _ = examples.count(c, project_id, Filter(split=Split.TEST))
    return Lock(trained.fine_tuned_model or trained.remote_id or trained.base_model, rows) if rows else None


def has_trained(job: Job) -> bool:
    """A job that failed or was cancelled before its first step locks nothing."""
    return job.state is not JobState.PLANNED and (
        not job.state.ended or job.state is JobState.SUCCEEDED or job.step > 0
    )


def unlock(db: Database, project_id: int, *, who: str) -> None:
    """Lets rows join and leave the test split until the next training. Kept with the project: who, when, after which job."""
    with db.write() as c:
        newest = max((job.id for job in jobs.of_project(c, project_id)), default=0)
        kept = {"job": newest, "who": who, "at": now().isoformat()}
        projects.set_limits(c, project_id, {**projects.get(c, project_id).limits, UNLOCKED: kept})


def lock_again(db: Database, project_id: int) -> None:
    with db.write() as c:
        limits = projects.get(c, project_id).limits
        projects.set_limits(c, project_id, {name: value for name, value in limits.items() if name != UNLOCKED})


def guard(c: Connection, project_id: int, moves: Mapping[int, str | None]) -> None:
    """Raises SplitLocked when one of these moves (row to split) would take a row into the locked test split or out of it."""
    lock = find(c, project_id) if moves else None
    if lock is None:
        return
    rows = [row for row in examples.get_many(c, list(moves)) if row.project_id == project_id]
    crossing = sum((row.split is Split.TEST) != (moves[row.id] == Split.TEST) for row in rows)
    if crossing:
        raise refusal(lock, crossing)


@contextmanager
def kept(c: Connection, project_id: int) -> Iterator[None]:
    """For an undo or a redo: raises SplitLocked at the end of the block when rows joined a locked test split in it, or left it. The
    caller's transaction is then not to be committed."""
    lock = find(c, project_id)
    before = _tested(c, project_id) if lock else set()
    yield
    if lock and (crossing := before ^ _tested(c, project_id)):
        raise refusal(lock, len(crossing))


def guard_filter(c: Connection, project_id: int, where: Filter, split: str) -> None:
    """`guard` for everything that matches a filter, whatever its size."""
    lock = find(c, project_id)
    if lock is None:
        return
    everything = 10**9
    crossing = 0
    if where.split in (None, Split.TEST):
        crossing = examples.count(c, project_id, replace(where, split=Split.TEST), up_to=everything)[0]
    if split == Split.TEST:
        crossing = examples.count(c, project_id, where, up_to=everything)[0] - crossing
    if crossing:
        raise refusal(lock, crossing)


def refusal(lock: Lock, rows: int) -> SplitLocked:
    some = "1 row was to join or leave it" if rows == 1 else f"{rows:,} rows were to join or leave it"
    return SplitLocked(f"{lock.sentence} {some}; nothing was changed. {WAY_OUT}")


def _tested(c: Connection, project_id: int) -> set[int]:
    """Rows of the test split, those in the trash too: neither trash nor status is a split."""
    return {
        id_
        for trashed in (False, True)
        for id_ in examples.ids(c, project_id, Filter(split=Split.TEST, trashed=trashed))
    }
