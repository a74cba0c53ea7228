"""What holds in the whole workspace, by name: small values that can be written as JSON."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from ftcore.store.schema import preferences


def get(c: Connection, name: str, default: Any = None) -> Any:
    """The value; `default` where none was set."""
    row = c.execute(select(preferences.c.value).where(preferences.c.name == name)).first()
    return default if row is None else row[0]


def put(c: Connection, name: str, value: Any) -> None:
    """Sets it, in the place of what was there."""
    query = insert(preferences).values(name=name, value=value)
    c.execute(query.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
