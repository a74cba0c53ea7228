"""Files of very many rows: what they would lose, and writing them. Each may be begun again at any time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftcore.dataset import exports
from ftcore.dataset.exports import Wanted
from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace


def look(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, wanted. What an export would leave out and change."""
    wanted = Wanted.from_json(task.payload["wanted"])
    return exports.look(db, task.payload["project_id"], wanted, watch.progress).to_json()


def export(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, wanted (without it: the approved rows as OpenAI's files). The files are in exports/, whole or absent."""
    wanted = Wanted.from_json(task.payload["wanted"]) if "wanted" in task.payload else Wanted("openai")
    folder = workspace.folder("exports")
    return exports.make(db, task.payload["project_id"], wanted, folder, watch.progress).to_json()


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {
    "export_look": look,
    "export": export,
}
