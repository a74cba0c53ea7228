"""Approved examples become a snapshot: what a job trains on and a run is tested on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from ftcore.chat import count_tokens
from ftcore.dataset import split_lock
from ftcore.dataset.pairing import rejected_answers
from ftcore.dataset.snapshots import Digest
from ftcore.records import Snapshot, SnapshotRow, Split
from ftcore.store import projects, snapshots


def take_snapshot(
    c: Connection, project_id: int, *, who: str, name: str = "", pairs: bool = False, validation: bool = True
) -> Snapshot:
    """Copies the approved examples, a few thousand at a time. Two snapshots of the same approved examples are one: they have
    the same digest. A `name` is given to the one that is there already, too. `pairs` and `validation` as in `freezing`."""
    found, numbers, tokens = Digest(), Counter[Split](), 0
    for row in freezing(c, project_id, pairs=pairs, validation=validation):
        found.add(row)
        numbers[row.split] += 1
        tokens += tokens_of_row(row)
    total = found.hexdigest()
    taken = keep_snapshot(
        c, project_id, digest=total, numbers=numbers, tokens=tokens, who=who, pairs=pairs, validation=validation
    )
    if name and name != taken.name:
        snapshots.rename(c, taken.id, name)
    return snapshots.get(c, taken.id)


def keep_snapshot(
    c: Connection,
    project_id: int,
    *,
    digest: str,
    numbers: Mapping[Split, int],
    tokens: int,
    who: str,
    pairs: bool = False,
    validation: bool = True,
) -> Snapshot:
    """`take_snapshot` for whoever has walked through `freezing` in this transaction already, and knows what was in it."""
    coming = freezing(c, project_id, pairs=pairs, validation=validation)
    return snapshots.take(c, project_id, coming, digest=digest, numbers=numbers, tokens=tokens, who=who)


def freezing(c: Connection, project_id: int, *, pairs: bool = False, validation: bool = True) -> Iterator[SnapshotRow]:
    """What a snapshot would hold now, row by row: the approved examples, each under the project's short system prompt where it
    has none of its own. While the test split is locked, rows that are in no split are left out: an import held them back,
    since they are nearly the same as test rows.

    `pairs`: of the rows to learn from only those with a worse answer too, which comes along; the test stays as it is.
    `validation` False leaves the validation rows out.
    """
    short = projects.get(c, project_id).tuned_prompt
    locked = split_lock.find(c, project_id) is not None
    worse = rejected_answers(c, project_id) if pairs else {}
    for row in snapshots.approved(c, project_id, held_out=locked):
        if row.split is Split.VALIDATION and not validation:
            continue
        if pairs and row.split is not Split.TEST:
            if row.example_id not in worse:
                continue
            row = replace(row, worse=worse[row.example_id])
        yield row if not short or row.training.system else replace(row, training=row.training.with_system(short))


def tokens_of_row(row: SnapshotRow) -> int:
    """Tokens that one pass over the row costs: of a pair, both conversations are read."""
    tokens = count_tokens(row.training)
    return tokens + count_tokens(row.training.with_response(row.worse)) if row.worse else tokens


def rows_to_freeze(c: Connection, project_id: int) -> list[SnapshotRow]:
    """`freezing` as a list, for those who need all rows at once."""
    return list(freezing(c, project_id))
