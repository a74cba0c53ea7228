"""Takes a project out of the database for good: in portions, overwritten, and out of the full-text index and the log too."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update

from ftcore.records import JobState
from ftcore.store.database import Database
from ftcore.store.jobs import OPEN
from ftcore.store.schema import (
    calls,
    changes,
    edits,
    examples,
    imports,
    jobs,
    models,
    now,
    projects,
    rejected_rows,
    runs,
    snapshot_rows,
    snapshots,
    tasks,
    uploads,
)

PORTION = 2_000
MERGED_PAGES = 500
"""Pages of the full-text index that are merged in one transaction: others can write between two."""
LARGEST_COMPACTED = 2 << 30
"""Bytes. Rewriting a larger database would keep everybody waiting for longer than they wait."""


@contextmanager
def overwriting(db: Database) -> Iterator[Connection]:
    """A write in which what is deleted is overwritten with zeros, and not only marked as free."""
    with db.write() as c:
        c.exec_driver_sql("PRAGMA secure_delete=ON")
        try:
            yield c
        finally:
            c.exec_driver_sql("PRAGMA secure_delete=OFF")


def count(c: Connection, project_id: int) -> dict[str, int]:
    """How much there is of a project."""
    tables: dict[str, Table] = {"examples": examples, "snapshots": snapshots, "runs": runs, "jobs": jobs}
    found = {
        name: c.execute(select(func.count()).select_from(table).where(table.c.project_id == project_id)).scalar_one()
        for name, table in tables.items()
    }
    mine = select(runs.c.id).where(runs.c.project_id == project_id)
    found["calls"] = c.execute(select(func.count()).select_from(calls).where(calls.c.run_id.in_(mine))).scalar_one()
    return found


def stop_everything(c: Connection, project_id: int) -> None:
    """Nothing of the project is begun any more: its tasks go, its jobs end (what their server holds is erased there)."""
    c.execute(delete(tasks).where(tasks.c.project_id == project_id))
    mine = (jobs.c.project_id == project_id, jobs.c.state.in_(OPEN))
    c.execute(update(jobs).where(*mine).values(state=JobState.CANCELLED, cancel_requested=True, finished_at=now()))


def traces(c: Connection, project_id: int) -> list[dict[str, Any]]:
    """What servers hold of the project, a record an endpoint: ids of jobs (with our own key for them), files and models. What was
    there before us, and only brought in, is not ours to delete."""
    found: dict[int, dict[str, Any]] = {}

    def at(endpoint_id: int) -> dict[str, Any]:
        return found.setdefault(endpoint_id, {"endpoint": endpoint_id, "jobs": [], "files": [], "models": []})

    ours = select(jobs).where(jobs.c.project_id == project_id, jobs.c.origin != "found").order_by(jobs.c.id)
    for row in c.execute(ours).mappings():
        one = at(row["endpoint_id"])
        one["jobs"].append({"id": row["remote_id"], "key": row["key"]})
        one["files"] += [id_ for id_ in (row["training_file_id"], row["validation_file_id"]) if id_]
        one["models"] += [row["fine_tuned_model"]] if row["fine_tuned_model"] else []
    sent = select(uploads.c.endpoint_id, uploads.c.remote_id).join(snapshots, uploads.c.snapshot_id == snapshots.c.id)
    for endpoint_id, remote_id in c.execute(
        sent.where(snapshots.c.project_id == project_id, uploads.c.removed_at.is_(None)).order_by(uploads.c.id)
    ):
        one = at(endpoint_id)
        one["files"] += [remote_id] if remote_id not in one["files"] else []
    return list(found.values())


def stored_files(c: Connection, project_id: int) -> dict[str, list[str]]:
    """Names of the project's files in the workspace that nothing but the database knows: uploads, and exports by hash."""
    payloads = c.execute(select(tasks.c.payload).where(tasks.c.project_id == project_id)).scalars()
    uploads = [str(one["file"]) for one in payloads if isinstance(one, dict) and one.get("file")]
    digests = c.execute(select(snapshots.c.digest).where(snapshots.c.project_id == project_id)).scalars()
    return {"uploads": sorted(set(uploads)), "digests": [digest[:16] for digest in digests]}


def wanted_uploads(c: Connection) -> set[str]:
    """Names of uploads that a task which has not ended still reads."""
    payloads = c.execute(select(tasks.c.payload).where(tasks.c.state.in_(("queued", "running")))).scalars()
    return {str(one["file"]) for one in payloads if isinstance(one, dict) and one.get("file")}


def forget_portion(c: Connection, project_id: int) -> int:
    """Deletes a few thousand rows of the project; 0 when there are none left but the project's own few."""
    in_project: dict[Table, Any] = {
        snapshot_rows: snapshot_rows.c.snapshot_id.in_(
            select(snapshots.c.id).where(snapshots.c.project_id == project_id)
        ),
        calls: calls.c.run_id.in_(select(runs.c.id).where(runs.c.project_id == project_id)),
        rejected_rows: rejected_rows.c.import_id.in_(select(imports.c.id).where(imports.c.project_id == project_id)),
        edits: edits.c.change_id.in_(select(changes.c.id).where(changes.c.project_id == project_id)),
        examples: examples.c.project_id == project_id,
    }
    for table, mine in in_project.items():
        some = select(table.c.id).where(mine).limit(PORTION)
        if gone := c.execute(delete(table).where(table.c.id.in_(some))).rowcount:
            return gone
    return 0


def forget_project(c: Connection, project_id: int) -> None:
    """The project itself, with everything that hangs on it."""
    mine = select(jobs.c.id).where(jobs.c.project_id == project_id)
    c.execute(delete(models).where(models.c.job_id.in_(mine)))
    c.execute(delete(projects).where(projects.c.id == project_id))


def merge_words(db: Database) -> None:
    """Deleted texts stand in the full-text index until its parts are merged: merges them all, in small steps."""
    work = -MERGED_PAGES  # the first step says that everything is to become one part
    while True:
        with overwriting(db) as c:
            raw: Any = c.connection.driver_connection
            before = raw.total_changes
            c.exec_driver_sql("INSERT INTO examples_fts (examples_fts, rank) VALUES ('merge', ?)", (work,))
            if raw.total_changes - before < 2:
                return
        work = MERGED_PAGES


def compact(db: Database) -> bool:
    """Writes the database anew, which leaves behind what earlier edits left in its free corners, and empties the write-ahead
    log. False when the database is too large, or the disk too full, for the first; the log could not be emptied while
    somebody reads: sqlite3.OperationalError then."""
    with closing(sqlite3.connect(db.path, timeout=60, isolation_level=None)) as connection:
        size = db.path.stat().st_size
        anew = size < LARGEST_COMPACTED and shutil.disk_usage(db.path.parent).free > 2 * size
        if anew:
            connection.execute("VACUUM")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("the write-ahead log is being read")
        return anew


def copies_with(database: Path, project_id: int) -> list[Path]:
    """Copies of the database that an update made beforehand and that hold the project."""
    return [path for path in sorted(database.parent.glob(f"{database.name}.before-*")) if _holds(path, project_id)]


def _holds(path: Path, project_id: int) -> bool:
    """A copy that cannot be read may hold it."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM projects WHERE id = ?", (project_id,)).fetchone() is not None
    except sqlite3.DatabaseError:
        return True
