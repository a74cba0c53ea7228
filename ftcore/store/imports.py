"""Imports and the rows that they set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from ftcore.records import Rejected
from ftcore.store.schema import imports, now, rejected_rows


@dataclass(frozen=True, slots=True)
class Import:
    id: int
    project_id: int
    file_name: str
    sha256: str
    shape: str
    read: int
    accepted: int
    rejected: int
    created_by: str
    created_at: datetime


def start(
    c: Connection, project_id: int, *, file_name: str, sha256: str, shape: str, who: str, task_id: int | None = None
) -> int:
    values = {"file_name": file_name, "sha256": sha256, "shape": shape, "created_by": who, "task_id": task_id}
    return c.execute(insert(imports).values(project_id=project_id, created_at=now(), **values)).lastrowid


def finish(c: Connection, import_id: int, *, accepted: int, rejected: Sequence[Rejected]) -> None:
    rows = [{"import_id": import_id, "line": r.line, "reason": r.reason, "raw": r.raw} for r in rejected]
    if rows:
        c.execute(insert(rejected_rows), rows)
    numbers = {"read": accepted + len(rejected), "accepted": accepted, "rejected": len(rejected)}
    c.execute(update(imports).where(imports.c.id == import_id).values(**numbers))


def get(c: Connection, import_id: int) -> Import:
    return _import(c.execute(select(imports).where(imports.c.id == import_id)).mappings().one())


def of_task(c: Connection, task_id: int) -> Import | None:
    """The finished import of a task: a task that is taken up again must not import twice."""
    row = c.execute(select(imports).where(imports.c.task_id == task_id)).mappings().first()
    return _import(row) if row else None


def of_project(c: Connection, project_id: int) -> list[Import]:
    query = select(imports).where(imports.c.project_id == project_id).order_by(imports.c.id.desc())
    return [_import(row) for row in c.execute(query).mappings()]


def rejected(c: Connection, import_id: int, *, limit: int | None = 1000) -> list[Rejected]:
    """The rows set aside, in the order of the file; `limit=None` gives all of them."""
    query = select(rejected_rows).where(rejected_rows.c.import_id == import_id).order_by(rejected_rows.c.id)
    return [Rejected(r["line"], r["reason"], r["raw"]) for r in c.execute(query.limit(limit)).mappings()]


def _import(row: RowMapping) -> Import:
    return Import(**{name: row[name] for name in Import.__dataclass_fields__})
