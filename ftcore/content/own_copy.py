"""A workspace's own copy of a shipped file stands for it; one that can't be used is told, and the shipped file stands in."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from ftcore.app_files import data_dir

T = TypeVar("T")


def standing(root: Path, name: str, load: Callable[[Path], T], refused: type[Exception]) -> tuple[T, str]:
    """What the file `name` says in the workspace `root`, and a sentence about a copy that can't be used ("" if all is well).

    A file is read again when its time or size changes, so that an edit shows without a restart. `load` raises `refused` for a
    file that it can't use; raised from here only when the shipped file is such a one.
    """
    own = root / name
    said = ""
    if os.path.lexists(own):
        found, error = _at(load, own, refused)
        if error is None:
            return found, ""
        said = (
            f"Your copy {own} cannot be used, so the file that came with Tuneworthy stands in for it. {_ended(str(error))} "
            "Your copy stays as it is; once that is mended it holds again."
        )
    found, error = _at(load, data_dir() / name, refused)
    if error is not None:
        raise error
    return found, said


def copy_to_edit(root: Path, name: str) -> Path:
    """Puts a copy of the shipped file `name` into the workspace `root`; one that is there stays as it is. From then on it stands
    for the shipped file, which newer versions of the app no longer change for you."""
    shipped = (data_dir() / name).read_bytes()
    path = root / name
    try:
        with path.open("xb") as made:
            made.write(shipped)
    except FileExistsError:
        pass
    return path


def _at(load: Callable[[Path], T], path: Path, refused: type[Exception]) -> tuple[T, Exception | None]:
    try:
        state = path.stat()
        key = (state.st_mtime_ns, state.st_size)
    except OSError:
        key = (0, -1)  # a link to nowhere: `load` says so
    found: tuple[T, Exception | None] = _read(load, path, refused, key)  # type: ignore[arg-type]  # a class is hashable
    return found


@lru_cache(maxsize=32)
def _read(load: Callable[[Path], Any], path: Path, refused: type[Exception], _state: tuple[int, int]) -> Any:
    """What `load` gave or raised, so that a broken file is not read again at every drawing of a page."""
    try:
        return load(path), None
    except refused as error:
        return None, error


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
