"""The models that were made or found at endpoints, each with where it comes from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from ftcore.records import Model
from ftcore.store.projects import touch
from ftcore.store.schema import jobs, models, now


def keep(
    c: Connection,
    endpoint_id: int,
    name: str,
    *,
    base_model: str,
    job_id: int | None,
    kind: str = "tuned",
    **told: Any,
) -> None:
    """Remembers a model that exists at an endpoint; telling it twice is harmless. `told` are columns that the server knows
    better each time: step, metrics, shutdown_date, listed_at."""
    known = c.execute(select(models.c.id).where(models.c.endpoint_id == endpoint_id, models.c.name == name)).scalar()
    if known is None:
        values = {"name": name, "base_model": base_model, "job_id": job_id, "kind": kind, "created_at": now()}
        c.execute(insert(models).values(endpoint_id=endpoint_id, **values, **told))
    elif told:
        c.execute(update(models).where(models.c.id == known).values(**told))


def get(c: Connection, model_id: int) -> Model:
    return _model(c.execute(select(models).where(models.c.id == model_id)).mappings().one())


def of_project(c: Connection, project_id: int, *, kind: str = "") -> list[Model]:
    """The models of a project's jobs, the newest first, checkpoints in the order of their steps; without those that were taken
    off the list."""
    mine = select(models).join(jobs, models.c.job_id == jobs.c.id).where(jobs.c.project_id == project_id)
    mine = mine.where(models.c.removed_at.is_(None))
    if kind:
        mine = mine.where(models.c.kind == kind)
    return [_model(row) for row in c.execute(mine.order_by(models.c.id.desc())).mappings()]


def of_endpoint(c: Connection, endpoint_id: int) -> list[Model]:
    """Every model that is known there, the oldest first, those that are gone too."""
    query = select(models).where(models.c.endpoint_id == endpoint_id).order_by(models.c.id)
    return [_model(row) for row in c.execute(query).mappings()]


def change(c: Connection, model_id: int, **values: Any) -> None:
    """Writes columns: note, gone_at, removed_at, listed_at, shutdown_date."""
    c.execute(update(models).where(models.c.id == model_id).values(**values))
    job_id = get(c, model_id).job_id
    project = c.execute(select(jobs.c.project_id).where(jobs.c.id == job_id)).scalar() if job_id else None
    if project is not None:
        touch(c, project)


def _model(row: RowMapping) -> Model:
    return Model(**{name: row[name] for name in Model.__dataclass_fields__})
