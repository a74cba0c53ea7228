"""Immutable copies of the approved examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, Text, func, insert, select, type_coerce, update

from ftcore.records import Filter, Snapshot, SnapshotRow, Split, Status, TrainingExample
from ftcore.store.examples import from_json, stream_ids, to_json
from ftcore.store.filters import listed
from ftcore.store.projects import touch
from ftcore.store.schema import examples, now, runs, snapshot_rows, snapshots

CHUNK = 2_000
SCATTER = 2_654_435_761
"""Knuth's multiplier: it scatters numbers that follow one another (The Art of Computer Programming 3, 6.4)."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A row of a snapshot with its training still as the text that is stored: two equal texts need not be read."""

    row_id: int
    example_id: int
    split: str
    text: str
    private: bool


def take(
    c: Connection,
    project_id: int,
    rows: Iterable[SnapshotRow],
    *,
    digest: str,
    numbers: Mapping[Split, int],
    tokens: int,
    who: str,
    **also: Any,
) -> Snapshot:
    """Keeps the rows under their digest; the same digest again gives the snapshot that is already there. `rows` may be a
    generator: they are written in parts. `also` are further columns: name, created_at."""
    query = select(snapshots.c.id).where(snapshots.c.project_id == project_id, snapshots.c.digest == digest)
    known = c.execute(query).scalar()
    if known is not None:
        return get(c, known)
    counts = {side.value: numbers.get(side, 0) for side in Split}
    values = {"digest": digest, "tokens": tokens, "created_by": who, "created_at": now(), **counts, **also}
    id_ = c.execute(insert(snapshots).values(project_id=project_id, **values)).lastrowid
    coming = iter(rows)
    while part := list(islice(coming, CHUNK)):
        c.execute(insert(snapshot_rows), [_copy(id_, row) for row in part])
    touch(c, project_id)
    return get(c, id_)


def rename(c: Connection, snapshot_id: int, name: str) -> None:
    c.execute(update(snapshots).where(snapshots.c.id == snapshot_id).values(name=name))
    touch(c, get(c, snapshot_id).project_id)


def get(c: Connection, snapshot_id: int) -> Snapshot:
    return _snapshot(c.execute(select(snapshots).where(snapshots.c.id == snapshot_id)).mappings().one())


def of_project(c: Connection, project_id: int) -> list[Snapshot]:
    """The newest first; without those that were made for a trial only."""
    tried = select(runs.c.snapshot_id).where(func.json_extract(runs.c.settings, "$.trial").is_not(None))
    query = (
        select(snapshots)
        .where(snapshots.c.project_id == project_id, snapshots.c.id.not_in(tried))
        .order_by(snapshots.c.id.desc())
    )
    return [_snapshot(row) for row in c.execute(query).mappings()]


def rows(c: Connection, snapshot_id: int, split: Split | None = None) -> Iterator[SnapshotRow]:
    """The rows of a snapshot (of one split), in the order in which they were taken."""
    query = select(snapshot_rows).where(snapshot_rows.c.snapshot_id == snapshot_id).order_by(snapshot_rows.c.id)
    if split is not None:
        query = query.where(snapshot_rows.c.split == split)
    for row in c.execute(query).mappings():
        yield _row(row)


def parts(c: Connection, snapshot_id: int) -> Iterator[list[SnapshotRow]]:
    """The rows, at most 2,000 at a time: the caller may write between two parts."""
    mine = (snapshot_rows.c.snapshot_id == snapshot_id,)
    after = 0
    while True:
        query = select(snapshot_rows).where(*mine, snapshot_rows.c.id > after).order_by(snapshot_rows.c.id).limit(CHUNK)
        found = c.execute(query).mappings().all()
        if not found:
            return
        yield [_row(r) for r in found]
        after = found[-1]["id"]


def by_example(c: Connection, snapshot_id: int) -> Iterator[Frozen]:
    """The rows by the id of their example, unread: for two snapshots that are walked through side by side."""
    columns = [snapshot_rows.c[name] for name in ("id", "example_id", "split")]
    text = type_coerce(snapshot_rows.c.training, Text).label("text")
    query = select(*columns, text, snapshot_rows.c.private)
    ordered = query.where(snapshot_rows.c.snapshot_id == snapshot_id).order_by(
        snapshot_rows.c.example_id, snapshot_rows.c.id
    )
    for row in c.execute(ordered).mappings():
        yield Frozen(row["id"], row["example_id"], row["split"], row["text"], row["private"])


def some(c: Connection, row_ids: list[int]) -> list[SnapshotRow]:
    """A few rows by their own ids, in that order."""
    query = select(snapshot_rows).where(snapshot_rows.c.id.in_(row_ids))
    found = {row["id"]: row for row in c.execute(query).mappings()}
    return [_row(row) for row in (found[id_] for id_ in row_ids if id_ in found)]


def approved_outside(c: Connection, project_id: int, snapshot_id: int) -> Iterator[list[int]]:
    """Ids of approved examples that the snapshot does not hold, at most 2,000 at a time. They may stop being approved
    meanwhile."""
    inside = select(snapshot_rows.c.example_id).where(snapshot_rows.c.snapshot_id == snapshot_id)
    outside = select(examples.c.id).where(
        examples.c.project_id == project_id,
        ~examples.c.trashed,
        examples.c.status == Status.APPROVED,
        examples.c.id.not_in(inside),
    )
    after = 0
    while found := list(c.execute(outside.where(examples.c.id > after).order_by(examples.c.id).limit(CHUNK)).scalars()):
        yield found
        after = found[-1]


def approved(c: Connection, project_id: int, *, held_out: bool = False) -> Iterator[SnapshotRow]:
    """The approved examples as they stand, oldest first, at most 2,000 in memory: only what a snapshot wants of them. One that is
    in no split is trained on; `held_out` leaves it out: it is like a row of a locked test split."""
    columns = [examples.c[name] for name in ("id", "split", "training", "private")]
    for ids in stream_ids(c, project_id, Filter(status=Status.APPROVED), chunk=CHUNK):
        query = select(*columns).where(examples.c.id.in_(listed(ids))).order_by(examples.c.id)
        for id_, split, training, private in c.execute(query):
            if held_out and not split:
                continue
            yield SnapshotRow(id_, Split(split or Split.TRAIN), from_json(training), private)


def drawn_ids(c: Connection, project_id: int, number: int, *, private: bool) -> list[int]:
    """At most `number` of the approved examples that are not kept for the test, with those that are marked private or without: the
    first by a hash of their ids, so that the same ones are drawn again and a file's order does not show."""
    mine = [examples.c.project_id == project_id, examples.c.status == Status.APPROVED, examples.c.trashed.is_(False)]
    mine.append(func.coalesce(examples.c.split, "") != Split.TEST)
    if not private:
        mine.append(examples.c.private.is_(False))
    scattered = (examples.c.id * SCATTER) % 2**32
    return list(
        c.execute(select(examples.c.id).where(*mine).order_by(scattered, examples.c.id).limit(number)).scalars()
    )


def approved_some(c: Connection, ids: list[int]) -> list[SnapshotRow]:
    """These examples as they stand, as rows to learn from, in the order of their ids."""
    columns = [examples.c[name] for name in ("id", "training", "private")]
    query = select(*columns).where(examples.c.id.in_(listed(ids))).order_by(examples.c.id)
    return [SnapshotRow(id_, Split.TRAIN, from_json(training), private) for id_, training, private in c.execute(query)]


def standing(c: Connection, project_id: int, ids: list[int]) -> dict[int, tuple[TrainingExample, bool]]:
    """(conversation, private) of those of these examples that are in the project, in the trash too."""
    columns = [examples.c[name] for name in ("id", "training", "private")]
    query = select(*columns).where(examples.c.project_id == project_id, examples.c.id.in_(listed(ids)))
    return {id_: (from_json(training), private) for id_, training, private in c.execute(query)}


def missing(c: Connection, project_id: int, ids: list[int]) -> set[int]:
    """Those of these ids that no example of the project has."""
    query = select(examples.c.id).where(examples.c.project_id == project_id, examples.c.id.in_(listed(ids)))
    return set(ids) - set(c.execute(query).scalars())


def into_trash(c: Connection, import_id: int) -> None:
    """Puts the rows of an import into the trash without a change in the journal: for rows that a change is about to take out."""
    c.execute(update(examples).where(examples.c.import_id == import_id).values(trashed=True))


def _copy(snapshot_id: int, row: SnapshotRow) -> dict[str, Any]:
    return {
        "snapshot_id": snapshot_id,
        "example_id": row.example_id,
        "split": row.split,
        "training": to_json(row.training),
        "private": row.private,
        "worse": row.worse,
    }


def _row(row: RowMapping) -> SnapshotRow:
    training = from_json(row["training"])
    return SnapshotRow(row["example_id"], Split(row["split"]), training, row["private"], row["worse"])


def _snapshot(row: RowMapping) -> Snapshot:
    return Snapshot(**{name: row[name] for name in Snapshot.__dataclass_fields__})
