"""The models that were made or found at endpoints."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from ftcore.store.schema import models, now


def keep(c: Connection, endpoint_id: int, name: str, *, base_model: str, job_id: int | None) -> None:
    """Remembers a model that exists at an endpoint; telling it twice is harmless."""
    known = c.execute(select(models.c.id).where(models.c.endpoint_id == endpoint_id, models.c.name == name)).scalar()
    if known is None:
        values = {"name": name, "base_model": base_model, "job_id": job_id, "created_at": now()}
        c.execute(insert(models).values(endpoint_id=endpoint_id, **values))
