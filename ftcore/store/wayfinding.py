"""Choosing the way to the rows that a filter matches, so that a page comes without looking at a million of them.

SQLite plans from averages at best, and a project's rows are anything but average: 900,000 approved and 12 rejected. So the
way is chosen here. When some part of the filter matches few rows, all of these are looked at and sorted, or looked for along the
order; otherwise the index of the wanted order is walked, and rows that do not match are passed over until a page is full. Other
databases ignore the hints and plan by themselves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, Table, func, literal, select

from ftcore.records import Filter, Sort
from ftcore.store import words
from ftcore.store.filters import (
    Part,
    by,
    by_value,
    here,
    listed,
    literally,
    number_of,
    order_of,
    parts,
    sorted_as,
)
from ftcore.store.schema import SHORT, examples, facts, row_set_rows
from ftcore.store.ways import PAGE, Eye, Way

MANY = 16_000
"""So many rows of `facts` are looked at in about the time of a page."""
ENOUGH = 1_000
"""A part that matches so few rows is taken without looking for a better one."""
SAMPLE = 200
# Costs beside each other, in microseconds, measured on a million rows.
PASSED, LOOKED_AT, READ, PROBED = 0.4, 1.2, 4.0, 30.0
"""Passing over an entry of an order; looking at a row of `facts`; reading a long text; asking the full-text index of a row."""
PATIENCE = 1.0
"""How much longer than looking at all a walk may take, before all are looked at: rows may lie late in an order."""


def way(c: Connection, project_id: int, where: Filter, sort: Sort = Sort(), *, wanted: int | None = PAGE) -> Way:
    """The way to the rows that match, when so many of them are wanted in this order (None: all)."""
    asked = _Asked(project_id, where, sorted_as(sort, where), parts(c, project_id, where), literally(where))
    few = _few(c, [part for part in asked.parts if not part.column or part.column != asked.sort.by])
    if words.match_query(where.text):
        return _with_words(c, asked, few, wanted)
    return _by_few(c, asked, few, wanted) if few else _walk(c, asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A filter in an order, taken apart. `also` is asked last; `words` of what was found, few rows at a time; and of so many
    rows a `share` holds these."""

    project_id: int
    where: Filter
    sort: Sort
    parts: list[Part]
    also: list[ColumnElement[bool]]
    words: str = ""
    share: float = 1.0

    def of(self, id_: ColumnElement[int], *but: Part) -> list[ColumnElement[bool]]:
        """All parts but some, asked of the row with this id."""
        return [part.holds(id_) for part in self.parts if part not in but] + self.also

    def here(self, table: Table = facts) -> tuple[ColumnElement[bool], ...]:
        return here(self.project_id, self.where, table)

    def everything(self, c: Connection) -> int:
        return max(1, number_of(c, self.project_id, Filter(trashed=self.where.trashed)))


def _with_words(c: Connection, asked: _Asked, few: list[tuple[int, Part]], wanted: int | None) -> Way:
    """Words that few rows hold are a part like others. Of others the full-text index gives all its ids, or is asked about each
    row that is found, whichever is less work."""
    holding, everything = _holding(c, asked), asked.everything(c)
    ids = words.matching(asked.where.text)
    part = Part(lambda id_: id_.in_(ids), ids, elsewhere=True)
    if holding <= MANY and (not few or holding < few[0][0]):
        return _by_few(c, asked, [(holding, part), *few], wanted)
    share = min(1.0, max(1, holding) / everything)
    met = few[0][0] if few else everything
    listed_ = holding * PASSED < PROBED * min(met, met if wanted is None else wanted / share)
    if not few and asked.sort.by == "row" and (listed_ or not asked.parts + asked.also):
        return _by_words(asked)
    if listed_:
        asked = replace(asked, also=[*asked.also, part.holds(facts.c.id)])
    else:
        asked = replace(asked, words=asked.where.text, share=share)
    return _by_few(c, asked, few, wanted) if few else _walk(c, asked)


def _by_few(c: Connection, asked: _Asked, few: list[tuple[int, Part]], wanted: int | None) -> Way:
    """When a part matches few rows: all of these are looked at, or they are looked for along the order."""
    number, part = few[0]
    look = _look(asked, part)
    if wanted is None or look.walk or asked.sort.by == "rank":
        return look
    everything = asked.everything(c)
    if not _rather_walk(asked, number, number, wanted, everything):
        return look
    ids, known = _ids(c, part), [part]
    for also_few, other in few[1:]:
        if also_few * PASSED < len(ids) * LOOKED_AT:  # two lists of ids are quickly compared
            ids, known = sorted({*ids} & {*_ids(c, other)}), [*known, other]
    if len(known) > 1:
        number, part = len(ids), Part(part.holds, listed(ids), elsewhere=True)
        look = _look(asked, part, *known)
    holds = asked.of(facts.c.id, *known)
    rest = select(facts.c.id).where(*asked.here(), *holds).with_hint(facts, "NOT INDEXED", "sqlite")
    eye = Eye(frozenset(ids), rest if holds else None, 0, look)
    # How many the other parts leave over is told from a sample.
    sample = ids[:: max(1, number // SAMPLE)]
    left = asked.share * number * len(eye.that_match(c, sample)) / max(1, len(sample))
    if not _rather_walk(asked, number, left, wanted, everything):
        return look
    if asked.sort.by == "row":
        return _walk(c, asked)
    own = [one for one in asked.parts if one.column == asked.sort.by]
    walk = _walk(c, replace(asked, parts=own, also=[]), alone=True)
    patience = PATIENCE * _looking(asked, number, left) / PASSED
    return replace(walk, eye=replace(eye, patience=int(patience)))


def _rather_walk(asked: _Asked, number: int, left: float, wanted: int, everything: int) -> bool:
    """Whether as many rows as are wanted are found sooner along the order, when so many are left of those to be looked for."""
    entries = wanted * everything / max(1.0, left)
    fetched = 0 if asked.sort.by == "row" else number  # there, all parts are asked of each row instead
    return (fetched + entries) * PASSED < _looking(asked, number, left)


def _looking(asked: _Asked, number: int, left: float) -> float:
    return number * LOOKED_AT + (left * READ if asked.sort.by in SHORT else 0)


def _ids(c: Connection, part: Part) -> list[int]:
    """As one text, which is read in half the time of as many rows."""
    ids: list[int] = json.loads(c.execute(select(func.json_group_array(part.ids.subquery().c.id))).scalar_one())
    return ids


def _few(c: Connection, asked: list[Part]) -> list[tuple[int, Part]]:
    """The parts that match few rows, the fewest first, and how many. When one of them matches next to none, the others do not
    matter."""
    found: list[tuple[int, Part]] = []
    most = MANY
    for part in asked:
        number = part.number
        if number is None:
            limited = part.ids.limit(most + 1).subquery()
            number = int(c.execute(select(func.count()).select_from(limited)).scalar_one())
        if number <= most:
            found.append((number, part))
            most = number
        if number <= ENOUGH:
            break
    return found[::-1]


def _holding(c: Connection, asked: _Asked) -> int:
    """About how many rows hold the words; exact where they are few."""
    ends = select(facts.c.id).where(*asked.here()).with_hint(facts, by("row"), "sqlite").limit(1)
    first, last = (c.execute(ends.order_by(order)).scalar() for order in (facts.c.id, facts.c.id.desc()))
    return words.number(c, asked.where.text, first or 0, last or 0, most=MANY)


def _look(asked: _Asked, part: Part, *known: Part) -> Way:
    """All that one part matches is looked at, then sorted. The `known` parts need not be asked again."""
    sort = asked.sort
    id_: ColumnElement[int] = facts.c.id
    query = part.ids
    if part.elsewhere:
        id_ = part.ids.subquery("found").c.id
        query = select(id_).where(facts.c.id == id_, *asked.here())
        query = query.with_hint(facts, "NOT INDEXED", "sqlite")  # the primary key may still be used
    query = query.where(*asked.of(id_, part, *known))
    if sort.by == "rank":
        query = query.where(row_set_rows.c.row_set_id == asked.where.row_set, row_set_rows.c.example_id == id_)
    elif sort.by in SHORT:
        query = query.where(examples.c.id == id_).with_hint(examples, "NOT INDEXED", "sqlite")
    # Other tables, and indexes of one value, have the order of the rows already.
    return Way(sort, query, order_of(sort), id_, walk=sort.by == "row" and not part.ends, words=asked.words)


def _walk(c: Connection, asked: _Asked, *, alone: bool = False) -> Way:
    """Along the index of the order, where all else is asked of each row; or `alone`, as far as that goes. Parts about what it is
    sorted by bound the walk."""
    sort, where = asked.sort, asked.where
    own = [part for part in asked.parts if part.column == sort.by]
    holds = asked.of(facts.c.id, *own)
    if sort.by in SHORT:
        query = select(examples.c.id).where(*asked.here(examples), *holds)
        query = query.with_hint(examples, f"INDEXED BY ix_examples_by_{sort.by}", "sqlite")
        query = query.where(facts.c.id == examples.c.id).with_hint(facts, "NOT INDEXED", "sqlite") if holds else query
        return Way(sort, query, order_of(sort), examples.c.id, walk=True, words=asked.words)
    if sort.by == "rank":
        both = row_set_rows.join(facts, facts.c.id == row_set_rows.c.example_id)
        query = select(facts.c.id).select_from(both).where(row_set_rows.c.row_set_id == where.row_set, *holds)
        query = query.with_hint(row_set_rows, "INDEXED BY ix_row_set_rows_rank", "sqlite").where(*asked.here())
        query = query.with_hint(facts, "NOT INDEXED", "sqlite")
        return Way(sort, query, order_of(sort), row_set_rows.c.example_id, walk=True, words=asked.words)
    way_ = Way(sort, select(facts.c.id), order_of(sort), facts.c.id, walk=True, words=asked.words)
    if (values := by_value(c, asked.project_id, where, sort, few=MANY, alone=alone)) is not None:
        beside = [part.holds(facts.c.id) for part in asked.parts if part.number is None] + asked.also
        return replace(way_, values=[(value, found.where(*beside)) for value, found in values])
    query = way_.query.where(*asked.here(), *holds).with_hint(facts, by(_index(where, sort)), "sqlite")
    if equal := [part for part in own if not part.ends]:
        return replace(way_, values=[(getattr(where, sort.by), query.where(equal[0].holds(facts.c.id)))])
    ends = tuple(end for part in own for end in part.ends)
    true = [part.holds(facts.c.id).is_(literal(True)) for part in own]
    return replace(way_, query=query.where(*true), ends=ends)


def _index(where: Filter, sort: Sort) -> str:
    """In the order of the rows, any index will do in which all that match lie together."""
    together = {"source": where.source, "changed_by": where.changed_by, "status": where.status, "split": where.split}
    return next((name for name, value in together.items() if value), "row") if sort.by == "row" else sort.by


def _by_words(asked: _Asked) -> Way:
    """Along the full-text index, whose order is that of the rows."""
    both = words.INDEX.join(facts, facts.c.id == words.ROWID)
    query = select(words.ROWID).select_from(both).where(words.found(asked.where.text), *asked.here())
    query = query.where(*asked.of(facts.c.id)).with_hint(facts, "NOT INDEXED", "sqlite")
    return Way(asked.sort, query, words.ROWID, words.ROWID, walk=True)
