"""What the workspace takes on the disk, and leftovers that can go: nothing that cannot be made or imported again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ftcore.handover.erase import take_away
from ftcore.store import erasing
from ftcore.store.database import Database
from ftcore.workspace import Workspace

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Leftovers:
    files: int = 0
    bytes: int = 0


def leftovers(db: Database, workspace: Workspace, *, older: float = DAY_SECONDS) -> list[Path]:
    """Uploads that no open task reads, files that were exported or handed over, and half-written ones: all older than a day."""
    with db.read() as c:
        wanted = erasing.wanted_uploads(c)
    until = time.time() - older
    uploads = [path for path in _entries(workspace.root / "uploads") if path.name not in wanted]
    return [path for path in (*uploads, *_entries(workspace.root / "exports")) if _newest(path) < until]


def remove_leftovers(db: Database, workspace: Workspace, *, older: float = DAY_SECONDS) -> Leftovers:
    """Removes them; gives how many there were and how much they took."""
    found = leftovers(db, workspace, older=older)
    size = sum(size_of(path) for path in found)
    for path in found:
        take_away(path)
    return Leftovers(len(found), size)


def size_of(path: Path) -> int:
    """Bytes of a file or of everything in a folder."""
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file() and not one.is_symlink()]
    return sum(one.stat().st_size for one in files)


def told(size: int) -> str:
    """Bytes as people read them."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size} bytes"


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _newest(path: Path) -> float:
    """When anything in it was last written."""
    return max((one.lstat().st_mtime for one in (path, *(path.rglob("*") if path.is_dir() else ()))), default=0.0)
