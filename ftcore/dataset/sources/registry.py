"""Which module reads which format. A new format is a new file and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ftcore.dataset.raw import Raw
from ftcore.dataset.sources import csv_file, json_array, jsonl, parquet, xlsx
from ftcore.dataset.sources.detection import Found

FORMATS: dict[str, Callable[[Found], Iterator[Raw]]] = {
    "csv": csv_file.read_rows,
    "jsonl": jsonl.read_rows,
    "json": json_array.read_rows,
    "xlsx": xlsx.read_rows,
    "parquet": parquet.read_rows,
}


def rows_of(found: Found) -> Iterator[Raw]:
    """The rows of a detected file, one at a time. Raises `SourceError` when it is broken as a whole."""
    return FORMATS[found.format](found)
