"""Splitting very many rows again, looking for leaks between the splits, and how healthy a large data set is. Each may be begun
again at any time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ftcore.dataset import health_of, split_leaks, splitting
from ftcore.dataset.splitting import SplitWish
from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace


def preview(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, wish. What splitting again would come to."""
    planned = splitting.plan(db, task.payload["project_id"], SplitWish.from_json(task.payload["wish"]), watch.progress)
    return asdict(planned.outcome())


def split(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, wish, who. Splits again as one change; stopped half-way, it is taken back."""
    wanted = task.payload
    who = wanted.get("who", "")
    try:
        done = splitting.carry_out(
            db,
            wanted["project_id"],
            SplitWish.from_json(wanted["wish"]),
            who=who,
            task_id=task.id,
            progress=watch.progress,
        )
    except Cancelled:
        splitting.stop(db, wanted["project_id"], task.id, who=who)
        raise
    return {"changed": done.changed, "label": done.change.label if done.change else ""}


def leaks(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id. The leaks between the splits of the approved rows."""
    watch.progress(0, 0, "Comparing the splits")
    with db.read() as c:
        found = split_leaks.find(c, task.payload["project_id"])
    return {"leaks": [asdict(leak) for leak in found[: split_leaks.MOST]], "number": len(found)}


def examine(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id. The health of the approved rows."""
    import msgspec

    found = health_of.examine(db, task.payload["project_id"], watch.progress)
    return {"health": msgspec.to_builtins(found)}


HANDLERS: dict[str, Callable[[Database, Workspace, Task, Watch], dict[str, Any]]] = {
    "split_preview": preview,
    "split": split,
    "leaks": leaks,
    "health": examine,
}
