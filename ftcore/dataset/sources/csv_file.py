"""Text tables: CSV and TSV with quoted line breaks, and rows that have gone wrong."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import Any, TextIO

from ftcore.chat.cleaning import is_broken
from ftcore.dataset.formulas import unescape
from ftcore.dataset.raw import Raw, SourceError
from ftcore.dataset.sources.delimiter import EXCEL_HINT, own_header
from ftcore.dataset.sources.detection import Found

# The module's own limit of 131,072 characters would stop the whole file at one long cell.
FIELD_LIMIT = 10_000_000
csv.field_size_limit(FIELD_LIMIT)
NO_QUOTE_END = 'A quote (") opens on this line and is never closed properly.'


def read_rows(found: Found) -> Iterator[Raw]:
    """Rows with their *physical* line: cells hold line breaks, so a counter of rows would point elsewhere."""
    escape = _escape(found)
    with found.open_text("") as file:
        lines = Lines(file)
        if EXCEL_HINT.fullmatch(lines.peek()):
            next(lines)
        records = _records(lines, found.delimiter, escape)
        columns = _columns(next(records, None))
        for line, fields, text, reason in records:
            yield _raw(line, fields, text, reason, columns)


class Lines:
    """The file's lines, counted, some of them given back to be read again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._file.readline()
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line

    def peek(self) -> str:
        if not self._again:
            self._again.append(self._file.readline())
        return self._again[0]

    def give_back(self, count: int) -> None:
        """The last `count` lines will come again."""
        self._again.extendleft(reversed(self.taken[-count:]))
        del self.taken[-count:]
        self.number -= count


def _records(lines: Lines, delimiter: str, escape: str | None) -> Iterator[tuple[int, list[str] | None, str, str]]:
    """(line, fields, text, reason): fields are None when the record cannot be read.

    Strict first. Where that fails after several lines, a quote was left open and has swallowed rows: only its own line is
    given up, the others are read again.
    """
    options: dict[str, Any] = {"delimiter": delimiter, "escapechar": escape, "doublequote": escape is None}
    reader = csv.reader(lines, strict=True, **options)
    while True:
        lines.taken.clear()
        start = lines.number + 1
        fields: list[str] | None = None
        reason = ""
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if len(lines.taken) > 1:
                lines.give_back(len(lines.taken) - 1)
                reason = NO_QUOTE_END
            else:
                fields, reason = _forgiving(lines.taken[0], options, str(error))
        if fields or reason:
            yield start, fields, "".join(lines.taken), reason


def _forgiving(line: str, options: dict[str, Any], error: str) -> tuple[list[str] | None, str]:
    """One line that is not quite CSV, such as a quote followed by a space."""
    if "field larger" in error:
        return None, f"A cell holds more than {FIELD_LIMIT:,} characters; at most 1,000,000 are read."
    if "unexpected end of data" in error:
        return None, NO_QUOTE_END
    try:
        return next(csv.reader([line], **options), None), ""
    except csv.Error as again:
        return None, f"The line is no row of a table: {again}."


def _escape(found: Found) -> str | None:
    """A backslash, when the file writes quotes as \\" and never as two."""
    with found.open_text("") as file:
        head = file.read(1 << 16)
    if own_header(head, found.delimiter):
        return None
    return "\\" if '\\"' in head and '""' not in head.replace('\\"', "") else None


def _columns(header: tuple[int, list[str] | None, str, str] | None) -> list[str]:
    if header is None or header[1] is None:
        reason = header[3] if header else "the file holds no row"
        raise SourceError(f"The column names (line 1) cannot be read: {reason} Nothing was imported.")
    return column_names(header[1])


def column_names(cells: list[str]) -> list[str]:
    """Names that are there and differ: nameless columns become "column 3", doubles "text (2)", empty ends are cut off."""
    names = [cell.removeprefix("\ufeff").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    result: list[str] = []
    for at, name in enumerate(names, 1):
        name = name or f"column {at}"
        copies, wanted = 1, name
        while name in result:
            copies += 1
            name = f"{wanted} ({copies})"
        result.append(name)
    return result


def _raw(line: int, fields: list[str] | None, text: str, reason: str, columns: list[str]) -> Raw:
    text = text.rstrip("\r\n")
    if fields is None:
        return Raw(line, None, text, reason)
    while len(fields) > len(columns) and not fields[-1].strip():
        fields.pop()
    if len(fields) != len(columns):
        return Raw(line, None, text, ragged(fields, columns))
    if is_broken(text):
        return Raw(line, None, text.encode(errors="replace").decode(), "The row holds bytes that are no UTF-8 text.")
    return Raw(line, {name: unescape(field) for name, field in zip(columns, fields, strict=True)}, text)


def ragged(fields: list[str], columns: list[str]) -> str:
    """Says what was found and wanted, and which are too many or missing."""
    found = f"found {len(fields):,} field{'s' if len(fields) != 1 else ''}, wanted {len(columns):,}"
    if len(fields) > len(columns):
        extra = ", ".join(repr(field[:40]) for field in fields[len(columns) :][:3])
        return f"The row does not fit the columns: {found}, too many: {extra}."
    missing = ", ".join(repr(name[:40]) for name in columns[len(fields) :][:3])
    return f"The row does not fit the columns: {found}, missing: {missing}."
