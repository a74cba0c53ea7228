"""The evidence of very many answers. May be begun again at any time: the file is whole or absent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace


def write(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, run_id, private. The file is in exports/."""
    from ftcore.report.evidence_file import write_evidence

    run_id, private = int(task.payload["run_id"]), bool(task.payload.get("private"))
    # By this beginning the file is found when the project is erased.
    name = f"project-{task.payload['project_id']}-evidence-{run_id}{'-private' if private else ''}.zip"
    made = write_evidence(db, run_id, workspace.folder("exports") / name, private=private)
    return {"file": name, "rows": made.rows, "answers": made.answers}


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {"evidence": write}
