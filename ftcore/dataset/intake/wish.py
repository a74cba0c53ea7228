"""What somebody wants to be imported, and how."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from ftcore.chat import count_tokens
from ftcore.dataset.sources import Reading
from ftcore.records import Accepted, Rejected, Split, Status
from ftcore.store.examples import NewExample

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """`reading` is the file, understood. `rows` takes a seeded sample of so many records; `test_rows` is how many test rows the
    project shall have."""

    project_id: int
    path: Path
    name: str
    who: str
    reading: Reading
    sha256: str
    rows: int | None = None
    test_rows: int | None = None
    seed: int = 0
    task_id: int | None = None

    def records(self, skip: int = 0) -> Iterator[Accepted | Rejected]:
        """The records that are wanted, after the first `skip` of them."""
        if self.rows is None:
            return self.reading.records(skip)
        total = sum(1 for _ in self.reading.records())
        if self.rows >= total:
            return self.reading.records(skip)
        places = sorted(random.Random(self.seed).sample(range(total), self.rows))[skip:]
        return _at(self.reading.records(), places)

    def columns(self) -> dict[str, str]:
        return {name: column for name, column in asdict(self.reading.mapping).items() if column}


def new_example(row: Accepted, split: Split | None) -> NewExample:
    status = Status(row.status) if row.status else Status.DRAFT
    tokens = count_tokens(row.training)
    return NewExample(row.training, split, row.tags, tokens, row.line, row.key, row.grouping, status, row.note)


def apart(records: Iterable[Accepted | Rejected]) -> tuple[list[Accepted], list[Rejected]]:
    several = list(records)
    accepted = [record for record in several if isinstance(record, Accepted)]
    return accepted, [record for record in several if isinstance(record, Rejected)]


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, by which it is known again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _at(values: Iterable[T], places: list[int]) -> Iterator[T]:
    """The values at these places, which rise."""
    coming = iter(places)
    wanted = next(coming, None)
    for place, value in enumerate(values):
        if wanted is None:
            return
        if place == wanted:
            yield value
            wanted = next(coming, None)
