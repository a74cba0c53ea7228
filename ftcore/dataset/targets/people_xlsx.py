"""An Excel workbook for people: one sheet, importing it again changes nothing."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftcore.dataset.shapes.people_table import COLUMNS, INVISIBLE, visible
from ftcore.dataset.targets.losses import Tally, losses_of
from ftcore.dataset.targets.people import line_of
from ftcore.dataset.targets.row import ExportRow, Kind, Line, Loss
from ftcore.dataset.targets.target import Written
from ftcore.dataset.targets.writing import ExportError

# Excel's own limits: support.microsoft.com, "Excel specifications and limits".
MAX_ROWS = 1_048_576 - 1
MAX_CELL = 32_767
TOO_LONG = f"A text of it is longer than the {MAX_CELL:,} characters that a cell of Excel holds. Use CSV for it."
TOO_MANY = "A sheet of Excel holds {limit:,} rows, and there are more. Nothing was exported. Use CSV."
NOT_SHOWN = "Control characters are not shown in the sheet; importing it here again brings them back."
NOT_KEPT = "Control characters in its key, tags, group, note or source are not kept."
TOO_LARGE = (
    "The workbook unpacks to {size:,} MB, more than the {limit} MB that are read here: use CSV to import it again."
)
WIDTHS = {"instructions": 30, "prompt": 60, "response": 60, "tags": 20, "note": 30, "source": 20}
ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
ERRORS = re.compile(r"#(NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A)")


@dataclass(frozen=True, slots=True)
class ExcelTable:
    name: str = "xlsx"
    label: str = "Excel, for people"
    kind: Kind = Kind.PEOPLE
    help: str = "A workbook for reading and changing. Import it again: only your changes are new."

    def losses(self, rows: Iterable[ExportRow]) -> Iterator[Loss]:
        for row in rows:
            yield from losses_of(row.id, _line(row))

    def write(self, rows: Iterable[ExportRow], folder: Path, stem: str, tally: Tally) -> Written:
        path = folder / f"{stem}.xlsx"
        written = self._write(rows, path, tally)
        return Written({path.name: written}, _read_back(path, written))

    def _write(self, rows: Iterable[ExportRow], path: Path, tally: Tally) -> int:
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        sheet: Any = book.create_sheet("Examples")
        sheet.freeze_panes = "A2"
        for at, column in enumerate(COLUMNS):
            sheet.column_dimensions[chr(ord("A") + at)].width = WIDTHS.get(column, 12)
        sheet.column_dimensions[chr(ord("A") + COLUMNS.index("conversation"))].hidden = True
        sheet.append(COLUMNS)
        written = 0
        try:
            for row in rows:
                line = _line(row)
                for loss in losses_of(row.id, line):
                    tally.add(loss)
                if line.left_out:
                    continue
                written += 1
                if written > MAX_ROWS:
                    raise ExportError(TOO_MANY.format(limit=MAX_ROWS))
                _append(sheet, [_cell(sheet, value) for value in line.value])
            _save(book, path)
        finally:
            _discard(sheet)
        return written


def _append(sheet: Any, cells: list[Any]) -> None:
    try:
        sheet.append(cells)
    except Exception as error:
        raise _refused(error) from error


def _save(book: Any, path: Path) -> None:
    try:
        with path.open("xb") as file:
            book.save(file)
    except Exception as error:
        raise _refused(error) from error


def _refused(error: Exception) -> ExportError:
    # What a full disk makes openpyxl raise depends on the XML library under it; all of it means the same here.
    why = str(error) or type(error).__name__
    return ExportError(f"The workbook could not be written ({why}). Nothing was exported. Is the disk full?")


def _discard(sheet: Any) -> None:
    """Nothing stays open, and no temporary file behind, where the book was not saved: openpyxl would keep it until the process
    ends."""
    if sheet._writer is None:
        return
    try:
        if not sheet.closed:
            sheet.close()
    except Exception as error:
        raise _refused(error) from error
    finally:
        Path(sheet._writer.out).unlink(missing_ok=True)


def _line(row: ExportRow) -> Line:
    line = line_of(row, shown=visible)
    if any(isinstance(cell, str) and _too_long(cell) for cell in line.value):
        return Line(left_out=TOO_LONG)
    changed = list(line.changed)
    if any(INVISIBLE.search(text) for text in (row.training.system, row.training.prompt, row.training.response)):
        changed.append(NOT_SHOWN)
    if any(INVISIBLE.search(text) for text in (row.key, *row.tags, row.grouping, row.note, row.source)):
        changed.append(NOT_KEPT)
    return Line(line.value, tuple(changed))


def _too_long(text: str) -> bool:
    """Excel counts UTF-16 units: an emoji is two."""
    return len(text) * 2 > MAX_CELL and len(text.encode("utf-16-le", "surrogatepass")) // 2 > MAX_CELL


def _cell(sheet: Any, value: int | str) -> Any:
    """The value for the sheet. "_x0041_" would be read as an A, and "#N/A" as an error."""
    if not isinstance(value, str):
        return value
    value = ESCAPED.sub("_x005F_", value) if "_x" in value else value
    if not ERRORS.fullmatch(value):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _read_back(path: Path, written: int) -> tuple[str, ...]:
    """Counts the rows in the file. Reading it to its end proves its checksum."""
    from ftcore.dataset.sources.xlsx import MAX_UNPACKED

    rows, rest = 0, b""
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        with archive.open("xl/worksheets/sheet1.xml") as sheet:
            while chunk := sheet.read(1 << 20):
                chunk = rest + chunk
                rows += chunk.count(b"<row ")
                rest = chunk[-4:]
    if rows - 1 != written:
        raise ExportError(
            f"{written:,} rows were written to {path.name}, {rows - 1:,} read back. Nothing was exported."
        )
    large = size > MAX_UNPACKED
    return (TOO_LARGE.format(size=size >> 20, limit=MAX_UNPACKED >> 20),) if large else ()


TARGET = ExcelTable()
