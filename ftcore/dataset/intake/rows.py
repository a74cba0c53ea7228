"""All rows of a project, a portion at a time, each in a transaction of its own: nobody waits, and the log of changes stays short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftcore.records import Example, TrainingExample, text_of
from ftcore.store import examples
from ftcore.store.database import Database

PORTION, FIRST = 2_000, 100
"""Rows of a portion at most, and of the first one, which says how long they are."""
CHARACTERS = 8_000_000
"""So many are held at once, about: rows of a megabyte come by eights."""


def portions(db: Database, project_id: int) -> Iterator[list[Example]]:
    """Oldest first, those in the trash left out; the fewer at once, the longer they are."""
    after, chunk = 0, FIRST
    while True:
        with db.read() as c:
            part = next(examples.stream(c, project_id, after=after, chunk=chunk), None)
        if part is None:
            return
        yield part
        after = part[-1].id
        each = max(1, sum(map(_length, part)) // len(part))
        chunk = max(1, min(PORTION, CHARACTERS // each))


def _length(row: Example) -> int:
    return sum(len(text_of(message)) for message in row.training.messages)


@dataclass(frozen=True, slots=True)
class Texts:
    """Examples again, by id, for what compares rows: those that have gone since are left out."""

    db: Database

    def __call__(self, ids: Sequence[int]) -> dict[int, TrainingExample]:
        with self.db.read() as c:
            return {row.id: row.training for row in examples.get_many(c, ids)}
