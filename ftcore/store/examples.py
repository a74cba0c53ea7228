"""Examples: pages of them, counts of them, and writing them. Changes by people go through `journal`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from ftcore.records import Example, Filter, Sort, Split, Status, TrainingExample
from ftcore.records.filter import NONE
from ftcore.store import words
from ftcore.store.filters import WARNING, is_tallied, listed, number_of, order_of, sorted_as
from ftcore.store.schema import SHORT, examples, facts, now, problems, row_set_rows, tallies
from ftcore.store.wayfinding import way
from ftcore.store.ways import Cursor

COUNTED_TO = 10_000
"""Counts are exact up to here; beyond, they are "10,000+"."""


UNREAD = {"original", "system", "prompt", "response", "import_id", "created_at", "turns", "length", "worst"}
READ = tuple(column for column in examples.c if column.name not in UNREAD)
"""The columns that make an example."""


@dataclass(frozen=True, slots=True)
class Page:
    """`first` and `last` are the places of its ends in the order."""

    rows: list[Example]
    has_previous: bool
    has_next: bool
    first: Cursor | None = None
    last: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many examples a project holds. `need_a_look` counts drafts with an open error or warning; `ready` are
    approved or drafts without one; `set_aside` are rejected."""

    total: int = 0
    draft: int = 0
    approved: int = 0
    rejected: int = 0
    train: int = 0
    validation: int = 0
    test: int = 0
    tokens: int = 0
    need_a_look: int = 0
    trashed: int = 0

    @property
    def clean_drafts(self) -> int:
        return self.draft - self.need_a_look


@dataclass(frozen=True, slots=True)
class NewExample:
    training: TrainingExample
    split: Split | None = None
    tags: tuple[str, ...] = ()
    tokens: int = 0
    line: int | None = None
    key: str = ""
    grouping: str = ""
    status: Status = Status.DRAFT
    note: str = ""


def add(c: Connection, project_id: int, rows: Sequence[NewExample], *, import_id: int, source: str, who: str) -> None:
    """Appends rows in the order given."""
    moment = now()
    if rows:
        last = c.execute(select(func.max(examples.c.id))).scalar() or 0
        c.execute(insert(examples), [_values(row, project_id, import_id, source, who, moment) for row in rows])
        words.index_new(c, last)


def get(c: Connection, example_id: int) -> Example:
    """Raises LookupError when it is not there."""
    found = get_many(c, [example_id])
    if not found:
        raise LookupError(f"Example {example_id} is not in this workspace.")
    return found[0]


def get_many(c: Connection, ids: Iterable[int]) -> list[Example]:
    query = select(*READ).where(examples.c.id.in_(listed(ids))).order_by(examples.c.id)
    return _with_problems(c, c.execute(query).mappings().all())


def page(
    c: Connection,
    project_id: int,
    where: Filter = Filter(),
    *,
    sort: Sort = Sort(),
    after: Cursor | int | None = None,
    before: Cursor | int | None = None,
    limit: int = 100,
) -> Page:
    """A page by keyset: the rows after a place in the order, or those before one. In the order of the rows an id is a place."""
    backwards = before is not None
    place = _cursor(before if backwards else after)
    found = way(c, project_id, where, sort).ids(c, place=place, backwards=backwards, limit=limit + 1)
    more, found = len(found) > limit, found[:limit]
    found = found[::-1] if backwards else found
    rows = {row.id: row for row in get_many(c, found)}
    places = _places(c, sorted_as(sort, where), where, {*found[:1], *found[-1:]})
    return Page(
        [rows[id_] for id_ in found],
        has_previous=more if backwards else after is not None,
        has_next=True if backwards else more,
        first=places[found[0]] if found else None,
        last=places[found[-1]] if found else None,
    )


def count(
    c: Connection, project_id: int, where: Filter = Filter(), from_id: int | None = None, *, up_to: int = COUNTED_TO
) -> tuple[int, bool]:
    """(how many, True when there are more than that): never looks further than `up_to` rows, unless the tallies know. With
    `from_id`, that row and those after it in the order of the rows."""
    if is_tallied(where) and from_id is None:
        return number_of(c, project_id, where), False
    place = None if from_id is None else _cursor(from_id - 1)
    found = way(c, project_id, where, wanted=up_to).number(c, up_to + 1, place=place)
    return min(found, up_to), found > up_to


def counts(c: Connection, project_id: int) -> Counts:
    """The numbers of a project, for the overview and the curator's line: from the tallies, at once for a million rows."""
    status = dict.fromkeys(Status, 0)
    split = dict.fromkeys(Split, 0)
    tokens = look = trashed = 0
    for row in c.execute(select(tallies).where(tallies.c.project_id == project_id)).mappings():
        if row["trashed"]:
            trashed += row["number"]
            continue
        state = Status(row["status"])
        status[state] += row["number"]
        tokens += row["tokens"]
        if row["split"] and state is Status.APPROVED:
            split[Split(row["split"])] += row["number"]
        if state is Status.DRAFT and row["worst"] >= WARNING:
            look += row["number"]
    return Counts(
        total=sum(status.values()),
        draft=status[Status.DRAFT],
        approved=status[Status.APPROVED],
        rejected=status[Status.REJECTED],
        train=split[Split.TRAIN],
        validation=split[Split.VALIDATION],
        test=split[Split.TEST],
        tokens=tokens,
        need_a_look=look,
        trashed=trashed,
    )


def ids(c: Connection, project_id: int, where: Filter = Filter(), *, sort: Sort = Sort()) -> list[int]:
    """The ids of everything that matches, in order."""
    return way(c, project_id, where, sort, wanted=None).ids(c)


def stream_ids(
    c: Connection, project_id: int, where: Filter = Filter(), *, after: int = 0, chunk: int = 2_000
) -> Iterator[list[int]]:
    """The ids of everything that matches, oldest first, at most `chunk` at a time. Each list is read anew."""
    found = way(c, project_id, where, wanted=None)
    while ids := found.ids(c, place=(after, after), limit=chunk):
        yield ids
        after = ids[-1]


def stream(
    c: Connection, project_id: int, where: Filter = Filter(), *, after: int = 0, chunk: int = 2_000
) -> Iterator[list[Example]]:
    """Everything that matches, oldest first, a list of at most `chunk` rows at a time and without their problems: a million
    rows pass through little memory. Each list is read anew, so rows that others change meanwhile are as they are then."""
    for ids in stream_ids(c, project_id, where, after=after, chunk=chunk):
        query = select(*READ).where(examples.c.id.in_(listed(ids))).order_by(examples.c.id)
        yield [_example(row, ()) for row in c.execute(query).mappings()]


def ids_of_import(c: Connection, import_id: int) -> list[int]:
    """The ids of an import's examples, in the order of the file."""
    return list(
        c.execute(select(examples.c.id).where(examples.c.import_id == import_id).order_by(examples.c.id)).scalars()
    )


def clean_draft_ids(c: Connection, project_id: int) -> list[int]:
    """Drafts without an open error or warning: what one action approves."""
    return ids(c, project_id, Filter(status=Status.DRAFT, problem=NONE))


def every(c: Connection, project_id: int, *, status: Status | None = None) -> list[Example]:
    """All examples of a project, oldest first, without their problems: for what needs them all at once."""
    return [row for several in stream(c, project_id, Filter(status=status)) for row in several]


def private_ids(c: Connection, project_id: int) -> set[int]:
    """Rows that must not leave the machine in a report."""
    mine = (facts.c.project_id == project_id, facts.c.trashed.in_((False, True)), facts.c.private)
    return set(c.execute(select(facts.c.id).where(*mine)).scalars())


def groups_of(c: Connection, project_id: int, ids: Iterable[int]) -> dict[int, str]:
    """What each of these rows shares with others (a customer, a document); rows that stand alone are left out."""
    query = select(examples.c.id, examples.c.grouping).where(
        examples.c.project_id == project_id, examples.c.id.in_(listed(list(ids))), examples.c.grouping != ""
    )
    return {row.id: row.grouping for row in c.execute(query)}


def some(c: Connection, project_id: int, *, limit: int) -> list[Example]:
    """Rows from all over the project, without their problems: those at evenly spaced ids, or next after them."""
    found = way(c, project_id, Filter())
    ends = found.ids(c, limit=1) + found.ids(c, place=(2**62, 2**62), backwards=True, limit=1)
    if not ends:
        return []
    step = max(1, (ends[1] - ends[0] + 1) // limit)
    wanted = list(range(ends[0], ends[1] + 1, step))[:limit]
    mine = (examples.c.project_id == project_id, ~examples.c.trashed, examples.c.id.in_(listed(wanted)))
    query = select(*READ).where(*mine).order_by(examples.c.id).with_hint(examples, "NOT INDEXED", "sqlite")
    return [_example(row, ()) for row in c.execute(query).mappings()]


def original(c: Connection, example_id: int) -> TrainingExample:
    """The example as it was imported."""
    row = c.execute(select(examples.c.original, examples.c.training).where(examples.c.id == example_id)).one()
    return from_json(row[0] or row[1])


def to_json(training: TrainingExample) -> dict[str, Any]:
    return training.to_wire()


def from_json(value: dict[str, Any]) -> TrainingExample:
    return TrainingExample(value["messages"], value.get("tools"), value.get("parallel_tool_calls"))


def text_columns(training: TrainingExample) -> dict[str, Any]:
    """The denormalised columns that go with a conversation."""
    response = training.response
    return {
        "training": to_json(training),
        "system": training.system,
        "prompt": training.prompt,
        "response": response,
        "length": len(response),
        "turns": training.turns,
    }


def _values(row: NewExample, project_id: int, import_id: int, source: str, who: str, moment: Any) -> dict[str, Any]:
    return {
        **text_columns(row.training),
        "original": None,
        "project_id": project_id,
        "import_id": import_id,
        "source": source,
        "line": row.line,
        "split": row.split,
        "status": row.status,
        "tags": list(row.tags),
        "note": row.note,
        "tokens": row.tokens,
        "key": row.key,
        "grouping": row.grouping,
        "changed_by": who,
        "changed_at": moment,
        "created_at": moment,
    }


def _cursor(place: Cursor | int | None) -> Cursor | None:
    return (place, place) if isinstance(place, int) else place


def _places(c: Connection, sort: Sort, where: Filter, ids: set[int]) -> dict[int, Cursor]:
    """Where rows stand in the order."""
    if sort.by == "row":
        return {id_: (id_, id_) for id_ in ids}
    table: Any = examples if sort.by in SHORT else facts
    query = select(table.c.id, order_of(sort)).where(table.c.id.in_(ids))
    if sort.by == "rank":
        mine = (row_set_rows.c.row_set_id == where.row_set, row_set_rows.c.example_id.in_(ids))
        query = select(row_set_rows.c.example_id, row_set_rows.c.rank).where(*mine)
    rows = c.execute(query).all()
    return {id_: (value.isoformat() if isinstance(value, datetime) else value, id_) for id_, value in rows}


def _with_problems(c: Connection, rows: Sequence[RowMapping]) -> list[Example]:
    codes: dict[int, list[str]] = {}
    query = select(problems.c.example_id, problems.c.code).where(
        problems.c.example_id.in_(listed([row["id"] for row in rows])), ~problems.c.ignored
    )
    for example_id, code in c.execute(query.order_by(problems.c.id)):
        if code not in codes.setdefault(example_id, []):
            codes[example_id].append(code)
    return [_example(row, tuple(codes.get(row["id"], ()))) for row in rows]


def _example(row: RowMapping, codes: tuple[str, ...]) -> Example:
    return Example(
        id=row["id"],
        project_id=row["project_id"],
        version=row["version"],
        training=from_json(row["training"]),
        status=Status(row["status"]),
        split=Split(row["split"]) if row["split"] else None,
        tags=tuple(row["tags"]),
        note=row["note"],
        tokens=row["tokens"],
        private=row["private"],
        source=row["source"],
        line=row["line"],
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
        problems=codes,
        ignored=tuple(row["ignored"]),
        worse=row["worse"],
        key=row["key"],
        grouping=row["grouping"],
        trashed=row["trashed"],
    )
