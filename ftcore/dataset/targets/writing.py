"""A file that is whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


class ExportError(ValueError):
    """A training file that was not written: what happened, in which row, and that the old file is still there."""


@contextmanager
def whole_or_absent(path: Path) -> Iterator[tuple[TextIO, Path]]:
    """(open file, its temporary path beside `path`). It takes the place of `path` at the end of the block, in one step and
    on the disk for good; after an error the old file is as it was. Raises `ExportError` when the disk refuses."""
    waiting: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".export-", suffix=".part", dir=path.parent)
        waiting = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file, waiting
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, path)
        _sync_folder(path.parent)
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise ExportError(
            f"{path.name} could not be written ({why.lower()}). What was there before is untouched."
        ) from error
    finally:
        if waiting is not None:
            with suppress(FileNotFoundError):
                waiting.unlink()


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may forget the new name. Windows has no such call.
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
