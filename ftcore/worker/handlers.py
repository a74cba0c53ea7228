"""Which function does which kind of task. A handler may be begun again at any time: it must be safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ftcore.records import Task
from ftcore.store.database import Database
from ftcore.worker import bulk, evidence, export, following, handover, intake, meaning, rescue, splitting
from ftcore.worker.following import Postponed
from ftcore.worker.watch import Watch
from ftcore.workspace import Workspace

__all__ = ["HANDLERS", "Handler", "Postponed"]
Handler = Callable[[Database, Workspace, Task, Watch], dict[str, Any]]


def evaluate(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: run_id, rescore (what is there is scored again, and nothing is asked)."""
    from ftcore.worker.evaluate import carry_out  # scipy and numpy load here, not at the worker's start

    return carry_out(db, workspace, task.payload["run_id"], watch, asks=not task.payload.get("rescore"))


def judge(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: run_id, order."""
    from ftcore.worker.judge import carry_out

    return carry_out(db, workspace, task, watch)


HANDLERS: dict[str, Handler] = {
    **intake.HANDLERS,
    **following.HANDLERS,
    "evaluate": evaluate,
    "judge": judge,
    "count": bulk.count,
    "pattern": bulk.search,
    "bulk": bulk.change,
    "turn": bulk.turn,
    "meaning": meaning.read,
    "keep_best": meaning.keep_best,
    **handover.HANDLERS,
    **splitting.HANDLERS,
    **export.HANDLERS,
    **evidence.HANDLERS,
    **rescue.HANDLERS,
}
