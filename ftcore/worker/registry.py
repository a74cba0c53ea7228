"""Models at their endpoints: deleted there, and asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.training import registry
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace


def delete(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: model_id."""
    registry.delete_there(db, task.payload["model_id"])
    return {}


def look(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id."""
    return {"there": registry.look(db, task.payload["project_id"])}


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {
    registry.DELETE: delete,
    registry.LOOK: look,
}
