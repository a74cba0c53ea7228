"""The figures that people typed for the break-even, by name; what they did not type is not there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from ftcore.store.projects import touch
from ftcore.store.schema import projects


def get(c: Connection, project_id: int) -> dict[str, Any]:
    return dict(c.execute(select(projects.c.assumptions).where(projects.c.id == project_id)).scalar_one() or {})


def put(c: Connection, project_id: int, name: str, value: Any) -> None:
    """Sets one figure beside the others; None takes it away."""
    found = get(c, project_id)
    changed = {**found, name: value} if value is not None else {key: one for key, one in found.items() if key != name}
    if changed != found:
        c.execute(update(projects).where(projects.c.id == project_id).values(assumptions=changed))
        touch(c, project_id)
