"""What a filter can choose from: the tags, the files and the people of a project. Stepped through by index, from one value
to the next: a million rows of two files take two steps."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, literal, select

from ftcore.store.filters import by
from ftcore.store.schema import example_tags, facts

MOST = 200
"""Values of one kind; what is beyond can still be typed, or reached by words."""


@dataclass(frozen=True, slots=True)
class Facets:
    tags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def of_project(c: Connection, project_id: int) -> Facets:
    """In the order of their letters, empty ones left out."""
    mine = (facts.c.project_id == project_id, facts.c.trashed == literal(False))
    return Facets(
        _steps(c, example_tags.c.tag, example_tags.c.project_id == project_id),
        _steps(c, facts.c.source, *mine, index="source"),
        _steps(c, facts.c.changed_by, *mine, index="changed_by"),
    )


def _steps(c: Connection, column: ColumnElement[str], *mine: ColumnElement[bool], index: str = "") -> tuple[str, ...]:
    found: list[str] = []
    while len(found) < MOST:
        query = select(func.min(column)).where(*mine, column > (found[-1] if found else ""))
        if index:
            query = query.with_hint(facts, by(index), "sqlite")
        following = c.execute(query).scalar()
        if following is None:
            break
        found.append(following)
    return tuple(found)
