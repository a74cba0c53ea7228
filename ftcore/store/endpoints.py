"""Servers that speak the protocol. Keys are never here."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, insert, select, update

from ftcore.records import LOCAL, Endpoint
from ftcore.store.schema import endpoints, now


def put(c: Connection, name: str, *, base_url: str, key_source: str, practice: bool = False) -> Endpoint:
    """Adds an endpoint or brings the one of that name up to date."""
    values = {"base_url": base_url, "key_source": key_source, "practice": practice}
    known = c.execute(select(endpoints.c.id).where(endpoints.c.name == name)).scalar()
    if known is None:
        c.execute(insert(endpoints).values(name=name, created_at=now(), **values))
    else:
        c.execute(update(endpoints).where(endpoints.c.id == known).values(**values))
    found = find(c, name)
    assert found is not None
    return found


def find(c: Connection, name: str = LOCAL) -> Endpoint | None:
    row = c.execute(select(endpoints).where(endpoints.c.name == name)).mappings().first()
    return _endpoint(row) if row else None


def get(c: Connection, endpoint_id: int) -> Endpoint:
    return _endpoint(c.execute(select(endpoints).where(endpoints.c.id == endpoint_id)).mappings().one())


def every(c: Connection) -> list[Endpoint]:
    return [_endpoint(row) for row in c.execute(select(endpoints).order_by(endpoints.c.id)).mappings()]


def _endpoint(row: RowMapping) -> Endpoint:
    return Endpoint(**{name: row[name] for name in Endpoint.__dataclass_fields__})
