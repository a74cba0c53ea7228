"""Versions of the decision record: written once each, never changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from ftcore.store.projects import touch
from ftcore.store.schema import decision_records, now


@dataclass(frozen=True, slots=True)
class KeptRecord:
    """`document` is what `decision/document.py` makes; `digest` its sha256, by which a file that was handed on is known again."""

    id: int
    project_id: int
    number: int
    document: dict[str, Any]
    digest: str
    who: str
    created_at: datetime


def keep(c: Connection, project_id: int, document: dict[str, Any], *, who: str = "") -> KeptRecord:
    """Writes the next version."""
    newest = latest(c, project_id)
    number = newest.number + 1 if newest else 1
    values = {"number": number, "document": document, "digest": digest_of(document), "who": who, "created_at": now()}
    c.execute(insert(decision_records).values(project_id=project_id, **values))
    touch(c, project_id)
    kept = latest(c, project_id)
    assert kept is not None
    return kept


def digest_of(document: dict[str, Any]) -> str:
    """sha256 of the document's JSON with sorted keys."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode("ascii")).hexdigest()


def latest(c: Connection, project_id: int) -> KeptRecord | None:
    return next(iter(of_project(c, project_id, limit=1)), None)


def of_project(c: Connection, project_id: int, *, limit: int = 100) -> list[KeptRecord]:
    """The newest first."""
    mine = select(decision_records).where(decision_records.c.project_id == project_id)
    query = mine.order_by(decision_records.c.number.desc()).limit(limit)
    return [_kept(row) for row in c.execute(query).mappings()]


def _kept(row: RowMapping) -> KeptRecord:
    return KeptRecord(**{name: row[name] for name in KeptRecord.__dataclass_fields__})
