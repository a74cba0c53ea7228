"""How far a file has been read: what moves a progress bar, and nothing that belongs to the file itself."""

from __future__ import annotations

from typing import TextIO


class Place:
    """Bytes of a text file, or rows of a file that says how many it has."""

    def __init__(self) -> None:
        self._file: TextIO | None = None
        self._rows = (0, 0)

    def watch(self, file: TextIO) -> TextIO:
        self._file = file
        return file

    def told(self, rows: int, of: int) -> None:
        self._rows = (rows, of)

    def now(self, size: int) -> tuple[int, int]:
        """(done, total) of a file of `size` bytes; (0, 0) while it is not known."""
        if self._rows[1] or self._file is None:
            return self._rows
        if self._file.closed:
            return size, size
        return min(self._file.buffer.tell(), size), size
