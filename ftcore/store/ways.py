"""A way to the rows that a filter matches, in an order: looked at and sorted, or along an index that has the order already."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select
from sqlalchemy.sql import Select

from ftcore.records import Sort
from ftcore.store import words
from ftcore.store.filters import listed
from ftcore.store.schema import facts

PAGE = 100
AT_ONCE = 1_024
"""Entries that are fetched at once, on a walk."""
Cursor = tuple[Any, int]
"""A place in an order: what the row is sorted by, and its id. Both are JSON (a moment as its ISO text)."""


@dataclass(frozen=True, slots=True)
class Way:
    """`query` finds the ids that match. On a walk it follows an index that has their order, between `ends`, or the rows of one
    value after those of another (`values`). `words` are still to be asked of what is found."""

    sort: Sort
    query: Select[Any]
    order: ColumnElement[Any]
    id: ColumnElement[int]
    walk: bool = False
    ends: tuple[ColumnElement[bool], ...] = ()
    values: list[tuple[Any, Select[Any]]] | None = None
    words: str = ""
    eye: Eye | None = None

    def ids(
        self, c: Connection, *, place: Cursor | None = None, backwards: bool = False, limit: int | None = None
    ) -> list[int]:
        """At most `limit` ids behind a place in the order; or before it, the nearest first."""
        downwards = self.sort.descending != backwards
        found: Iterator[int] = chain.from_iterable(self._found(c, place, downwards, limit))
        if self.words:
            found = words.sifted(c, self.words, found)
        return list(islice(found, limit))

    def number(self, c: Connection, most: int, *, place: Cursor | None = None) -> int:
        """How many there are (behind a place) in the order of the rows, counted no further than `most`."""
        if self.words or self.eye:
            return len(self.ids(c, place=place, limit=most))
        (query,) = self._stretches(place, downwards=False)
        return int(c.execute(select(func.count()).select_from(query.limit(most).subquery())).scalar_one())

    def _found(self, c: Connection, place: Cursor | None, downwards: bool, limit: int | None) -> Iterator[list[int]]:
        """The ids in order, a few at a time and no sooner than they are wanted."""
        if self.eye:
            return self._seen(c, self.eye, place, downwards)
        return self._passed(c, place, downwards, None if self.words else limit)

    def _passed(self, c: Connection, place: Cursor | None, downwards: bool, limit: int | None) -> Iterator[list[int]]:
        for stretch in self._stretches(place, downwards):
            # The driver's own cursor: ten thousands of plain numbers need no rows around them.
            cursor = c.execute(stretch.limit(limit)).cursor
            while some := cursor.fetchmany(AT_ONCE):
                yield [id_ for (id_,) in some]

    def _seen(self, c: Connection, eye: Eye, place: Cursor | None, downwards: bool) -> Iterator[list[int]]:
        """Those that are looked for, as the walk comes to them. If that takes too long, the rest is looked at and sorted."""
        given: set[int] = set()
        waiting: list[int] = []
        passed = 0
        for some in self._passed(c, place, downwards, None):
            passed += len(some)
            waiting += [id_ for id_ in some if id_ in eye.ids]
            if passed >= eye.patience:
                break
            if len(waiting) >= PAGE or (waiting and eye.rest is None):
                yield (mine := eye.that_match(c, waiting))
                given.update(mine)
                waiting = []
        else:
            yield eye.that_match(c, waiting)
            return
        for some in eye.look._passed(c, place, downwards, None):
            yield [id_ for id_ in some if id_ not in given]

    def _stretches(self, place: Cursor | None, downwards: bool) -> list[Select[Any]]:
        """What comes behind a place, or all, in one query or several. On a walk the rows that are sorted by the same value come
        first, then the others: asked at once, SQLite would walk to the place, as it sees no range in pairs of values."""
        by_row = self.sort.by == "row"
        columns = [self.id] if by_row else [self.order, self.id]
        ordered = self.query.order_by(*(column.desc() if downwards else column for column in columns))
        if by_row or not self.walk:
            return [ordered if place is None else ordered.where(self._behind(place, downwards))]
        if self.values is not None:
            return self._by_value(self.values[::-1] if downwards else self.values, place, downwards)
        if place is None:
            return [ordered.where(*self.ends)]
        tied = self.query.where(*self._tied(place, downwards)).order_by(self.id.desc() if downwards else self.id)
        # The place is one end now. Told both, SQLite would begin at the other, and walk to it.
        other = [end for end in self.ends if (end.operator in (operator.ge, operator.gt)) == downwards]
        return [tied, ordered.where(self._beyond(place, downwards), *other)]

    def _by_value(
        self, values: list[tuple[Any, Select[Any]]], place: Cursor | None, downwards: bool
    ) -> list[Select[Any]]:
        found = []
        for value, query in values:
            by_id = query.order_by(self.id.desc() if downwards else self.id)
            if place is None or (value < place[0] if downwards else value > place[0]):
                found.append(by_id)
            elif value == place[0]:
                found.append(by_id.where(self.id < place[1] if downwards else self.id > place[1]))
        return found

    def _behind(self, place: Cursor, downwards: bool) -> ColumnElement[bool]:
        if self.sort.by == "row":
            return self.id < place[1] if downwards else self.id > place[1]
        return or_(self._beyond(place, downwards), and_(*self._tied(place, downwards)))

    def _beyond(self, place: Cursor, downwards: bool) -> ColumnElement[bool]:
        there = self._value(place)
        return self.order < there if downwards else self.order > there

    def _tied(self, place: Cursor, downwards: bool) -> list[ColumnElement[bool]]:
        return [self.order == self._value(place), self.id < place[1] if downwards else self.id > place[1]]

    def _value(self, place: Cursor) -> ColumnElement[Any]:
        value = datetime.fromisoformat(place[0]) if self.sort.by == "changed_at" else place[0]
        return bindparam(None, value, self.order.type)


@dataclass(frozen=True, slots=True)
class Eye:
    """What is looked for on a walk past all rows: the `ids` that one part matches, of which `rest` keeps those that the others
    match. After `patience` entries it is quicker to `look` at all of them."""

    ids: frozenset[int]
    rest: Select[Any] | None
    patience: int
    look: Way

    def that_match(self, c: Connection, ids: list[int]) -> list[int]:
        if self.rest is None or not ids:
            return ids
        kept = set(c.execute(self.rest.where(facts.c.id.in_(listed(ids)))).scalars())
        return [id_ for id_ in ids if id_ in kept]
