"""Servers that speak the protocol. Keys are never here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from ftcore.records import LOCAL, Endpoint
from ftcore.store.schema import endpoints, now

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
SECRET = "secret:"  # noqa: S105 - the name of a place
NAME_RULE = "A name is one short word: letters, digits, - and _, at most 32, and a letter or digit first."


class EndpointRefused(ValueError):
    """An endpoint that was not written; the text says why, in a sentence."""


def put(c: Connection, name: str, *, base_url: str, key_source: str, practice: bool = False) -> Endpoint:
    """Adds an endpoint or brings the one of that name up to date."""
    values = {"base_url": base_url, "key_source": _portable(key_source), "practice": practice}
    known = c.execute(select(endpoints.c.id).where(endpoints.c.name == name)).scalar()
    if known is None:
        c.execute(insert(endpoints).values(name=name, created_at=now(), **values))
    else:
        c.execute(update(endpoints).where(endpoints.c.id == known).values(**values))
    found = find(c, name)
    assert found is not None
    return found


def add(
    c: Connection,
    name: str,
    *,
    base_url: str,
    key_source: str,
    provider: str = "",
    limits: Mapping[str, float] | None = None,
) -> Endpoint:
    """A new endpoint. One of the same name and address that was removed comes back as itself, so that its jobs and models
    belong to it again. Raises EndpointRefused for a name that cannot be one, or is taken."""
    refuse_name(name)
    known = c.execute(select(endpoints).where(func.lower(endpoints.c.name) == name.lower())).mappings().first()
    if known is not None and known["removed_at"] is None:
        raise EndpointRefused(f"There is a connection named {known['name']} already. Choose another name, or edit it.")
    values: dict[str, Any] = {
        "base_url": base_url,
        "key_source": _portable(key_source),
        "provider": provider,
        "limits": dict(limits or {}),
        "removed_at": None,
        "checked_at": None,
        "findings": [],
    }
    if known is not None and known["base_url"] == base_url:
        c.execute(update(endpoints).where(endpoints.c.id == known["id"]).values(name=name, **values))
        return get(c, known["id"])
    if known is not None:
        freed = f"{known['name']} (removed {known['id']})"
        c.execute(update(endpoints).where(endpoints.c.id == known["id"]).values(name=freed))
    id_ = c.execute(insert(endpoints).values(name=name, created_at=now(), **values)).lastrowid
    return get(c, id_)


def edit(c: Connection, endpoint_id: int, **values: Any) -> Endpoint:
    """Changes `base_url`, `key_source`, `provider` or `limits`. Another address or key makes the last test of the connection
    worthless, and it is forgotten. The name stays: jobs are known by it."""
    if unknown := values.keys() - {"base_url", "key_source", "provider", "limits"}:
        raise TypeError(f"not a column to edit: {', '.join(unknown)}")
    before = get(c, endpoint_id)
    if "key_source" in values:
        values["key_source"] = _portable(values["key_source"])
    if values.get("base_url", before.base_url) != before.base_url or "key_source" in values:
        values |= {"checked_at": None, "findings": []}
    if values:
        c.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(**values))
    return get(c, endpoint_id)


def remove(c: Connection, endpoint_id: int) -> None:
    """Takes an endpoint out of the lists. Its jobs and models stay, and so does its name on them."""
    if get(c, endpoint_id).name == LOCAL:
        raise EndpointRefused("This computer's own trainer cannot be removed.")
    gone = {"removed_at": now(), "key_source": "", "checked_at": None, "findings": []}
    c.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(**gone))


def keep_findings(c: Connection, endpoint_id: int, findings: Sequence[Mapping[str, Any]]) -> None:
    """What a test of the connection said: dicts of `what`, `ok`, `sentence`."""
    found = [dict(finding) for finding in findings]
    c.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(findings=found, checked_at=now()))


def find(c: Connection, name: str = LOCAL) -> Endpoint | None:
    """The endpoint of that name, unless it was removed."""
    query = select(endpoints).where(endpoints.c.name == name, endpoints.c.removed_at.is_(None))
    row = c.execute(query).mappings().first()
    return _endpoint(c, row) if row else None


def get(c: Connection, endpoint_id: int) -> Endpoint:
    """By its id, removed or not: jobs and models refer to it."""
    return _endpoint(c, c.execute(select(endpoints).where(endpoints.c.id == endpoint_id)).mappings().one())


def every(c: Connection) -> list[Endpoint]:
    """Those that were not removed, the oldest first."""
    query = select(endpoints).where(endpoints.c.removed_at.is_(None)).order_by(endpoints.c.id)
    return [_endpoint(c, row) for row in c.execute(query).mappings()]


def refuse_name(name: str) -> None:
    """Raises EndpointRefused for a name that no endpoint may have."""
    if name.lower() == LOCAL:
        raise EndpointRefused(f"The name {LOCAL} belongs to this computer's own trainer. Choose another.")
    if not NAME.fullmatch(name):
        raise EndpointRefused(NAME_RULE)


def _portable(key_source: str) -> str:
    """Without the folder of the workspace, which may move."""
    return key_source.partition("@")[0] if key_source.startswith(SECRET) else key_source


def _endpoint(c: Connection, row: RowMapping) -> Endpoint:
    values = {name: row[name] for name in Endpoint.__dataclass_fields__}
    if values["key_source"].startswith(SECRET):  # the secrets file lies beside the database, wherever that is now
        values["key_source"] += f"@{Path(str(c.engine.url.database)).absolute().parent}"
    return Endpoint(**values)
