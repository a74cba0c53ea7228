"""Models at their endpoints: deleted there, and asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftcore.endpoints import EndpointError
from ftcore.endpoints.facts import facts_of
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


def deploy(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: model_id. Begun a second time after a death, it does not ask again: nobody knows whether the first one arrived."""
    if task.attempts > 1:
        raise EndpointError(f"The server was asked once, and the answer was lost. {registry.UNSURE}")
    return {"name": registry.deploy(db, task.payload["model_id"], facts_of(workspace).providers)}


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {
    registry.DELETE: delete,
    registry.LOOK: look,
    registry.DEPLOY: deploy,
}
