"""The worker's part of bringing in what is at an endpoint already: looking, fetching, comparing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai

from ftcore.endpoints import EndpointError, explain
from ftcore.endpoints.adapter import Adapter
from ftcore.endpoints.facts import facts_of
from ftcore.records import Endpoint, Task
from ftcore.store import endpoints
from ftcore.store.database import Database
from ftcore.training import rescue, rescue_jobs
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace


def look(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: endpoint_id. The result is an Inventory."""
    endpoint, adapter = _where(db, workspace, task)
    watch.progress(0, 0, f"Asking {endpoint.name} what is there")
    try:
        return rescue.look(db, endpoint, adapter).to_json()
    except openai.APIStatusError as error:
        raise EndpointError(explain(error)) from error


def bring_in(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: as `rescue_jobs.ask` writes it."""
    _, adapter = _where(db, workspace, task)
    try:
        return rescue_jobs.bring_in(db, task, workspace.folder("uploads"), adapter, watch.progress)
    except openai.APIStatusError as error:
        raise EndpointError(explain(error)) from error


def compare(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: before, after."""
    from ftcore.worker.rescue_compare import carry_out  # scipy and numpy load here, not at the worker's start

    return carry_out(db, workspace, task, watch)


def _where(db: Database, workspace: Workspace, task: Task) -> tuple[Endpoint, Adapter]:
    with db.read() as c:
        endpoint = endpoints.get(c, task.payload["endpoint_id"])
    return endpoint, facts_of(workspace).adapter(endpoint)


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {
    rescue.LOOK: look,
    rescue.BRING: bring_in,
    rescue.COMPARE: compare,
}
