"""The protocol's lists: newest first, `after` an id, `limit`, and always `has_more`."""

from __future__ import annotations

from typing import Any

from ftcore.trainer.database import Database, Row
from ftcore.trainer.errors import TrainerError

TABLES = frozenset(("files", "jobs", "events", "checkpoints"))


def page(
    database: Database,
    table: str,
    *,
    after: str | None,
    limit: int,
    where: str = "1 = 1",
    values: Row | None = None,
    ascending: bool = False,
) -> tuple[list[Row], bool]:
    """The rows after the row `after`, and whether more follow. `where` is our own text, its values are bound.

    Raises `TrainerError` when `after` is not an id of the list: going on from nowhere would repeat the first page.
    """
    if table not in TABLES:
        raise ValueError(table)
    values = {**(values or {})}
    if after is not None:
        start = database.row(f"SELECT seq FROM {table} WHERE id = :after AND {where}", {**values, "after": after})  # noqa: S608
        if start is None:
            raise TrainerError(
                f"`after` names {after!r}, which is not in this list.", param="after", code="invalid_value"
            )
        where += " AND seq > :from_seq" if ascending else " AND seq < :from_seq"
        values["from_seq"] = start["seq"]
    order = "ASC" if ascending else "DESC"
    query = f"SELECT * FROM {table} WHERE {where} ORDER BY seq {order} LIMIT :one_more"  # noqa: S608
    found = database.rows(query, {**values, "one_more": limit + 1})
    return found[:limit], len(found) > limit


def listed(data: list[dict[str, Any]], has_more: bool, *, ends: bool = False) -> dict[str, Any]:
    """The list object; `ends` adds first_id and last_id, as files and checkpoints have them."""
    reply: dict[str, Any] = {"object": "list", "data": data, "has_more": has_more}
    if ends:
        reply |= {"first_id": data[0]["id"] if data else None, "last_id": data[-1]["id"] if data else None}
    return reply
