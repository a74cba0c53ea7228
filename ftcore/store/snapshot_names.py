"""Snapshots as people name them on a command line."""

from __future__ import annotations

from sqlalchemy import Connection, or_, select

from ftcore.records import Snapshot
from ftcore.store.schema import snapshots

SHORTEST = 8
"""Hex digits of a digest from which on it may be shortened."""


def called(c: Connection, named: str) -> list[Snapshot]:
    """The snapshots of all projects with this id, or of which the digest begins so (8 hex digits or more), the oldest first. The
    same rows in two projects have the same digest."""
    wanted = []
    if named.isascii() and named.isdigit() and len(named) < 10:
        wanted.append(snapshots.c.id == int(named))
    if len(named) >= SHORTEST and all(character in "0123456789abcdef" for character in named.lower()):
        wanted.append(snapshots.c.digest.startswith(named.lower(), autoescape=True))
    if not wanted:
        return []
    names = Snapshot.__dataclass_fields__
    query = select(snapshots).where(or_(*wanted)).order_by(snapshots.c.id)
    return [Snapshot(**{name: row[name] for name in names}) for row in c.execute(query).mappings()]
