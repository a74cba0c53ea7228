"""Looking for words: what people type becomes a query of the full-text index, and nothing they type is its syntax.

Whole words are found, English ones in all their endings (refund, refunds, refunding); "ref*" finds every word that begins so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.sql import Select

from ftcore.store.schema import facts

INDEX = table("examples_fts")
ROWID = literal_column("examples_fts.rowid", Integer())
SEARCHED = ("prompt", "response", "system", "note")
# Scripts without spaces are one long word to the index, and a word of signs only is none: those are looked for as they are.
SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
MARK_OPEN, MARK_CLOSE = "\u27e6", "\u27e7"
AROUND = 14
"""Words of a snippet."""
WINDOWS, WINDOW = 4, 1_000
"""A word is looked for in so many places, of so many ids each, to tell how frequent it is."""
ASKED = 48
"""Rows of which words are asked at once."""


def match_query(typed: str) -> str:
    """Every word that the index knows; "" when there is none."""
    return " ".join(_quoted(word) for word in typed.split() if _indexed(word))


def literal_words(typed: str) -> list[str]:
    """The words that the index does not know."""
    return [word for word in typed.split() if not _indexed(word)]


def matching(typed: str) -> Select[Any]:
    """The ids that the index finds, in their order. Only where `match_query` is not empty."""
    return select(ROWID.label("id")).select_from(INDEX).where(found(typed))


def probed(typed: str) -> ColumnElement[bool]:
    """The same as a question about a row of `facts`: for words that very many rows hold, in another order than the index's."""
    asked: Select[Any] = select(literal_column("1")).select_from(INDEX)
    return exists(asked.where(found(typed), facts.c.id == ROWID).correlate(facts))


def sifted(c: Connection, typed: str, ids: Iterable[int]) -> Iterator[int]:
    """Those of the ids whose rows hold the words, in the order given; asked a few at a time, as they are wanted."""
    coming = iter(ids)
    while some := list(islice(coming, ASKED)):
        asked = matching(typed).where(ROWID.in_(some))
        holding = set(c.execute(asked).scalars())
        yield from (id_ for id_ in some if id_ in holding)


def number(c: Connection, typed: str, first: int, last: int, *, most: int) -> int:
    """About how many rows between two ids hold the words. Exact up to `most`, and beyond when they lie unevenly."""
    width = (last - first) // WINDOWS
    if width > WINDOW:
        starts = [first + at * width for at in range(WINDOWS)]
        counted = [_number(c, matching(typed).where(ROWID.between(start, start + WINDOW - 1))) for start in starts]
        if (about := sum(counted) * width // WINDOW) > 2 * most:
            return about
    return _number(c, matching(typed).limit(most + 1))


def _number(c: Connection, ids: Select[Any]) -> int:
    return int(c.execute(select(func.count()).select_from(ids.subquery())).scalar_one())


def literally(typed: str, rows: FromClause) -> list[ColumnElement[bool]]:
    """For each word that the index does not know: it is in one of the texts of the rows of examples."""
    said = [rows.c[name] for name in SEARCHED]
    return [or_(*(column.icontains(word, autoescape=True) for column in said)) for word in literal_words(typed)]


def index_new(c: Connection, after: int) -> None:
    """Takes rows behind an id into the index: those that were just added. One statement, seven times as quick as a trigger."""
    if c.dialect.name == "sqlite":
        names = ", ".join(SEARCHED)
        added = f"SELECT id, {names} FROM examples WHERE id > :after"  # noqa: S608 - names from the list above
        c.execute(text(f"INSERT INTO examples_fts (rowid, {names}) {added}"), {"after": after})


def snippets(c: Connection, typed: str, ids: list[int]) -> dict[int, str]:
    """Where the words were found, by example: a few words around, the found ones between \u27e6 and \u27e7."""
    if not ids or not match_query(typed):
        return {}
    shown: ColumnElement[str] = literal_column(
        f"snippet(examples_fts, -1, '{MARK_OPEN}', '{MARK_CLOSE}', '\u2026', {AROUND})"
    )
    asked = select(ROWID, shown).select_from(INDEX).where(found(typed), ROWID.in_(ids))
    return {row[0]: " ".join(row[1].split()) for row in c.execute(asked)}


def found(typed: str) -> ColumnElement[bool]:
    """The condition on the index."""
    return literal_column("examples_fts").op("MATCH")(bindparam(None, match_query(typed)))


def _quoted(word: str) -> str:
    plain = word.rstrip("*")
    return '"{}"{}'.format(plain.replace('"', '""'), "*" if plain != word else "")


def _indexed(word: str) -> bool:
    return any(letter.isalnum() for letter in word) and not SPACELESS.search(word)
