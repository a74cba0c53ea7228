"""Work on very many rows: counting them, looking for a pattern in them, changing them, taking that back."""

from __future__ import annotations

from typing import Any

from ftcore.dataset import bulk, patterns
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import Action
from ftcore.records import Filter, Task
from ftcore.store import examples
from ftcore.store.database import Database
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace

SEARCH_SECONDS = 600.0
"""A pattern may look so long through a project."""


def count(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, filter. The number of rows that match, exactly."""
    where = Filter.from_json(task.payload["filter"])
    with db.read() as c:
        number, _ = examples.count(c, task.payload["project_id"], where, up_to=bulk.EVERYTHING)
    return {"number": number}


def search(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, pattern, plain, case, who. Stores what was found as a set of rows."""
    wanted = task.payload
    kept = patterns.of_task(db, wanted["project_id"], task.id)
    if kept is None:
        pattern = patterns.read(wanted["pattern"], plain=wanted.get("plain", False), case=wanted.get("case", False))
        with db.read() as c:
            total = examples.counts(c, wanted["project_id"]).total
        found = patterns.search(
            db, wanted["project_id"], pattern, seconds=SEARCH_SECONDS, progress=watch.progress, total=total
        )
        if not found.complete:
            raise patterns.PatternError(
                f"After {SEARCH_SECONDS / 60:.0f} minutes and {found.looked:,} rows it was not through, so nothing is shown. "
                "Make the pattern simpler."
            )
        who = wanted.get("who", "")
        kept = patterns.keep(db, wanted["project_id"], pattern, found.ids, who=who, task=task.id)
    return {"row_set": kept.id, "number": kept.number}


def change(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, selection, action, who. One action on many rows, as one change of the journal."""
    wanted = task.payload
    selection, action = Selection.from_json(wanted["selection"]), Action.from_json(wanted["action"])
    try:
        done = bulk.carry_out(
            db,
            wanted["project_id"],
            selection,
            action,
            who=wanted.get("who", ""),
            task_id=task.id,
            progress=watch.progress,
        )
    except (Cancelled, patterns.PatternError):
        bulk.stop(db, wanted["project_id"], action, task.id)
        raise
    return {"changed": done.changed, "left": done.left, "label": done.change.label if done.change else ""}


def turn(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, change_id, back, who. Takes a change of many rows back, or does it again."""
    wanted = task.payload
    turned = bulk.turn(
        db,
        wanted["project_id"],
        wanted["change_id"],
        back=wanted["back"],
        who=wanted.get("who", ""),
        progress=watch.progress,
    )
    return {"label": turned.label, "state": turned.state}
