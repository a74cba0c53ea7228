"""What a project's rows mean, kept up to date beside the database: rows that are similar to one, found in a moment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import tee
from pathlib import Path

from sqlalchemy import Connection

from ftcore.dataset.meaning import MeaningError, Vectors
from ftcore.records import Example, Filter, TrainingExample
from ftcore.store import examples, projects, row_sets
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.workspace import Workspace

KIND = "similar"
"""The kind of the stored set of rows."""
FOUND = 30
AT_ONCE = 2_000
"""Up to so many rows are read while somebody waits: about a second."""
ROWS_A_SECOND = 2_000
MARK = "read.json"
SLACK = timedelta(minutes=2)
"""A change that was being written while the rows were read is read the next time."""
CHUNK = 2_000
EVERYTHING = 10**9
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to when the rows have been read, and the project's revision then."""

    at: datetime
    revision: int


def folder(workspace: Workspace, project_id: int) -> Path:
    return workspace.folder("meaning") / str(project_id)


def vectors(workspace: Workspace, project_id: int) -> Vectors:
    return _opened(folder(workspace, project_id))


@lru_cache(maxsize=8)
def _opened(path: Path) -> Vectors:
    """One of a kind in a process: of a million vectors only what came since the last look is read."""
    return Vectors(path)


def text(training: TrainingExample) -> str:
    """What is compared: the question. The answer, where nothing is asked."""
    return training.prompt.strip() or training.response


def waiting(c: Connection, workspace: Workspace, project_id: int) -> int:
    """About how many rows are still to be read: new ones, and those that were changed. 0 when everything is."""
    mark = _mark(workspace, project_id)
    if mark is not None and mark.revision == projects.get(c, project_id).revision:
        return 0
    return examples.count(c, project_id, _since(mark), up_to=EVERYTHING)[0]


def read(db: Database, workspace: Workspace, project_id: int, *, progress: Progress = silent) -> int:
    """Brings the vectors up to date with the rows that are not in the trash; gives how many have one. What was read before
    and is the same costs little; stopped, it goes on from there."""
    _read_changed(db, workspace, project_id, progress)
    store = vectors(workspace, project_id)
    with db.read() as c:
        there = set(examples.ids(c, project_id))
    known = set(store.ids().tolist())
    store.remove(known - there)
    missing = sorted(there - known)
    for start in range(0, len(missing), CHUNK):
        with db.read() as c:
            rows = examples.get_many(c, missing[start : start + CHUNK])
        store.update([row.id for row in rows], [text(row.training) for row in rows])
        progress(start + len(rows), len(missing), "Reading the examples")
    return len(store)


def similar_rows(
    db: Database, workspace: Workspace, project_id: int, example_id: int, k: int = FOUND, *, who: str = ""
) -> int:
    """The stored set (kind "similar") of the `k` rows that mean nearly the same as one, the row itself first, then the nearest;
    each with its cosine as the score.

    Reads what few rows were changed since the last time. Raises MeaningError when it has to be read by the worker first, or
    when the row has no words.
    """
    with db.read() as c:
        number = waiting(c, workspace, project_id)
    if number > AT_ONCE:
        seconds = number // ROWS_A_SECOND + 1
        raise MeaningError(f"The worker reads the examples first: about {seconds:,} seconds.")
    if number:
        _read_changed(db, workspace, project_id, silent)
    near = vectors(workspace, project_id).similar(example_id, k=3 * k)
    with db.write() as c:
        there = {row.id for row in _in_project(c, project_id, [id_ for id_, _ in near])}
        found = [(id_, score) for id_, score in near if id_ in there][:k]
        if not found:
            raise MeaningError("There is no row like this one.")
        made = {"to": example_id, "k": k}
        label = f"row {example_id}"
        set_id = row_sets.create(c, project_id, kind=KIND, label=label, query=made, who=who)
        row_sets.add(c, set_id, [(example_id, 1.0), *found])
        return row_sets.finish(c, set_id).id


def _read_changed(db: Database, workspace: Workspace, project_id: int, progress: Progress) -> None:
    """Reads the rows that were changed since the last time; all of them, the first time."""
    store, mark = vectors(workspace, project_id), _mark(workspace, project_id)
    with db.read() as c:
        new = Mark(now() - SLACK, projects.get(c, project_id).revision)
        total = examples.count(c, project_id, _since(mark), up_to=EVERYTHING)[0]
    one, other = tee(_rows(db, project_id, _since(mark)))
    store.update(
        (row.id for row in one),
        (text(row.training) for row in other),
        progress=lambda done: progress(done, max(done, total), "Reading the examples"),
    )
    path = folder(workspace, project_id) / MARK
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps({"at": new.at.isoformat(), "revision": new.revision}))
    os.replace(fresh, path)


def _rows(db: Database, project_id: int, where: Filter) -> Iterator[Example]:
    """A chunk at a time, each in a transaction of its own."""
    after = 0
    while True:
        with db.read() as c:
            part = next(examples.stream(c, project_id, where, after=after, chunk=CHUNK), None)
        if part is None:
            return
        yield from part
        after = part[-1].id


def _in_project(c: Connection, project_id: int, ids: list[int]) -> list[Example]:
    return [row for row in examples.get_many(c, ids) if row.project_id == project_id and not row.trashed]


def _since(mark: Mark | None) -> Filter:
    return Filter() if mark is None else Filter(changed_since=mark.at)


def _mark(workspace: Workspace, project_id: int) -> Mark | None:
    try:
        said = json.loads((folder(workspace, project_id) / MARK).read_text())
        mark = Mark(datetime.fromisoformat(said["at"]), int(said["revision"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # cut short by a full disk: everything is read again
        return None
    # Without vectors, these were lost or are of another model.
    return mark if len(vectors(workspace, project_id)) else None
