"""Rows of a table as values that JSON knows, and back: without ids, and without what only says a column's default."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Integer, LargeBinary, RowMapping, Table
from sqlalchemy.sql.schema import DefaultClause

from ftcore.store.schema import UtcDateTime


def out(table: Table, row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    """A row's values by column. Times are ISO 8601, bytes their UTF-8 text."""
    return {column.name: _plain(row[column.name]) for column in _columns(table) if row[column.name] != _default(column)}


def back(table: Table, found: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round: every column that holds a value of its own. What no column is named after is passed over."""
    return {
        column.name: _value(column, found[column.name]) if column.name in found else _default(column)
        for column in _columns(table)
    }


def _columns(table: Table) -> list[Column[Any]]:
    """All but the row's own id, the ids of other rows, and the case, which another workspace numbers in its own way."""
    return [
        c for c in table.columns if not c.primary_key and not c.foreign_keys and c.name not in ("case_id", "parent_id")
    ]


def _default(column: Column[Any]) -> Any:
    if not isinstance(column.server_default, DefaultClause):
        return None
    said = str(column.server_default.arg)
    if isinstance(column.type, JSON):
        return json.loads(said)
    if isinstance(column.type, Boolean):
        return said == "1"
    if isinstance(column.type, Float):
        return float(said)
    return int(said) if isinstance(column.type, Integer) else said


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else value


def _value(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    return value.encode() if isinstance(column.type, LargeBinary) else value
