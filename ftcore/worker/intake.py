"""What the worker does for imports: taking files in, comparing them with what is there, checking whole projects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ftcore.dataset import inbox
from ftcore.dataset.intake import recheck, take_back, take_in
from ftcore.records import Mapping, Task
from ftcore.store import imports, tasks
from ftcore.store.database import Database
from ftcore.worker.watch import Cancelled, Watch
from ftcore.workspace import Workspace

WAIT_SECONDS = 0.5
KINDS = ("import", "compare", "reimport")


def import_file(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, file (a name in uploads/) or inbox (a name in inbox/), name, mapping, who, rows, test_rows, seed."""
    _wait_for_earlier(db, task)
    wanted = task.payload
    with _taking_back(db, task):
        done = take_in(
            db,
            wanted["project_id"],
            file_of(workspace, wanted),
            name=wanted["name"],
            who=wanted.get("who", ""),
            mapping=mapping_of(wanted),
            rows=wanted.get("rows"),
            test_rows=wanted.get("test_rows"),
            seed=wanted.get("seed", 0),
            task_id=task.id,
            progress=watch.progress,
        )
    numbers = {"read": done.read, "accepted": done.accepted, "rejected": done.rejected}
    return {"import_id": done.id, **numbers, "notes": list(done.notes)}


def check_again(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id."""
    recheck(db, task.payload["project_id"], progress=watch.progress)
    return {}


def compare_file(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: project_id, file or inbox, name, mapping. The result is a Difference; nothing is taken, and the file is kept."""
    from ftcore.dataset import reimport

    _wait_for_earlier(db, task)
    wanted = task.payload
    path = file_of(workspace, wanted)
    found = reimport.compare(
        db, wanted["project_id"], path, mapping_of(wanted), wanted["name"], progress=watch.progress
    )
    return {"difference": found.to_json()}


def reimport_file(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: as for compare, and who, test_rows, choice (the fields of reimport.Choice). Stopped, it keeps what it has taken: the
    changes are one Undo."""
    from ftcore.dataset import reimport

    _wait_for_earlier(db, task)
    wanted = task.payload
    done = reimport.take(
        db,
        wanted["project_id"],
        file_of(workspace, wanted),
        mapping_of(wanted),
        wanted["name"],
        reimport.Choice(**wanted["choice"]),
        who=wanted.get("who", ""),
        task_id=task.id,
        test_rows=wanted.get("test_rows"),
        progress=watch.progress,
    )
    return {name: getattr(done, name) for name in ("new", "changed", "trashed", "import_id")}


def take_import_back(db: Database, workspace: Workspace, task: Task, watch: Watch) -> dict[str, Any]:
    """payload: import_id. Takes back what an import that was never finished has brought."""
    with db.read() as c:
        begun = [one for one in imports.of_project(c, task.project_id or 0) if one.id == task.payload["import_id"]]
    rows = sum(take_back(db, one.id) for one in begun if one.state == imports.READING)
    return {"rows": rows}


def file_of(workspace: Workspace, payload: dict[str, Any]) -> Path:
    """Where the file of a task lies. Raises SourceError for an inbox file that has gone."""
    if payload.get("inbox"):
        return inbox.place_of(workspace.folder("inbox"), str(payload["inbox"]))
    return workspace.folder("uploads") / Path(str(payload["file"])).name


def mapping_of(payload: dict[str, Any]) -> Mapping | None:
    return Mapping(**payload["mapping"]) if payload.get("mapping") else None


def _wait_for_earlier(db: Database, task: Task) -> None:
    """Files of one project come one after the other: each is divided in the light of those before it."""
    from ftcore.worker.handlers import Postponed

    with db.read() as c:
        open_ = [other for kind in KINDS for other in tasks.open_tasks(c, task.project_id or 0, kind)]
    if any(other.id < task.id for other in open_):
        raise Postponed(WAIT_SECONDS)


@contextmanager
def _taking_back(db: Database, task: Task) -> Iterator[None]:
    """When the user stops an import, what had come is taken back before the task ends."""
    try:
        yield
    except Cancelled:
        with db.read() as c:
            begun = imports.of_task(c, task.id)
        if begun is not None and begun.state == imports.READING:
            take_back(db, begun.id)
        raise


HANDLERS = {
    "import": import_file,
    "compare": compare_file,
    "reimport": reimport_file,
    "take_back": take_import_back,
    "check": check_again,
}
