"""Small things of a fixed size, one a row: kept in files, so that a million rows need no memory, or in memory for a list."""

from __future__ import annotations

import os
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

ENDING = ".column"


class Columns:
    """Named arrays of one dimension that grow at their end. With a folder they are files there, plain values one after the
    other; what an earlier, killed process left behind under these names is deleted first. OSError when the disk is full.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._kinds: dict[str, np.dtype[Any]] = {}
        self._parts: dict[str, list[Array]] = {}
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"*{ENDING}"):
                left.unlink()

    def append(self, name: str, values: Array) -> None:
        """Adds values of the kind (dtype) that the column's first ones had."""
        import numpy as np

        values = np.ascontiguousarray(values, dtype=self._kinds.setdefault(name, values.dtype))
        if self._folder is None:
            self._parts.setdefault(name, []).append(values)
            return
        with self._path(name).open("ab") as file:
            file.write(values.data)

    def read(self, name: str) -> Array:
        """All values of a column, to be read only; empty when nothing was added. From a file they come as they are touched."""
        import numpy as np

        if name not in self._kinds:
            return np.empty(0, dtype=np.int64)
        if self._folder is not None:
            with self._path(name).open("rb") as file:
                if not os.fstat(file.fileno()).st_size:
                    return np.empty(0, self._kinds[name])
                # What `np.memmap` does, without a subclass that makes each small step on the values slower.
                return np.frombuffer(mmap(file.fileno(), 0, access=ACCESS_READ), dtype=self._kinds[name])
        parts = self._parts[name]
        if len(parts) > 1:
            self._parts[name] = parts = [np.concatenate(parts)]
        return parts[0]

    def delete(self, name: str) -> None:
        """Forgets a column; one that is not there is no error."""
        self._kinds.pop(name, None)
        self._parts.pop(name, None)
        if self._folder is not None:
            self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{name}{ENDING}"
