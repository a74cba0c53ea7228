"""The worker's part of handing over: erasing, and writing and taking in project files. Each may be begun again at any time."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace

SERVER_SECONDS = 60.0
BUSY_SECONDS = 5.0


def erase(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: tombstone_id. What a server still holds is tried again every minute until it is gone."""
    from ftcore.handover import erase as erasing
    from ftcore.worker.handlers import Postponed

    try:
        stone = erasing.finish(db, workspace, task.payload["tombstone_id"], progress=watch.progress)
    except sqlite3.OperationalError as error:
        raise Postponed(BUSY_SECONDS) from error
    if not stone.finished:
        watch.progress(0, 0, "; ".join(dict.fromkeys(str(one.get("why", "")) for one in stone.left)))
        raise Postponed(SERVER_SECONDS)
    return {}


def hand_over(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, private. The file is exports/project-ID.tuneworthy."""
    from ftcore.handover import project_file

    project_id = int(task.payload["project_id"])
    path = workspace.folder("exports") / f"project-{project_id}{project_file.SUFFIX}"
    private = task.payload.get("private") is True
    made = project_file.hand_over(db, project_id, path, private=private, progress=watch.progress)
    return {
        "file": path.name,
        "examples": made.examples,
        "versions": made.versions,
        "private_rows": made.private_rows,
        "private_versions": list(made.private_versions),
    }


def take_over(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: file (a name in uploads/), name (as its user calls it), who."""
    from ftcore.handover import take_over as taking

    path = workspace.folder("uploads") / Path(task.payload["file"]).name
    taken = taking.take_over(
        db,
        path,
        who=task.payload.get("who", ""),
        file_name=task.payload.get("name", ""),
        task_id=task.id,
        progress=watch.progress,
    )
    path.unlink(missing_ok=True)  # all of it is in the project now, which may be erased
    return {
        "project_id": taken.project.id,
        "examples": taken.examples,
        "versions": taken.versions,
        "broken": len(taken.broken),
        "left_out": list(taken.left_out),
    }


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {
    "erase": erase,
    "hand_over": hand_over,
    "take_over": take_over,
}
