"""Reading a zip that came from somewhere: sizes first, known names only, line by line, nothing unpacked to a path of its."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ftcore.handover.errors import HandoverError

MAX_UNPACKED = 16 << 30
"""Bytes of all parts together."""
MAX_LINE = 32 << 20


@contextmanager
def opened(path: Path, what: str, room_beside: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, after its sizes were checked against our limit and the room on the disk. Raises HandoverError."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive, path, what, room_beside)
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise HandoverError(
            f"{path.name} is not {what}, or it is damaged ({error}). Nothing was taken in. Ask for the file again."
        ) from error


def lines(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[int, bytes]]:
    """(line number, the line) of a part; nothing when it is not there. Raises HandoverError for a line that would fill the
    memory."""
    if name not in archive.namelist():
        return
    with archive.open(name) as part:
        number = 0
        while line := part.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise HandoverError(f"{name}, line {number}, is longer than {MAX_LINE >> 20} MB. Nothing was taken in.")
            if line.strip():
                yield number, line


def small(archive: zipfile.ZipFile, name: str, largest: int = MAX_LINE) -> bytes:
    """A part that is read as a whole. Raises HandoverError when it is missing or too large."""
    if name not in archive.namelist():
        raise HandoverError(f"{name} is missing in it. Nothing was taken in. Ask for the file again.")
    with archive.open(name) as part:
        found = part.read(largest + 1)
    if len(found) > largest:
        raise HandoverError(f"{name} is larger than {largest >> 20} MB. Nothing was taken in.")
    return found


def _check(archive: zipfile.ZipFile, path: Path, what: str, room_beside: Path) -> None:
    names = [entry.filename for entry in archive.infolist()]
    if len(set(names)) != len(names):
        raise HandoverError(f"{path.name} holds two parts of one name. Nothing was taken in.")
    size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_UNPACKED:
        raise HandoverError(
            f"{path.name} unpacks to {size >> 20:,} MB; at most {MAX_UNPACKED >> 20:,} MB are read. Nothing was taken in."
        )
    free = shutil.disk_usage(room_beside).free
    if size * 2 > free:
        raise HandoverError(
            f"{path.name} needs about {size * 2 >> 20:,} MB, and {free >> 20:,} MB are free. Nothing was taken in."
        )
