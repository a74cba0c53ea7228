"""Backup and restore of a whole workspace, while the app runs: the database, exports and reports. Never keys or tokens.

What is taken is listed here and nothing else is: uploads, logs, vectors (they are made again) and the trainer's own folder (its
models are bound to this computer: train again, or copy the folder `trainer`) stay where they are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ftcore import __version__
from ftcore.dataset.targets.writing import whole_bytes_or_absent
from ftcore.handover import unpacking
from ftcore.handover.errors import HandoverError
from ftcore.store import resettling
from ftcore.store.database import Database, StoreError, integrity, open_database
from ftcore.store.schema import now
from ftcore.workspace import Workspace

FORMAT = "tuneworthy-backup"
VERSION = 1
DATABASE = "tuneworthy.db"
FOLDERS = ("exports", "reports")
OURS = re.compile(r"backup-[0-9-]+\.zip")
"""What the Overview calls a backup that it makes in `exports`: no backup holds an older one."""
WHAT = "Projects, rows, versions, decisions, runs, jobs, journal, exports and reports."
NOT = "Keys and tokens, uploads, logs, trained models of this computer (the folder “trainer”)."


@dataclass(frozen=True, slots=True)
class BackedUp:
    path: Path
    bytes: int
    files: int


@dataclass(frozen=True, slots=True)
class Restored:
    """`stopped` are tasks, jobs and runs that were under way when the backup was made, and are not begun again."""

    root: Path
    projects: int
    stopped: dict[str, int] = field(default_factory=dict)


def backup(workspace: Workspace, path: Path) -> BackedUp:
    """Writes the backup to `path`, whole or not at all. The database is copied as it is at one moment, whoever writes
    meanwhile. Raises ExportError when the disk refuses."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=workspace.root) as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(workspace.database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)  # in one step: it would begin anew with every write of another process
        files = [(DATABASE, copy), *_files(workspace)]
        with whole_bytes_or_absent(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            parts = {name: _put(archive, name, one) for name, one in files}
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "made_by": f"Tuneworthy {__version__}",
                "made_at": now().isoformat(timespec="seconds"),
                "holds": WHAT,
                "does_not_hold": NOT,
                "sha256": parts,
            }
            archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    return BackedUp(path, path.stat().st_size, len(files))


def restore(path: Path, root: Path) -> Restored:
    """Makes a workspace of a backup at `root`, which must not be there or be empty: complete, or not at all.

    What was under way is not begun again, since the original may still be at work. Raises HandoverError.
    """
    root = root.expanduser().absolute()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise HandoverError(f"{root} is not empty. Nothing was changed. Name a folder that is not there yet.")
    root.parent.mkdir(parents=True, exist_ok=True)
    waiting = Path(tempfile.mkdtemp(prefix=f".{root.name}.", suffix=".restore", dir=root.parent))
    try:
        with unpacking.opened(path, "a backup", root.parent) as archive:
            _unpack(archive, path.name, waiting)
        found = _settle(waiting / DATABASE, root)
        if root.exists():
            root.rmdir()
        os.rename(waiting, root)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return found


def _files(workspace: Workspace) -> list[tuple[str, Path]]:
    """(name in the archive, file), without what is hidden or half-written, and never through a link out of the workspace."""
    return [
        (path.relative_to(workspace.root).as_posix(), path)
        for folder in FOLDERS
        for path in sorted((workspace.root / folder).rglob("*"))
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".") and not OURS.fullmatch(path.name)
    ]


def _put(archive: zipfile.ZipFile, name: str, path: Path) -> str:
    archive.write(path, name)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path) -> None:
    parts = _manifest(archive, name)
    if DATABASE not in parts:
        raise HandoverError(f"{name} holds no database. Nothing was restored.")
    for part, wanted in parts.items():
        target = folder / _safe(part, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if part not in archive.namelist():
            raise HandoverError(f"{name} is not complete: {part} is missing. Nothing was restored.")
        with archive.open(part) as source, target.open("xb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
            sink.flush()
            os.fsync(sink.fileno())
        with target.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != wanted:
                raise HandoverError(f"{name} is damaged: {part} is not what was put in. Nothing was restored.")


def _safe(part: str, name: str) -> PurePosixPath:
    """A name that leads into the folder and nowhere else."""
    path = PurePosixPath(part)
    inside = part == DATABASE or (len(path.parts) > 1 and path.parts[0] in FOLDERS)
    if not inside or path.is_absolute() or ".." in path.parts or "\\" in part or ":" in part:
        raise HandoverError(f"{name} wants to write a file where none belongs ({part[:60]}). Nothing was restored.")
    return path


def _manifest(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    try:
        found: Any = json.loads(unpacking.small(archive, "manifest.json"))
    except (ValueError, RecursionError) as error:
        raise HandoverError(f"The manifest of {name} cannot be read. Nothing was restored.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("sha256"), dict):
        raise HandoverError(f"{name} is not a backup of Tuneworthy. Nothing was restored.")
    if not isinstance(found.get("version"), int) or found["version"] > VERSION:
        raise HandoverError(f"{name} was made by a newer version. Nothing was restored. Update Tuneworthy first.")
    return {str(part): str(digest) for part, digest in found["sha256"].items()}


def _settle(path: Path, root: Path) -> Restored:
    from ftcore.store import projects

    db: Database | None = None
    try:
        db = open_database(path)
        with db.write() as c:
            if (said := integrity(c)) != "ok":
                raise HandoverError(f"The database in it is damaged ({said}). Nothing was restored.")
            stopped = resettling.settle(c)
            return Restored(root, len(projects.every(c)) + len(projects.archived(c)), stopped)
    except StoreError as error:
        raise HandoverError(f"{error} Nothing was restored.") from error
    finally:
        if db is not None:
            db.close()
