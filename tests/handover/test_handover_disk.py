"""What the workspace takes on the disk, and what can go."""

from __future__ import annotations

import os
import time

from ftcore.handover import disk
from ftcore.store import tasks
from ftcore.store.database import Database
from ftcore.workspace import Workspace


def test_every_byte_of_the_workspace_is_counted_once(db: Database, workspace: Workspace) -> None:
    for name, size in {"uploads/a.csv": 7, "exports/x/b.jsonl": 11, "trainer/jobs/j/w": 13, "inbox/c": 17}.items():
        path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    use = workspace.disk_use()
    assert (use["uploads"], use["exports"], use["trainer"], use["meaning"], use["other"]) == (7, 11, 13, 0, 17)
    assert use["database"] >= workspace.database.stat().st_size
    assert sum(use.values()) == disk.size_of(workspace.root)


def test_leftovers_are_old_files_that_nobody_waits_for(db: Database, workspace: Workspace) -> None:
    with db.write() as c:
        tasks.put(c, "import", {"file": "wanted.csv"})
    long_ago = time.time() - 2 * disk.DAY_SECONDS
    for name in (
        "uploads/old.csv",
        "uploads/wanted.csv",
        "uploads/new.csv",
        "exports/project-1/train.jsonl",
        "inbox/mine.csv",
    ):
        path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 10)
        if "new" not in name:
            os.utime(path, (long_ago, long_ago))
            os.utime(path.parent, (long_ago, long_ago))
    removed = disk.remove_leftovers(db, workspace)
    assert (removed.files, removed.bytes) == (2, 20)
    left = sorted(str(path.relative_to(workspace.root)) for path in workspace.root.rglob("*.*") if path.is_file())
    assert [name for name in left if not name.startswith("tuneworthy.db")] == [
        "inbox/mine.csv",
        "uploads/new.csv",
        "uploads/wanted.csv",
    ]


def test_sizes_are_told_as_people_read_them() -> None:
    assert [disk.told(n) for n in (0, 999, 1_500, 2_500_000, 1_200_000_000)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "2.5 MB",
        "1.2 GB",
    ]
