"""A file, or a folder of files, that is whole or not there."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TextIO

from ftcore.dataset.targets.exchange import exchange

PART = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)\.[^.]+\.part")
OLD = ".old"


class ExportError(ValueError):
    """A training file that was not written: what happened, in which row, and that the old file is still there."""


@contextmanager
def whole_or_absent(path: Path) -> Iterator[tuple[TextIO, Path]]:
    """(open text file, its temporary path beside `path`). It takes the place of `path` at the end of the block, in one step
    and on the disk for good; after an error the old file is as it was. Raises `ExportError` when the disk refuses."""
    with _replacing(path, mode="w", encoding="utf-8", newline="\n") as pair:
        yield pair


@contextmanager
def whole_bytes_or_absent(path: Path) -> Iterator[IO[bytes]]:
    """`whole_or_absent` for a file of bytes."""
    with _replacing(path, mode="wb") as (file, _):
        yield file


@contextmanager
def whole_folder(path: Path, is_ours: Callable[[str], bool]) -> Iterator[Path]:
    """An empty folder beside `path`. It takes the place of `path` at the end of the block, in one step, when every file in it
    is on the disk; after an error, or a killed process, the old folder is as it was.

    Raises `ExportError` when the disk refuses, and when `path` holds files that `is_ours` does not know by their name:
    nobody's other files are taken away.
    """
    waiting: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        recover(path)
        _refuse_foreign(path, is_ours)
        waiting = Path(tempfile.mkdtemp(prefix=f".{path.name}.{os.getpid()}.", suffix=".part", dir=path.parent))
        yield waiting
        for file in waiting.iterdir():
            _sync_file(file)
        _sync_folder(waiting)
        waiting.chmod(0o755)  # what mkdtemp makes is for its owner only
        _put_in_place(waiting, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        if waiting is not None:
            shutil.rmtree(waiting, ignore_errors=True)


def recover(path: Path) -> None:
    """Puts back the old folder where a process was killed half-way through the two steps of an exchange, and clears away what
    killed processes left beside `path`."""
    import psutil

    old = path.with_name(f".{path.name}{OLD}")
    if old.is_dir():
        if path.exists():
            shutil.rmtree(old)
        else:
            old.rename(path)
    for left in path.parent.glob(f".{path.name}.*.part"):
        found = PART.fullmatch(left.name)
        if found and found["name"] == path.name and not psutil.pid_exists(int(found["pid"])):
            shutil.rmtree(left, ignore_errors=True)


def _put_in_place(waiting: Path, path: Path) -> None:
    """Where the system can exchange two folders in one step, it does. Where it cannot, there are two, and a process that dies
    between them leaves the old folder under another name: `recover` puts it back."""
    if not path.exists():
        waiting.rename(path)
    elif not exchange(waiting, path):
        old = path.with_name(f".{path.name}{OLD}")
        path.rename(old)
        waiting.rename(path)
        shutil.rmtree(old)


def _refuse_foreign(path: Path, is_ours: Callable[[str], bool]) -> None:
    if path.exists() and not path.is_dir():
        raise ExportError(f"{path.name} is a file; a folder was wanted. Nothing was exported. Choose another name.")
    foreign = sorted(entry.name for entry in path.iterdir() if not is_ours(entry.name)) if path.is_dir() else []
    if foreign:
        raise ExportError(
            f'The folder {path.name} holds other files ("{foreign[0][:60]}"). Nothing was exported, nothing was touched. '
            "Choose an empty folder."
        )


@contextmanager
def _replacing(path: Path, **how: Any) -> Iterator[tuple[Any, Path]]:
    waiting: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".export-", suffix=".part", dir=path.parent)
        waiting = Path(name)
        with os.fdopen(handle, **how) as file:
            yield file, waiting
            file.flush()
            os.fsync(file.fileno())
        os.replace(waiting, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        if waiting is not None:
            with suppress(FileNotFoundError):
                waiting.unlink()


def _refused(path: Path, error: OSError) -> ExportError:
    why = (error.strerror or "unknown reason").lower()
    return ExportError(f"{path.name} could not be written ({why}). What was there before is untouched.")


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # Without this a power cut may forget the new name. Windows has no such call.
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
