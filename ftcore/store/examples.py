"""Examples: pages of them, counts of them, and writing them. Changes by people go through `journal`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, insert, or_, select

from ftcore.records import Example, Split, Status, TrainingExample
from ftcore.store.schema import examples, now, problems

COUNTED_TO = 10_000
"""Counts are exact up to here; beyond, they are "10,000+"."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which examples. `problem` is a code, or "any", or "none"; `text` is looked for in prompt, response and system."""

    text: str = ""
    status: Status | None = None
    split: Split | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Example]
    has_previous: bool
    has_next: bool


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


def add(c: Connection, project_id: int, rows: Sequence[NewExample], *, import_id: int, source: str, who: str) -> None:
    """Appends drafts in the order given."""
    moment = now()
    if rows:
        c.execute(insert(examples), [_values(row, project_id, import_id, source, who, moment) for row in rows])


def get(c: Connection, example_id: int) -> Example:
    """Raises LookupError when it is not there."""
    found = get_many(c, [example_id])
    if not found:
        raise LookupError(f"Example {example_id} is not in this workspace.")
    return found[0]


def get_many(c: Connection, ids: Iterable[int]) -> list[Example]:
    query = select(examples).where(examples.c.id.in_(list(ids))).order_by(examples.c.id)
    return _with_problems(c, c.execute(query).mappings().all())


def page(
    c: Connection,
    project_id: int,
    where: Filter = Filter(),
    *,
    after: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Page:
    """A page by keyset: the rows after an id, or those before one, oldest first."""
    query = select(examples).where(_condition(project_id, where))
    if before is not None:
        query = query.where(examples.c.id < before).order_by(examples.c.id.desc())
    else:
        query = query.where(examples.c.id > (after or 0)).order_by(examples.c.id)
    found = c.execute(query.limit(limit + 1)).mappings().all()
    more, found = len(found) > limit, found[:limit]
    if before is not None:
        return Page(_with_problems(c, found[::-1]), has_previous=more, has_next=True)
    return Page(_with_problems(c, found), has_previous=bool(after), has_next=more)


def count(c: Connection, project_id: int, where: Filter = Filter(), *, up_to: int = COUNTED_TO) -> tuple[int, bool]:
    """(how many, True when there are more than that): never looks further than `up_to` rows."""
    limited = select(examples.c.id).where(_condition(project_id, where)).limit(up_to + 1).subquery()
    found = c.execute(select(func.count()).select_from(limited)).scalar_one()
    return min(found, up_to), found > up_to


def counts(c: Connection, project_id: int) -> Counts:
    """The numbers of a project, for the overview and the curator's line."""
    grouped = c.execute(
        select(examples.c.status, examples.c.split, func.count(), func.sum(examples.c.tokens))
        .where(examples.c.project_id == project_id)
        .group_by(examples.c.status, examples.c.split)
    ).all()
    status = dict.fromkeys(Status, 0)
    split = dict.fromkeys(Split, 0)
    for state, side, number, _ in grouped:
        status[Status(state)] += number
        if side is not None and state == Status.APPROVED:
            split[Split(side)] += number
    look = select(func.count()).where(
        examples.c.project_id == project_id, examples.c.status == Status.DRAFT, _open_problem()
    )
    return Counts(
        total=sum(status.values()),
        draft=status[Status.DRAFT],
        approved=status[Status.APPROVED],
        rejected=status[Status.REJECTED],
        train=split[Split.TRAIN],
        validation=split[Split.VALIDATION],
        test=split[Split.TEST],
        tokens=sum(row[3] or 0 for row in grouped),
        need_a_look=c.execute(look).scalar_one(),
    )


def ids(c: Connection, project_id: int, where: Filter = Filter()) -> list[int]:
    """The ids of everything that matches, in order."""
    return list(c.execute(select(examples.c.id).where(_condition(project_id, where)).order_by(examples.c.id)).scalars())


def ids_of_import(c: Connection, import_id: int) -> list[int]:
    """The ids of an import's examples, in the order of the file."""
    return list(
        c.execute(select(examples.c.id).where(examples.c.import_id == import_id).order_by(examples.c.id)).scalars()
    )


def clean_draft_ids(c: Connection, project_id: int) -> list[int]:
    """Drafts without an open error or warning: what one action approves."""
    query = select(examples.c.id).where(
        examples.c.project_id == project_id, examples.c.status == Status.DRAFT, ~_open_problem()
    )
    return list(c.execute(query.order_by(examples.c.id)).scalars())


def every(c: Connection, project_id: int, *, status: Status | None = None) -> list[Example]:
    """All examples of a project, oldest first, without their problems: for snapshots and checks of the whole."""
    query = select(examples).where(examples.c.project_id == project_id).order_by(examples.c.id)
    if status is not None:
        query = query.where(examples.c.status == status)
    return [_example(row, ()) for row in c.execute(query).mappings()]


def private_ids(c: Connection, project_id: int) -> set[int]:
    """Rows that must not leave the machine in a report."""
    return set(
        c.execute(select(examples.c.id).where(examples.c.project_id == project_id, examples.c.private)).scalars()
    )


def some(c: Connection, project_id: int, *, limit: int) -> list[Example]:
    """Rows from all over the project, without their problems: every n-th by its id."""
    first, last = c.execute(
        select(func.min(examples.c.id), func.max(examples.c.id)).where(examples.c.project_id == project_id)
    ).one()
    if first is None:
        return []
    step = max(1, (last - first) // limit)
    query = select(examples).where(examples.c.project_id == project_id, (examples.c.id - first) % step == 0)
    return [_example(row, ()) for row in c.execute(query.limit(limit)).mappings()]


def originals(c: Connection, example_id: int) -> TrainingExample:
    """The example as it was imported."""
    return from_json(c.execute(select(examples.c.original).where(examples.c.id == example_id)).scalar_one())


def to_json(training: TrainingExample) -> dict[str, Any]:
    return training.to_wire()


def from_json(value: dict[str, Any]) -> TrainingExample:
    return TrainingExample(value["messages"], value.get("tools"), value.get("parallel_tool_calls"))


def text_columns(training: TrainingExample) -> dict[str, Any]:
    """The denormalised columns that go with a conversation."""
    return {
        "training": to_json(training),
        "system": training.system,
        "prompt": training.prompt,
        "response": training.response,
    }


def _values(row: NewExample, project_id: int, import_id: int, source: str, who: str, moment: Any) -> dict[str, Any]:
    return {
        **text_columns(row.training),
        "original": to_json(row.training),
        "project_id": project_id,
        "import_id": import_id,
        "source": source,
        "line": row.line,
        "split": row.split,
        "tags": list(row.tags),
        "tokens": row.tokens,
        "changed_by": who,
        "changed_at": moment,
        "created_at": moment,
    }


def _open_problem(code: str = "") -> ColumnElement[bool]:
    mine = [problems.c.example_id == examples.c.id, ~problems.c.ignored]
    mine.append(problems.c.code == code if code else problems.c.severity != "hint")
    return exists().where(and_(*mine)).correlate(examples)


def _condition(project_id: int, where: Filter) -> ColumnElement[bool]:
    parts = [examples.c.project_id == project_id]
    if where.status is not None:
        parts.append(examples.c.status == where.status)
    if where.split is not None:
        parts.append(examples.c.split == where.split)
    if where.problem == "none":
        parts.append(~_open_problem())
    elif where.problem:
        parts.append(_open_problem("" if where.problem == "any" else where.problem))
    if where.text:
        columns = (examples.c.prompt, examples.c.response, examples.c.system)
        parts.append(or_(*(column.icontains(where.text, autoescape=True) for column in columns)))
    return and_(*parts)


def _with_problems(c: Connection, rows: Sequence[RowMapping]) -> list[Example]:
    codes: dict[int, list[str]] = {}
    query = select(problems.c.example_id, problems.c.code).where(
        problems.c.example_id.in_([row["id"] for row in rows]), ~problems.c.ignored
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
    )
