"""Folders for what does not fit into memory: beside the database, and gone when the work is done."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ftcore.store.database import Database

LEFT_BEHIND = 2 * 24 * 3600
"""Seconds after which a folder belongs to nobody: a killed process could not take it away."""


@contextmanager
def scratch(db: Database) -> Iterator[Path]:
    folder = db.path.parent / "scratch"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > LEFT_BEHIND:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as path:
        yield Path(path)
