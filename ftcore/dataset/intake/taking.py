"""The import itself: which way it goes, how it goes on after a death, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from ftcore.dataset import sources
from ftcore.dataset.intake.parts import take_parts
from ftcore.dataset.intake.progress import Progress, silent
from ftcore.dataset.intake.whole import take_whole
from ftcore.dataset.intake.wish import Wish, digest_of
from ftcore.dataset.sources import SourceError
from ftcore.records import Accepted, Mapping, Rejected
from ftcore.store import examples, imports, tasks
from ftcore.store.database import Database

PART = 2_000
"""Records that are written in one transaction."""
SMALL = 5_000
"""Up to so many rows, old and new, a project is worked out in memory."""


def take_in(
    db: Database,
    project_id: int,
    path: Path,
    *,
    name: str,
    who: str,
    mapping: Mapping | None = None,
    rows: int | None = None,
    test_rows: int | None = None,
    seed: int = 0,
    task_id: int | None = None,
    part: int = PART,
    progress: Progress = silent,
) -> imports.Import:
    """Imports the file at `path`, which its user calls `name`.

    `rows` takes a seeded random sample of so many records; `test_rows` is how many test rows the project shall have then. A file
    of at most `part` records comes in one transaction, a larger one in several: its rows are to be seen as they come, without
    a split until all are in. Killed and begun again (with the same `task_id`, or with the same file and none), it goes on where
    it was, and a finished one imports nothing twice. Raises SourceError when the whole file cannot be read; nothing of it
    is kept then. Whatever `progress` raises stops it: `take_back` gives back what had come.
    """
    progress(0, 0, "Looking at the file")
    with db.read() as c:
        known = imports.of_task(c, task_id) if task_id is not None else None
    if known is not None and known.state == imports.DONE:
        return known
    reading = sources.open_file(path, mapping, name=name)
    wish = Wish(project_id, path, name, who, reading, digest_of(path), rows, test_rows, seed, task_id)
    known = known or _left(db, wish)
    if known is not None and known.sha256 != wish.sha256:
        take_back(db, known.id)
        raise SourceError(
            f"The file {name} has changed since its import began. What had come was taken back. Import it again."
        )
    try:
        return _take(db, wish, known, part, progress)
    except SourceError:
        _take_back_begun(db, wish)
        raise


def take_back(db: Database, import_id: int) -> int:
    """Takes an unfinished import back, in parts: its rows, what it set aside, and itself. Gives the number of rows.

    Rows that it was compared with are checked again by the worker.
    """
    with db.read() as c:
        project_id = imports.get(c, import_id).project_id
    taken = 0
    while True:
        with db.write() as c:
            some = imports.take_back_some(c, import_id, PART)
            if not some:
                imports.forget(c, import_id)
                if examples.counts(c, project_id).total:
                    tasks.put(c, "check", {"project_id": project_id}, project_id=project_id)
                return taken
        taken += some


def _take(db: Database, wish: Wish, known: imports.Import | None, part: int, progress: Progress) -> imports.Import:
    if known is not None:
        return take_parts(db, wish, known, wish.records(known.consumed), part, progress)
    records = wish.records()
    first = list(islice(_told(records, wish, progress), part + 1))
    with db.read() as c:
        before = examples.counts(c, wish.project_id).total
    if len(first) <= part and len(first) + before <= SMALL:
        progress(0, 0, "Checking the examples")
        return take_whole(db, wish, first)
    return take_parts(db, wish, None, chain(first, records), part, progress)


def _told(records: Iterator[Accepted | Rejected], wish: Wish, progress: Progress) -> Iterator[Accepted | Rejected]:
    for number, record in enumerate(records):
        if number % 500 == 0:
            done, total = wish.reading.done()
            progress(min(done, max(0, total - 1)), total, "Reading")
        yield record


def _left(db: Database, wish: Wish) -> imports.Import | None:
    """What an import without a task, stopped half-way, has left to go on with."""
    if wish.task_id is not None:
        return None
    with db.read() as c:
        return imports.unfinished(c, wish.project_id, wish.name, wish.sha256)


def _take_back_begun(db: Database, wish: Wish) -> None:
    with db.read() as c:
        begun = imports.of_task(c, wish.task_id) if wish.task_id is not None else None
    begun = begun or _left(db, wish)
    if begun is not None:
        take_back(db, begun.id)
