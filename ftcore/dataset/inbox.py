"""The inbox: a folder of the workspace for files that are too large for a browser. Names never lead out of it."""

from __future__ import annotations

import stat
import time
from dataclasses import dataclass
from pathlib import Path

from ftcore.dataset.raw import SourceError

MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file in the inbox. `size` in bytes, `age` in seconds since it was last written; `stamp` changes with its content."""

    name: str
    size: int
    age: float
    stamp: str


def waiting(folder: Path) -> list[Waiting]:
    """The files that lie there, the newest first, at most 100. Links, folders and hidden files are passed over."""
    found = []
    for path in folder.iterdir():
        if path.name.startswith(".") or not path.name.isprintable():
            continue
        seen = path.lstat()
        if stat.S_ISREG(seen.st_mode):
            stamp = f"{seen.st_ino}-{seen.st_size}-{seen.st_mtime_ns}"
            found.append((seen.st_mtime, Waiting(path.name, seen.st_size, time.time() - seen.st_mtime, stamp)))
    return [one for _, one in sorted(found, key=lambda pair: (-pair[0], pair[1].name))[:MOST]]


def place_of(folder: Path, name: str) -> Path:
    """The file of this name. Raises SourceError when it is not, or not any more, a plain file of the folder itself."""
    path = folder / name
    if Path(name).name != name or name.startswith(".") or not path.is_file() or path.is_symlink():
        raise SourceError(f"There is no file {Path(name).name!r} in the inbox. Nothing was imported. Look again.")
    return path
