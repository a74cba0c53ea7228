"""Plain text, Markdown and tables as text: in whatever encoding they came."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from ftcore.dataset.sources.delimiter import sniff
from ftcore.dataset.sources.encoding import detect_encoding

HEAD = 1 << 16
FIELD = 1_000_000
"""Characters of a cell; the module's own limit is 131,072, which a long answer may exceed."""


def read_text(content: bytes) -> tuple[str, list[str]]:
    """(text, notes). Raises ValueError, whose text ends the sentence "The file ...", when it is no text."""
    encoding, certain = _encoding(content)
    if not encoding:
        raise ValueError("holds no text, despite its name")
    text = content.decode(encoding, "replace").removeprefix("\ufeff")
    notes = [] if certain else [f"Its encoding was guessed ({encoding}): look whether accents and signs are right."]
    if "\ufffd" in text:
        notes.append("Some characters could not be read and were replaced.")
    return text, notes


def read_table(content: bytes) -> tuple[str, list[str]]:
    """Each row under a heading of its own, its cells as "column: value": a row is what is looked up. Raises ValueError."""
    text, notes = read_text(content)
    delimiter = sniff(text[:HEAD], whole=len(text) <= HEAD)
    csv.field_size_limit(max(csv.field_size_limit(), FIELD))
    parts, columns = [], list[str]()
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            cells = [" ".join(cell.split()) for cell in row]
            if not any(cells):
                continue
            if not columns:
                columns = [cell.lstrip("#").strip() for cell in cells]
                continue
            parts.append("\n".join([f"# Row {number}", "", *_lines(columns, cells)]))
    except csv.Error as error:
        raise ValueError(f"is no table that can be read ({error})") from error
    if not parts:
        raise ValueError("has no row below its column names")
    return "\n\n".join(parts), notes


def _lines(columns: list[str], cells: list[str]) -> list[str]:
    named = [columns[at] if at < len(columns) else "" for at in range(len(cells))]
    return [f"{name or 'also'}: {cell}" for name, cell in zip(named, cells, strict=True) if cell]


def _encoding(content: bytes) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document"
        path.write_bytes(content)
        return detect_encoding(path)
