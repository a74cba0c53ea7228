"""All rows of a project, a portion at a time, each in a transaction of its own: nobody waits, and the log of changes stays short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ftcore.records import Example, TrainingExample
from ftcore.store import examples
from ftcore.store.database import Database

PORTION = 2_000


def portions(db: Database, project_id: int) -> Iterator[list[Example]]:
    """Oldest first, those in the trash left out."""
    after = 0
    while True:
        with db.read() as c:
            part = next(examples.stream(c, project_id, after=after, chunk=PORTION), None)
        if part is None:
            return
        yield part
        after = part[-1].id


@dataclass(frozen=True, slots=True)
class Texts:
    """Examples again, by id, for what compares rows: those that have gone since are left out."""

    db: Database

    def __call__(self, ids: Sequence[int]) -> dict[int, TrainingExample]:
        with self.db.read() as c:
            return {row.id: row.training for row in examples.get_many(c, ids)}
