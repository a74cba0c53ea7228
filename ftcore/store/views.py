"""Saved views: a filter, an order and columns under a name, for everybody in the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from ftcore.store.schema import now, views

LONGEST = 60
"""Characters of a name."""


class NameTaken(ValueError):
    """Another view of the project has this name already."""


@dataclass(frozen=True, slots=True)
class SavedView:
    id: int
    project_id: int
    name: str
    query: Mapping[str, Any]
    created_by: str
    created_at: datetime


def save(c: Connection, project_id: int, name: str, query: Mapping[str, Any], *, who: str) -> SavedView:
    """Keeps a view. A view of that name is replaced. Raises ValueError when the name is empty."""
    known = _named(c, project_id, kept := _name(name))
    values = {"query": dict(query), "created_by": who, "created_at": now()}
    if known is not None:
        c.execute(update(views).where(views.c.id == known.id).values(**values))
        return get(c, known.id)
    made = c.execute(insert(views).values(project_id=project_id, name=kept, **values)).lastrowid
    return get(c, made)


def rename(c: Connection, view_id: int, name: str) -> SavedView:
    """Raises NameTaken, ValueError for an empty name, LookupError when the view is gone."""
    view, kept = get(c, view_id), _name(name)
    other = _named(c, view.project_id, kept)
    if other is not None and other.id != view_id:
        raise NameTaken(f"There is a view named “{kept}” already. Nothing was changed: choose another name.")
    c.execute(update(views).where(views.c.id == view_id).values(name=kept))
    return get(c, view_id)


def remove(c: Connection, view_id: int) -> None:
    c.execute(delete(views).where(views.c.id == view_id))


def get(c: Connection, view_id: int) -> SavedView:
    row = c.execute(select(views).where(views.c.id == view_id)).mappings().first()
    if row is None:
        raise LookupError("This view was removed meanwhile.")
    return _view(row)


def of_project(c: Connection, project_id: int) -> list[SavedView]:
    """By name."""
    query = select(views).where(views.c.project_id == project_id).order_by(func.lower(views.c.name), views.c.id)
    return [_view(row) for row in c.execute(query).mappings()]


def _named(c: Connection, project_id: int, name: str) -> SavedView | None:
    row = c.execute(select(views).where(views.c.project_id == project_id, views.c.name == name)).mappings().first()
    return _view(row) if row else None


def _name(typed: str) -> str:
    kept = " ".join(typed.split())[:LONGEST].strip()
    if not kept:
        raise ValueError("Give the view a name first.")
    return kept


def _view(row: RowMapping) -> SavedView:
    return SavedView(**{name: row[name] for name in SavedView.__dataclass_fields__})
