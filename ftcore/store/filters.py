"""A filter as SQL, and the way to walk through what it matches without looking at a million rows.

SQLite plans from averages at best, and a project's rows are anything but average: 900,000 approved and 12 rejected. So the
way is chosen here. When some part of the filter matches few rows, these are fetched and sorted; otherwise the index of the
wanted order is walked, and rows that do not match are passed over. Other databases ignore the hints and plan by themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, TextClause, and_, exists, func, literal_column, select, text
from sqlalchemy.sql import Select

from ftcore.records import Filter, Sort
from ftcore.records.filter import ANY, NONE
from ftcore.store import words
from ftcore.store.schema import SHORT, example_tags, examples, problems, row_set_rows, tallies

FEW = 1_500
"""So many rows are fetched and sorted in a few milliseconds."""
MANY = 12_000
"""Parts of a filter that match at most so many rows are counted, to weigh looking at all of these against walking."""
PAGE = 100
READ = 7
"""What reading a row costs beside passing over an entry of an index."""
WARNING = 2
"""Rank of a warning in `examples.worst`; an error is 3, a hint 1."""
Part = tuple[Select[Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Way:
    """How to find the rows: the condition, SQLite's hint for the table of examples ("" = the index of the wanted order), and
    words to be looked up first in the full-text index, whose order is that of the rows."""

    condition: ColumnElement[bool]
    hint: str = ""
    words: str = ""

    def on(self, query: Select[Any], sort: Sort = Sort()) -> Select[Any]:
        """The query narrowed to the rows, on its way. What it selects from is the table of examples."""
        if self.words and sort.by != "row":
            return Way(and_(self.condition, words.probed(self.words)), self.hint).on(query, sort)
        if self.words:
            both = query.select_from(words.INDEX.join(examples, examples.c.id == words.ROWID))
            found = both.where(words.found(self.words), self.condition)
            return found.with_hint(examples, "NOT INDEXED", "sqlite")
        hint = self.hint or f"INDEXED BY ix_examples_by_{'row' if sort.by == 'rank' else sort.by}"
        return query.where(self.condition).with_hint(examples, hint, "sqlite")

    def id(self, sort: Sort = Sort()) -> ColumnElement[int]:
        """The row's id where the way begins, for ordering by it and going on behind it."""
        return words.ROWID if self.words and sort.by == "row" else examples.c.id


def way(c: Connection, project_id: int, where: Filter, sort: Sort = Sort()) -> Way:
    """The way to the rows that match, when they are wanted in this order."""
    plain = [examples.c.project_id == project_id, examples.c.trashed == where.trashed, *_plain(where)]
    parts = _narrow(project_id, where)
    few = _few(c, project_id, where, sort, parts)
    if few is not None:
        return Way(and_(few, *plain, *(row for _, row in parts)), "NOT INDEXED")  # the primary key may still be used
    typed = where.text if words.match_query(where.text) else ""
    plain += [row for ids, row in parts if not (typed and ids.get_final_froms() == [words.INDEX])]
    if not typed and (index := _best_index(where)) and number_of(c, project_id, where) <= FEW:
        return Way(and_(*plain), f"INDEXED BY {index}")
    return Way(and_(*plain), words=typed)


def _few(c: Connection, project_id: int, where: Filter, sort: Sort, parts: list[Part]) -> ColumnElement[bool] | None:
    """The rows that one part of the filter, or several together, leave over, when looking at all of these is less work than
    walking along the order until a page is full."""
    wide = []
    for ids, _ in parts:
        if _up_to(c, ids, FEW) <= FEW:
            return examples.c.id.in_(ids.correlate(None))
        wide.append(ids)
    known = [ids for ids in wide if _up_to(c, ids, MANY) <= MANY]
    if not known:
        return None
    left = set.intersection(*(set(c.execute(ids).scalars()) for ids in known))
    everything = max(1, number_of(c, project_id, Filter(trashed=where.trashed)))
    # What is not known of the other parts is taken to hold for a third of the rows.
    others = number_of(c, project_id, where) / everything / 3 ** (len(wide) - len(known))
    walked = PAGE * everything / max(1.0, len(left) * others)
    dearly = READ if _reads_rows(where, sort) else 1
    return examples.c.id.in_(listed(sorted(left))) if len(left) * READ < walked * dearly else None


def _reads_rows(where: Filter, sort: Sort) -> bool:
    """Whether walking has to read each row it meets: its index, or one of ids, does not know all that the filter asks."""
    known = {"text", "tag", "row_set", "trashed", sort.by, f"min_{sort.by}", f"max_{sort.by}"}
    if sort.by in ("row", "tokens", "changed_at", "status"):
        known |= {"status", "split", "problem"}
    elif where.problem not in (ANY, NONE):
        known |= {"problem"}
    return not set(where.parts()) <= known


def _up_to(c: Connection, ids: Select[Any], most: int) -> int:
    """How many ids there are, but never more than one above `most`."""
    return int(c.execute(select(func.count()).select_from(ids.limit(most + 1).subquery())).scalar_one())


def number_of(c: Connection, project_id: int, where: Filter) -> int:
    """How many rows match as far as status, split, problems in general and the trash go: from the tallies, so at once."""
    query = select(func.coalesce(func.sum(tallies.c.number), 0)).where(
        tallies.c.project_id == project_id, tallies.c.trashed == where.trashed
    )
    if where.status is not None:
        query = query.where(tallies.c.status == where.status)
    if where.split is not None:
        query = query.where(tallies.c.split == ("" if where.split == NONE else where.split))
    if where.problem == ANY:
        query = query.where(tallies.c.worst >= WARNING)
    elif where.problem == NONE:
        query = query.where(tallies.c.worst < WARNING)
    return int(c.execute(query).scalar_one())


def is_tallied(where: Filter) -> bool:
    """Whether `number_of` is the whole truth about the filter."""
    return set(where.parts()) <= {"status", "split", "trashed"} | (
        {"problem"} if where.problem in (ANY, NONE) else set()
    )


def sorted_as(sort: Sort, where: Filter) -> Sort:
    """The order that is really meant: only a stored set of rows has ranks, and rows of one split are sorted by their id alone
    (SQLite does not see that the expression is the same for all of them)."""
    by_row = (sort.by == "rank" and where.row_set is None) or (sort.by == "split" and where.split is not None)
    return Sort("row", sort.descending) if by_row else sort


def order_of(sort: Sort, where: Filter = Filter()) -> ColumnElement[Any]:
    """What rows are sorted by, before their id."""
    if sort.by == "rank":
        mine = (row_set_rows.c.row_set_id == where.row_set, row_set_rows.c.example_id == examples.c.id)
        return select(row_set_rows.c.rank).where(*mine).correlate(examples).scalar_subquery()
    if sort.by in SHORT:
        return literal_column(SHORT[sort.by])
    return examples.c[{"row": "id", "problems": "worst"}.get(sort.by, sort.by)]


def _plain(where: Filter) -> list[ColumnElement[bool]]:
    """The parts that are told from the row itself."""
    parts: list[ColumnElement[bool]] = []
    if where.status is not None:
        parts.append(examples.c.status == where.status)
    if where.split is not None:
        parts.append(order_of(Sort("split")) == ("" if where.split == NONE else where.split))
    if where.problem == ANY:
        parts.append(examples.c.worst >= WARNING)
    elif where.problem == NONE:
        parts.append(examples.c.worst < WARNING)
    return parts + words.literally(where.text)


def _narrow(project_id: int, where: Filter) -> list[Part]:
    """For each other part that is set: (the ids it matches, cheaply; the same as a question about one row)."""
    found: list[Part] = []

    def by_index(name: str, *parts: ColumnElement[bool] | TextClause) -> None:
        here = (examples.c.project_id == project_id, examples.c.trashed == where.trashed)
        query = select(examples.c.id).where(*here, *parts)
        found.append((query.with_hint(examples, f"INDEXED BY ix_examples_by_{name}", "sqlite"), and_(*parts)))

    if where.row_set is not None:
        mine = row_set_rows.c.row_set_id == where.row_set
        found.append((select(row_set_rows.c.example_id).where(mine), _here(row_set_rows, mine)))
    if where.tag:
        mine = and_(example_tags.c.project_id == project_id, example_tags.c.tag == where.tag)
        found.append((select(example_tags.c.example_id).where(mine), _here(example_tags, mine)))
    if where.problem not in ("", ANY, NONE):
        mine = and_(problems.c.project_id == project_id, problems.c.code == where.problem, ~problems.c.ignored)
        found.append((select(problems.c.example_id).where(mine).distinct(), _here(problems, mine)))
    if words.match_query(where.text):
        found.append((words.matching(where.text), words.probed(where.text)))
    if where.source:
        by_index("source", examples.c.source == where.source)
    if where.changed_by:
        by_index("changed_by", examples.c.changed_by == where.changed_by)
    if where.changed_since is not None:
        by_index("changed_at", examples.c.changed_at >= where.changed_since)
    # Written out: an index on a part of the rows is used only where the question says the same in the same words.
    if where.several_turns:
        by_index("turns", text("examples.turns > 1"))
    if where.private:
        by_index("private", text("examples.private = 1"))
    if where.has_note:
        by_index("note", literal_column(SHORT["note"]) > "")
    for name in ("tokens", "length"):
        least, most = getattr(where, f"min_{name}"), getattr(where, f"max_{name}")
        ends = [examples.c[name] >= least] if least is not None else []
        ends += [examples.c[name] <= most] if most is not None else []
        if ends:
            by_index(name, *ends)
    return found


def _here(table: Any, mine: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(literal_column("1")).where(mine, table.c.example_id == examples.c.id).correlate(examples))


def listed(ids: Sequence[int]) -> Select[Any]:
    """Ids as one parameter, however many: SQLite takes 32,766 parameters a statement."""
    return select(literal_column("value")).select_from(func.json_each(json.dumps(list(ids))).table_valued("value"))


def _best_index(where: Filter) -> str:
    if where.status is not None:
        return "ix_examples_by_status"
    if where.split is not None:
        return "ix_examples_by_split"
    return "ix_examples_by_problems" if where.problem in (ANY, NONE) else ""
