"""A walk through a file beside the project's rows, in portions: what each record is to the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ftcore.dataset import split_lock
from ftcore.dataset.intake.progress import Progress
from ftcore.dataset.reimport.deciding import Decision, decide, values_of
from ftcore.dataset.reimport.difference import Kind
from ftcore.dataset.reimport.finding import Finder, Named
from ftcore.dataset.sources import Reading
from ftcore.records import Accepted, Example, Rejected
from ftcore.store.database import Database

PORTION = 2_000
COMPARING = "Comparing with what is here"
NO_NEWS = Decision()


@dataclass(frozen=True, slots=True)
class Met:
    """`row` is None for a new record. `said` is everything that the record says, `decision` what of it is news."""

    record: Accepted
    kind: Kind
    row: Example | None = None
    said: dict[str, Any] | None = None
    decision: Decision = NO_NEWS
    repeated: bool = False
    """Its row, or its key, came before in the file: this one is not taken."""


def walk(db: Database, project_id: int, reading: Reading, progress: Progress) -> Iterator[list[Met | Rejected]]:
    """Every record of the file once, in its order."""
    finder, seen_rows, seen_keys = Finder(db, project_id), set[int](), set[str]()
    coming = reading.records_with_origins()
    while several := list(islice(coming, PORTION)):
        named = [(record, origin) for record, origin in several if isinstance(record, Accepted)]
        met = iter(_meet(db, finder, named, reading, seen_rows, seen_keys))
        yield [record if isinstance(record, Rejected) else next(met) for record, _ in several]
        done, total = reading.done()
        progress(done, total, COMPARING)


def _meet(
    db: Database, finder: Finder, named: list[Named], reading: Reading, rows: set[int], keys: set[str]
) -> Iterator[Met]:
    found = finder.rows(named)
    with db.read() as c:
        locked = split_lock.find(c, finder.project_id) is not None
        for (record, _), row in zip(named, found, strict=True):
            if row is not None:
                again = row.id in rows
                rows.add(row.id)
                said = values_of(record, reading)
                decision = (
                    NO_NEWS if again or row.trashed else decide(c, row, said, ours=reading.is_ours, locked=locked)
                )
                kind = Kind.BOTH if decision.both else Kind.CHANGED if decision.changed else Kind.UNCHANGED
                yield Met(record, kind, row, said, decision, again)
            elif record.key:
                again = record.key in keys
                keys.add(record.key)
                yield Met(record, Kind.UNCHANGED if again else Kind.NEW, repeated=again)
            else:
                yield Met(record, Kind.UNCHANGED if finder.is_here(record.training) else Kind.NEW)
