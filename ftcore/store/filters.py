"""A filter as SQL: each part of it as a question about one row, and as the index that finds the rows.

Questions are asked of `facts`, whose rows are narrow. Which part finds the rows, and in which order they are walked through, is
chosen in `ways`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Table, and_, exists, func, literal_column, select
from sqlalchemy.sql import Select

from ftcore.records import Filter, Sort, Split, Status
from ftcore.records.filter import ANY, NONE
from ftcore.store import words
from ftcore.store.schema import SHORT, example_tags, examples, facts, problems, row_set_rows, tallies

BEGINNING = 40
"""Characters of a text that it is sorted by (`schema.SHORT`)."""
WARNING = 2
"""Rank of a warning in `facts.worst`; an error is 3, a hint 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of a filter. `holds` asks it of the row with an id, which is also one of `facts`; `ids` finds all rows that it
    matches by an index, as a column `id` of `facts`, or of `elsewhere`. `number` is how many these are, when that is known
    without counting."""

    holds: Callable[[ColumnElement[int]], ColumnElement[bool]]
    ids: Select[Any]
    elsewhere: bool = False
    number: int | None = None
    column: str = ""
    """The one column of `facts` that it is about; it is between `ends` of it, or equal to a value when there are none."""
    ends: tuple[ColumnElement[bool], ...] = ()


def parts(c: Connection, project_id: int, where: Filter) -> list[Part]:
    """The parts that are set, but for words; those that match few rows more likely come first. What the tallies know is one
    part: status, split and problems in general."""
    return [
        *_tallied(c, project_id, where),
        *_narrow(project_id, where),
        *_elsewhere(project_id, where),
        *_equal(project_id, where),
    ]


def here(project_id: int, where: Filter, table: Table = facts) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The project, or its trash."""
    return table.c.project_id == project_id, table.c.trashed == where.trashed


def by(index: str) -> str:
    """The hint for SQLite."""
    return f"INDEXED BY ix_facts_by_{index}"


def _tallied(c: Connection, project_id: int, where: Filter) -> list[Part]:
    asked = _of_kind(facts, where)
    return (
        [Part(lambda _: and_(*asked), _kinds(project_id, where), number=number_of(c, project_id, where))]
        if asked
        else []
    )


def _kinds(project_id: int, where: Filter, *also: ColumnElement[bool]) -> Select[Any]:
    """Rows of one status, split and so on by their own index. What is not asked is named all the same: the index begins with
    the status, then comes the split."""
    asked = [*here(project_id, where), *_of_kind(facts, where), *also]
    asked += [] if where.status is not None else [facts.c.status.in_(list(Status))]
    asked += [] if where.split is not None else [facts.c.split.in_([*Split, ""])]
    return select(facts.c.id).where(*asked).with_hint(facts, by("kind"), "sqlite")


def _of_kind(table: Table, where: Filter) -> list[ColumnElement[bool]]:
    """Status, split and problems in general, asked of facts or of tallies."""
    found: list[ColumnElement[bool]] = []
    if where.status is not None:
        found.append(table.c.status == where.status)
    if where.split is not None:
        found.append(table.c.split == ("" if where.split == NONE else where.split))
    if where.problem == ANY:
        found.append(table.c.worst >= WARNING)
    elif where.problem == NONE:
        found.append(table.c.worst < WARNING)
    return found


def _narrow(project_id: int, where: Filter) -> list[Part]:
    """Parts that `facts` tells: what lies between two ends, and what only some rows have."""
    found: list[Part] = []

    def add(index: str, *holds: ColumnElement[bool], ends: bool = False) -> None:
        ids = select(facts.c.id).where(*here(project_id, where), *holds).with_hint(facts, by(index), "sqlite")
        found.append(Part(lambda _: and_(*holds), ids, column=index, ends=holds if ends else ()))

    if where.changed_since is not None:
        add("changed_at", facts.c.changed_at >= where.changed_since, ends=True)
    # Written out: an index on a part of the rows is used only where the question says the same in the same words.
    if where.several_turns:
        add("turns", literal_column("facts.turns > 1"))
    if where.private:
        add("private", literal_column("facts.private = 1"))
    if where.has_note:
        add("note", facts.c.note > "", ends=True)
    for name in ("tokens", "length"):
        least, most = getattr(where, f"min_{name}"), getattr(where, f"max_{name}")
        ends = [facts.c[name] >= least] if least is not None else []
        ends += [facts.c[name] <= most] if most is not None else []
        if ends:
            add(name, *ends, ends=True)
    return found


def _elsewhere(project_id: int, where: Filter) -> list[Part]:
    """Parts that other tables tell, by the row's id."""
    found: list[Part] = []

    def add(table: Table, *mine: ColumnElement[bool], several: bool = False) -> None:
        ids = select(table.c.example_id.label("id")).where(*mine)

        def holds(id_: ColumnElement[int]) -> ColumnElement[bool]:
            return exists(select(literal_column("1")).where(*mine, table.c.example_id == id_).correlate_except(table))

        found.append(Part(holds, ids.distinct() if several else ids, elsewhere=True))

    if where.row_set is not None:
        add(row_set_rows, row_set_rows.c.row_set_id == where.row_set)
    if where.tag:
        add(example_tags, example_tags.c.project_id == project_id, example_tags.c.tag == where.tag)
    if where.problem not in ("", ANY, NONE):
        mine = (problems.c.project_id == project_id, problems.c.code == where.problem, ~problems.c.ignored)
        add(problems, *mine, several=True)
    if where.answer:
        found.append(_answered(project_id, where))
    return found


def _answered(project_id: int, where: Filter) -> Part:
    """Rows with exactly this answer, by the index of how answers begin."""
    other = examples.alias("answered")
    begins = literal_column(SHORT["response"], examples.c.response.type) == where.answer[:BEGINNING]
    ids = select(examples.c.id).where(*here(project_id, where, examples), begins, examples.c.response == where.answer)
    return Part(
        lambda id_: exists(
            select(literal_column("1"))
            .where(other.c.id == id_, other.c.response == where.answer)
            .correlate_except(other)
        ),
        ids.with_hint(examples, "INDEXED BY ix_examples_by_response", "sqlite"),
        elsewhere=True,
    )


def _equal(project_id: int, where: Filter) -> list[Part]:
    """Parts that `facts` tells: where rows come from, and who changed them."""
    asked = {"source": where.source, "changed_by": where.changed_by}
    return [_is(project_id, where, name, value) for name, value in asked.items() if value]


def _is(project_id: int, where: Filter, name: str, value: str) -> Part:
    equal = facts.c[name] == value
    ids = select(facts.c.id).where(*here(project_id, where), equal).with_hint(facts, by(name), "sqlite")
    return Part(lambda _: equal, ids, column=name)


def number_of(c: Connection, project_id: int, where: Filter) -> int:
    """How many rows match as far as status, split, problems in general and the trash go: from the tallies, so at once."""
    mine = (*here(project_id, where, tallies), *_of_kind(tallies, where))
    return int(c.execute(select(func.coalesce(func.sum(tallies.c.number), 0)).where(*mine)).scalar_one())


def by_value(
    c: Connection, project_id: int, where: Filter, sort: Sort, *, few: int, alone: bool = False
) -> list[tuple[Any, Select[Any]]] | None:
    """In an order that the tallies know: the values that the rows have, smallest first, and how the rows of each are found, as
    far as the tallies go (or `alone`: by the value only). None in another order."""
    names = {"status": ("status", "status"), "split": ("split", "split"), "problems": ("worst", "problem")}
    if sort.by not in names:
        return None
    name, part = names[sort.by]
    value, number = tallies.c[name], func.sum(tallies.c.number)
    mine = (*here(project_id, where, tallies), *_of_kind(tallies, where))
    known = select(value, number).where(*mine).group_by(value).having(number > 0).order_by(value)
    rest = where.without(part)
    found = []
    for one, there_are in c.execute(known).all():
        is_it = facts.c[name] == one
        walked = select(facts.c.id).where(*here(project_id, where), is_it, *([] if alone else _of_kind(facts, rest)))
        walked = walked.with_hint(facts, by(sort.by), "sqlite")
        found.append((one, walked if there_are > few else _kinds(project_id, rest, is_it)))
    return found


def is_tallied(where: Filter) -> bool:
    """Whether `number_of` is the whole truth about the filter."""
    known = {"status", "split", "trashed"} | ({"problem"} if where.problem in (ANY, NONE) else set())
    return set(where.parts()) <= known


def sorted_as(sort: Sort, where: Filter) -> Sort:
    """The order that is really meant: only a stored set of rows has ranks."""
    return Sort("row", sort.descending) if sort.by == "rank" and where.row_set is None else sort


def order_of(sort: Sort) -> ColumnElement[Any]:
    """What rows are sorted by, before their id: of `facts`, of `examples` for a long text, of the set for a rank."""
    if sort.by == "rank":
        return row_set_rows.c.rank
    if sort.by in SHORT:
        return literal_column(SHORT[sort.by], examples.c[sort.by].type)
    return facts.c[{"row": "id", "problems": "worst"}.get(sort.by, sort.by)]


def literally(where: Filter) -> list[ColumnElement[bool]]:
    """The words that the full-text index does not know are looked for in the texts themselves."""
    whole = examples.alias("whole")
    said = words.literally(where.text, whole)
    return [exists(select(literal_column("1")).where(whole.c.id == facts.c.id, *said).correlate(facts))] if said else []


def listed(ids: Iterable[int]) -> Select[Any]:
    """Ids as one parameter, however many: SQLite takes 32,766 parameters a statement."""
    return select(literal_column("value", Integer()).label("id")).select_from(
        func.json_each(json.dumps(list(ids))).table_valued("value")
    )
