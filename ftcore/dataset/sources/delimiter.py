"""Which character separates the columns of a text table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from ftcore.dataset.shapes import people_table

CANDIDATES = (",", "\t", ";", "|")
NAMES = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
EXCEL_HINT = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
ROWS = 200


def sniff(head: str, *, whole: bool, suffix: str = "") -> str:
    """The separator under which most rows have as many fields as the first; a comma when there is one column only.

    `whole` says that `head` is the file to its end; otherwise its last row may be cut and is left out.
    """
    hint = EXCEL_HINT.match(head)
    if hint:
        return hint.group(1)
    first = ("\t",) if suffix in (".tsv", ".tab") else ()
    candidates = first + tuple(c for c in CANDIDATES if c not in first)
    best = max(candidates, key=lambda candidate: _score(head, candidate, whole))
    return best if _score(head, best, whole)[0] > 0 else ","


def own_header(head: str, delimiter: str = ",") -> bool:
    """True when the text begins with the column names of the table that this app writes: then nothing about it is a guess."""
    first = re.split(r"[\r\n]", head.removeprefix("\ufeff"), maxsplit=1)[0]
    return len(first) < 1000 and people_table.is_ours(next(csv.reader([first], delimiter=delimiter), ()))


def _score(head: str, delimiter: str, whole: bool) -> tuple[float, float, int]:
    rows = list(_rows(head, delimiter))[: ROWS + 1]
    if not whole and len(rows) <= ROWS:
        rows = rows[:-1]
    rows = [row for row in rows if row]
    if not rows or len(rows[0]) < 2:
        return (0.0, 0.0, 0)
    width = len(rows[0])
    agree = sum(len(row) == width for row in rows[1:]) / max(1, len(rows) - 1)
    # Short column names are more likely than a sentence cut at its commas.
    named = sum(0 < len(cell.strip()) <= 40 for cell in rows[0]) / width
    return (round(max(agree, 0.01), 2), named, width)


def _rows(head: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        for _ in range(ROWS + 1):
            yield next(reader)
    except (csv.Error, StopIteration):
        return
