"""The worker reads what examples mean, draws their map, and settles very many groups of rows that are alike."""

from __future__ import annotations

from typing import Any

from ftcore.dataset import project_map, resolving, similar
from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace


def read(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, draw. Brings what is kept of the rows' meaning up to date; with `draw`, draws the map too."""
    project_id = task.payload["project_id"]
    done: dict[str, Any] = {"rows": similar.read(db, workspace, project_id, progress=watch.progress)}
    if task.payload.get("draw"):
        done["points"] = len(project_map.draw(db, workspace, project_id, progress=watch.progress).ids)
    return done


def keep_best(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, who. The best row of every group of rows that are alike is kept, as one change."""
    wanted = task.payload
    number = resolving.keep_best(
        db, wanted["project_id"], who=wanted.get("who", ""), task_id=task.id, progress=watch.progress
    )
    return {"groups": number}
