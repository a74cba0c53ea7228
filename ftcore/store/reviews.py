"""Review queues: which row comes next, and where each person stopped. Never looks at more rows than it must."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, insert, select, update

from ftcore.records import Filter, Status
from ftcore.store import examples as store_examples
from ftcore.store.filters import listed
from ftcore.store.schema import changes, edits, example_tags, examples, now, problems, reviews, row_set_rows, row_sets

GROUPS_COUNTED = 1_000
AROUND = 25
"""Rows of one group that stand beside each other in its set, on each side of a row."""


@dataclass(frozen=True, slots=True)
class Course:
    """The rows that a queue goes through. With a set: its rows in the set's order, as long as they are drafts; otherwise what
    the filter matches, in the order of the rows. `digest` names it."""

    digest: str
    where: Filter = field(default=Filter())
    set_id: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a person stands: `at_id` is the row that is to be seen next, None at the beginning; `seconds` were spent on
    `decided` rows."""

    at_id: int | None = None
    decided: int = 0
    seconds: float = 0.0


def place(c: Connection, project_id: int, who: str, digest: str) -> Place:
    query = select(reviews.c.at_id, reviews.c.decided, reviews.c.seconds).where(*_mine(project_id, who, digest))
    row = c.execute(query).first()
    return Place(row[0], row[1], row[2]) if row else Place()


def move(
    c: Connection,
    project_id: int,
    who: str,
    digest: str,
    *,
    query: Mapping[str, Any],
    at_id: int | None,
    decided: int = 0,
    seconds: float = 0.0,
) -> None:
    """Keeps where the person is now (`query` says in which queue); `decided` and `seconds` are added to what was."""
    count = case((reviews.c.decided + decided < 0, 0), else_=reviews.c.decided + decided)
    values = {"at_id": at_id, "query": dict(query), "changed_at": now()}
    told = update(reviews).where(*_mine(project_id, who, digest))
    if c.execute(told.values(decided=count, seconds=reviews.c.seconds + seconds, **values)).rowcount == 0:
        first = {"decided": max(0, decided), "seconds": max(0.0, seconds), "created_at": now()}
        c.execute(insert(reviews).values(project_id=project_id, who=who, digest=digest, **first, **values))


def last_queue(c: Connection, project_id: int, who: str) -> Mapping[str, Any]:
    """The queue that this person was in last, as `move` was told; empty when they never reviewed here."""
    mine = (reviews.c.project_id == project_id, reviews.c.who == who)
    query = select(reviews.c.query).where(*mine).order_by(reviews.c.changed_at.desc(), reviews.c.id.desc())
    row = c.execute(query.limit(1)).first()
    return row[0] if row else {}


def ahead(c: Connection, project_id: int, course: Course, at_id: int | None, *, itself: bool = False) -> int | None:
    """The next row behind `at_id` (or that row, if `itself` is asked and it belongs to the queue); None at the end."""
    if course.set_id is None:
        after = None if at_id is None else at_id - itself
        found = store_examples.page(c, project_id, course.where, after=after, limit=1).rows
        return found[0].id if found else None
    query = _open(course.set_id)
    if (rank := _rank(c, course.set_id, at_id)) is not None:
        query = query.where(row_set_rows.c.rank >= rank if itself else row_set_rows.c.rank > rank)
    return c.execute(query.order_by(row_set_rows.c.rank).limit(1)).scalar()


def behind(c: Connection, project_id: int, course: Course, at_id: int) -> int | None:
    """The row of the queue before `at_id`; None at its beginning."""
    if course.set_id is None:
        found = store_examples.page(c, project_id, course.where, before=at_id, limit=1).rows
        return found[0].id if found else None
    rank = _rank(c, course.set_id, at_id)
    query = _open(course.set_id).where(row_set_rows.c.rank < (rank if rank is not None else 0))
    return c.execute(query.order_by(row_set_rows.c.rank.desc()).limit(1)).scalar()


def left_from(c: Connection, project_id: int, where: Filter, at_id: int | None) -> tuple[int, bool]:
    """(how many rows match from this one on, True when there are more than 10,000)."""
    return store_examples.count(c, project_id, where, from_id=at_id)


def left_in_set(c: Connection, set_id: int) -> int:
    """How many rows of a set are still to be decided."""
    return int(c.execute(select(func.count()).select_from(_open(set_id).subquery())).scalar_one())


def groups_left(c: Connection, set_id: int) -> int:
    """How many groups of a set hold a row that is still to be decided; counted to 1,000. A row's score is its group."""
    query = _open(set_id, row_set_rows.c.score).distinct().limit(GROUPS_COUNTED)
    return int(c.execute(select(func.count()).select_from(query.subquery())).scalar_one())


def group(c: Connection, set_id: int, example_id: int) -> list[int]:
    """The other rows of its group that are neither rejected nor in the trash, at most 25 on either side."""
    mine = select(row_set_rows.c.rank, row_set_rows.c.score).where(
        row_set_rows.c.row_set_id == set_id, row_set_rows.c.example_id == example_id
    )
    row = c.execute(mine).first()
    if row is None:
        return []
    query = (
        select(row_set_rows.c.example_id)
        .join(examples, examples.c.id == row_set_rows.c.example_id)
        .where(row_set_rows.c.row_set_id == set_id, row_set_rows.c.rank.between(row[0] - AROUND, row[0] + AROUND))
        .where(row_set_rows.c.score == row[1], row_set_rows.c.example_id != example_id)
        .where(examples.c.status != Status.REJECTED, ~examples.c.trashed)
    )
    return list(c.execute(query.order_by(row_set_rows.c.rank)).scalars())


def newest_set(c: Connection, project_id: int, kind: str) -> tuple[int, Mapping[str, Any]] | None:
    """(id, what it was made from) of the newest complete set of a kind."""
    mine = (row_sets.c.project_id == project_id, row_sets.c.kind == kind, row_sets.c.state == "done")
    query = select(row_sets.c.id, row_sets.c.query).where(*mine).order_by(row_sets.c.id.desc()).limit(1)
    row = c.execute(query).first()
    return (row[0], row[1]) if row else None


def mark_seen(c: Connection, set_id: int, ids: Iterable[int]) -> None:
    """Notes at rows of a sample that somebody looked at them."""
    mine = (row_set_rows.c.row_set_id == set_id, row_set_rows.c.example_id.in_(listed(list(ids))))
    c.execute(update(row_set_rows).where(*mine).values(score=1.0))


def seen(c: Connection, set_id: int) -> list[tuple[int, Status]]:
    """(id, status) of the rows of a sample that were looked at and decided."""
    query = (
        select(examples.c.id, examples.c.status)
        .join(row_set_rows, row_set_rows.c.example_id == examples.c.id)
        .where(row_set_rows.c.row_set_id == set_id, row_set_rows.c.score.is_not(None))
        .where(examples.c.status != Status.DRAFT, ~examples.c.trashed)
    )
    return [(row[0], Status(row[1])) for row in c.execute(query)]


def edited_since(c: Connection, ids: Sequence[int], change_id: int) -> set[int]:
    """Those of the rows whose text a later change touched and was not taken back, by the journal."""
    query = (
        select(edits.c.example_id, edits.c.after)
        .join(changes, changes.c.id == edits.c.change_id)
        .where(edits.c.example_id.in_(listed(ids)), changes.c.id > change_id, changes.c.state == "done")
    )
    return {row[0] for row in c.execute(query) if "training" in row[1]}


def last_change(c: Connection, project_id: int) -> int:
    """The id of the project's newest change, 0 without one."""
    return c.execute(select(func.max(changes.c.id)).where(changes.c.project_id == project_id)).scalar() or 0


def edits_of(c: Connection, change_id: int) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    """(example id, before, after) of what a change did, if it was not taken back."""
    query = (
        select(edits.c.example_id, edits.c.before, edits.c.after)
        .join(changes, changes.c.id == edits.c.change_id)
        .where(changes.c.id == change_id, changes.c.state == "done")
        .order_by(edits.c.id)
    )
    return [(row[0], row[1], row[2]) for row in c.execute(query)]


def most_used_tags(c: Connection, project_id: int, limit: int) -> list[str]:
    query = select(example_tags.c.tag).where(example_tags.c.project_id == project_id).group_by(example_tags.c.tag)
    return list(c.execute(query.order_by(func.count().desc(), example_tags.c.tag).limit(limit)).scalars())


def stamp_of_pairs(c: Connection, project_id: int, codes: Iterable[str]) -> list[int]:
    """Numbers that change when findings about pairs of rows come, go or are ignored."""
    mine = (problems.c.project_id == project_id, problems.c.code.in_(sorted(codes)))
    row = c.execute(select(func.count(), func.max(problems.c.id), func.sum(problems.c.ignored)).where(*mine)).one()
    return [int(value or 0) for value in row]


def _mine(project_id: int, who: str, digest: str) -> tuple[ColumnElement[bool], ...]:
    return (reviews.c.project_id == project_id, reviews.c.who == who, reviews.c.digest == digest)


def _open(set_id: int, column: Any = row_set_rows.c.example_id) -> Select[Any]:
    return (
        select(column)
        .join(examples, examples.c.id == row_set_rows.c.example_id)
        .where(row_set_rows.c.row_set_id == set_id, examples.c.status == Status.DRAFT, ~examples.c.trashed)
    )


def _rank(c: Connection, set_id: int, example_id: int | None) -> int | None:
    if example_id is None:
        return None
    mine = (row_set_rows.c.row_set_id == set_id, row_set_rows.c.example_id == example_id)
    return c.execute(select(row_set_rows.c.rank).where(*mine)).scalar()
