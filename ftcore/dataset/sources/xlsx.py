"""Excel workbooks: the first sheet, its first row with text as the column names, formulas as their last saved result."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from ftcore.dataset.formulas import unescape
from ftcore.dataset.raw import Raw, SourceError, compact
from ftcore.dataset.sources.csv_file import column_names
from ftcore.dataset.sources.detection import Found

MAX_UNPACKED = 256 * 1024 * 1024
ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")


def read_rows(found: Found) -> Iterator[Raw]:
    """Rows under their number in the sheet; empty rows are skipped. Nothing in the workbook is run or fetched."""
    check_archive(found.path)
    with found.path.open("rb") as file:
        sheet = _first_sheet(_open(file))
        # The size that the file claims is often wrong, and then rows or columns would be missing.
        sheet.reset_dimensions()
        columns: list[str] = []
        for number, cells in enumerate(_cells(sheet), 1):
            values = [_plain(cell) for cell in cells]
            if not any(value not in (None, "") for value in values):
                continue
            if not columns:
                columns = column_names(["" if value is None else str(value) for value in values])
            else:
                yield _raw(number, values, columns)


def check_archive(path: Path) -> None:
    """Raises `SourceError`, before anything is unpacked as a whole, for a workbook that would fill the memory or that holds XML
    declarations (entities), which no spreadsheet program writes."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            if size > MAX_UNPACKED:
                raise SourceError(
                    f"The workbook unpacks to {size // 1_048_576:,} MB; at most {MAX_UNPACKED // 1_048_576} MB are read. "
                    "Nothing was imported. Save the sheet as CSV and try again."
                )
            for entry in archive.infolist():
                if entry.filename.endswith((".xml", ".rels")):
                    # Declarations stand before the first element. openpyxl refuses them in some of its parts only.
                    with archive.open(entry) as member:
                        next(iterparse(member, events=("start",), forbid_dtd=True), None)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ParseError, DefusedXmlException) as error:
        raise _broken(error) from error


def _open(file: BinaryIO) -> Any:
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise SourceError(
            "Reading Excel files needs the package defusedxml. Nothing was imported. Install it, or use CSV."
        )
    try:
        # By an open file: given a path, openpyxl goes by the name's ending, and uploads may have any.
        return openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise _broken(error) from error


def _broken(error: Exception) -> SourceError:
    # openpyxl raises whatever the broken part of the file makes it raise; all of it means the same here.
    return SourceError(
        f"The Excel workbook is damaged ({type(error).__name__}). Nothing was imported. "
        "Open it in Excel, save it again as XLSX or CSV, and try again."
    )


def _first_sheet(book: Any) -> Any:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    if not sheets:
        raise SourceError("The workbook has no sheet with cells. Nothing was imported.")
    return sheets[0]


def sheet_note(path: Path) -> str:
    """Which sheet was read, when there are several; otherwise ""."""
    with path.open("rb") as file:
        book = _open(file)
        first, total = _first_sheet(book).title, len(book.worksheets)
    return f'The workbook has {total} sheets; the first one ("{first}") was read.' if total > 1 else ""


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows = sheet.iter_rows(values_only=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _broken(error) from error
        yield row


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        if ESCAPED.search(value):
            from openpyxl.utils.escape import unescape as excel_text

            value = excel_text(value).replace("\r\n", "\n")
        return unescape(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else value


def _raw(number: int, values: list[Any], columns: list[str]) -> Raw:
    while len(values) > len(columns) and values[-1] in (None, ""):
        values.pop()
    if len(values) > len(columns):
        extra = ", ".join(repr(str(value)[:40]) for value in values[len(columns) :][:3])
        reason = (
            f"The row does not fit the columns: found {len(values)} cells, wanted {len(columns)}, too many: {extra}."
        )
        return Raw(number, None, compact(values), reason)
    values += [None] * (len(columns) - len(values))
    return Raw(number, dict(zip(columns, values, strict=True)))
