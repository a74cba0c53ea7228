"""Erases a project everywhere: rows, journal, versions, runs, files, what servers hold. A tombstone stays.

`begin` writes down what is to be erased; from then on the project is out of sight. `finish` may be begun again after a kill at
any point: every step looks for what is still there.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ftcore.handover import remote
from ftcore.store import erasing, projects, tasks, tombstones
from ftcore.store.database import Database
from ftcore.store.tombstones import ERASED, ERASING, Tombstone
from ftcore.workspace import Workspace

Progress = Callable[[int, int, str], None]
STALE_SECONDS = 600
"""A half-written file so old belongs to a process that was killed."""


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


def begin(db: Database, project_id: int, *, who: str) -> Tombstone:
    """Sets the tombstone, takes the project out of sight, stops its tasks and queues the erasing: one transaction. A second
    call changes nothing. Raises LookupError when there is no such project."""
    with db.write() as c:
        known = tombstones.of_project(c, project_id)
        if known is not None:
            return known
        projects.get(c, project_id)
        numbers: dict[str, Any] = {
            "state": ERASING,
            **erasing.count(c, project_id),
            "remote": erasing.traces(c, project_id),
            "files": erasing.stored_files(c, project_id),
        }
        erasing.stop_everything(c, project_id)
        projects.archive(c, project_id)
        stone = tombstones.put(c, project_id, who=who, numbers=numbers)
        tasks.put(c, "erase", {"tombstone_id": stone.id}, key=f"erase:{project_id}")
        return stone


def finish(db: Database, workspace: Workspace, tombstone_id: int, *, progress: Progress = silent) -> Tombstone:
    """Does what `begin` wrote down. What a server that does not answer still holds stays listed in the tombstone (`left`):
    call again later. Raises sqlite3.OperationalError when the database is too busy to be rewritten: call again too."""
    with db.read() as c:
        stone = tombstones.get(c, tombstone_id)
    if stone.numbers["state"] == ERASING:
        _rows(db, stone, progress)
        _files(workspace, stone)
        erasing.merge_words(db)
        whole = erasing.compact(db)
        with db.write() as c:
            tombstones.note(c, stone.id, state=ERASED, files=None, rewritten=whole)
    _elsewhere(db, workspace, tombstone_id, progress)
    with db.read() as c:
        return tombstones.get(c, tombstone_id)


def _rows(db: Database, stone: Tombstone, progress: Progress) -> None:
    total, done = int(stone.numbers["examples"]), 0
    while True:
        with erasing.overwriting(db) as c:
            gone = erasing.forget_portion(c, stone.project_id)
            if not gone:
                _remember_late_files(c, stone)
                erasing.forget_project(c, stone.project_id)
                return
        done += gone
        progress(min(done, total), total, "Erasing rows")


def _remember_late_files(c: Any, stone: Tombstone) -> None:
    """A step that was under way when the erasing began may have sent a file since."""
    late = erasing.traces(c, stone.project_id)
    if late:
        tombstones.note(c, stone.id, remote=late)


def _files(workspace: Workspace, stone: Tombstone) -> None:
    id_, known = stone.project_id, stone.numbers.get("files") or {}
    found = [workspace.folder("uploads") / Path(name).name for name in known.get("uploads", ())]
    exports = workspace.folder("exports")
    for pattern in (f"project-{id_}", f"project-{id_}-*", f"project-{id_}.*", f".project-{id_}.*", f".project-{id_}-*"):
        found += exports.glob(pattern)
        found += workspace.folder("reports").glob(pattern)
    found += exports.glob("backup-*.zip")  # a backup holds every project
    found += workspace.folder("uploads").glob(f"pack-{id_}-*")
    for digest in known.get("digests", ()):
        found += exports.glob(f"{digest}-*")
    found += [workspace.root / "meaning" / name for name in (str(id_), f"project-{id_}")]
    found += [path for path in exports.glob(".export-*.part") if _stale(path)]
    found += erasing.copies_with(workspace.database, id_)
    for path in found:
        take_away(path)


def take_away(path: Path) -> None:
    """A file or a folder with everything in it; nothing when it is not there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _stale(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > STALE_SECONDS


def _elsewhere(db: Database, workspace: Workspace, tombstone_id: int, progress: Progress) -> None:
    with db.read() as c:
        left = tombstones.get(c, tombstone_id).left
    still = []
    for trace in left:
        progress(0, 0, "Erasing what servers hold")
        rest = remote.erase(db, workspace, trace)
        still += [rest] if rest else []
        with db.write() as c:  # after each server: what is gone need not be asked for again
            tombstones.note(c, tombstone_id, remote=[*still, *left[left.index(trace) + 1 :]])
