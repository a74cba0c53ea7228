"""Stored sets of rows: what something slower than a filter found. A pattern, likeness to a row, a region of the map, a sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from ftcore.store.schema import now, row_set_rows, row_sets

KEPT = 30
"""So many a project, the newest; older ones are forgotten. A link to one then shows no row, and says why."""
LASTING = "review-"
"""Kinds that begin so are where somebody stands in a review: they are not forgotten."""
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class RowSet:
    """`kind` is pattern, similar, map, sample or whatever made it; `label` names it on its chip; `query` is what made it.
    `state` is "filling" until `finish`; `number` counts its rows."""

    id: int
    project_id: int
    kind: str
    label: str
    query: Mapping[str, Any]
    state: str
    number: int
    who: str
    created_at: datetime


def create(c: Connection, project_id: int, *, kind: str, label: str, query: Mapping[str, Any], who: str) -> int:
    """An empty set; the project's oldest ones beyond the newest 30 go."""
    values = {"kind": kind, "label": label, "query": dict(query), "who": who, "state": "filling", "created_at": now()}
    made = c.execute(insert(row_sets).values(project_id=project_id, **values)).lastrowid
    passing = (row_sets.c.project_id == project_id, ~row_sets.c.kind.startswith(LASTING))
    kept = select(row_sets.c.id).where(*passing).order_by(row_sets.c.id.desc()).limit(KEPT)
    old = list(c.execute(select(row_sets.c.id).where(*passing, row_sets.c.id.not_in(kept))).scalars())
    for set_id in old:
        remove(c, set_id)
    return made


def add(c: Connection, set_id: int, rows: Iterable[tuple[int, float | None]]) -> None:
    """Puts (example id, score) at the end of the set, in this order. An example must not come twice."""
    rank = c.execute(select(func.count()).where(row_set_rows.c.row_set_id == set_id)).scalar_one()
    coming = iter(rows)
    while part := list(islice(coming, CHUNK)):
        values = [
            {"row_set_id": set_id, "example_id": id_, "rank": rank + at, "score": score}
            for at, (id_, score) in enumerate(part)
        ]
        c.execute(insert(row_set_rows), values)
        rank += len(part)


def finish(c: Connection, set_id: int) -> RowSet:
    """The set is complete: its rows are counted."""
    number = c.execute(select(func.count()).where(row_set_rows.c.row_set_id == set_id)).scalar_one()
    c.execute(update(row_sets).where(row_sets.c.id == set_id).values(state="done", number=number))
    return get(c, set_id)


def get(c: Connection, set_id: int) -> RowSet:
    """Raises LookupError when it is not there (any more)."""
    row = c.execute(select(row_sets).where(row_sets.c.id == set_id)).mappings().first()
    if row is None:
        raise LookupError("This set of rows is not kept any more: only the newest are. Search again.")
    return _row_set(row)


def of_project(c: Connection, project_id: int) -> list[RowSet]:
    """The newest first."""
    query = select(row_sets).where(row_sets.c.project_id == project_id).order_by(row_sets.c.id.desc())
    return [_row_set(row) for row in c.execute(query).mappings()]


def scores(c: Connection, set_id: int, ids: Iterable[int]) -> dict[int, float]:
    """The scores of some of its examples (a page of them); those without one are left out."""
    mine = (row_set_rows.c.row_set_id == set_id, row_set_rows.c.score.is_not(None))
    query = select(row_set_rows.c.example_id, row_set_rows.c.score)
    return {row[0]: row[1] for row in c.execute(query.where(*mine, row_set_rows.c.example_id.in_(list(ids))))}


def remove(c: Connection, set_id: int) -> None:
    """Forgets the set; the examples stay as they are."""
    c.execute(delete(row_set_rows).where(row_set_rows.c.row_set_id == set_id))
    c.execute(delete(row_sets).where(row_sets.c.id == set_id))


def _row_set(row: RowMapping) -> RowSet:
    return RowSet(**{name: row[name] for name in RowSet.__dataclass_fields__})
