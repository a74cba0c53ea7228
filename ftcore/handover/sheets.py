"""Cells of the workbooks that go to colleagues and come back: nothing in them is run, on either way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from ftcore.chat import clean
from ftcore.dataset.formulas import escape, unescape
from ftcore.dataset.raw import SourceError
from ftcore.dataset.shapes.people_table import visible
from ftcore.dataset.sources.xlsx import check_archive
from ftcore.handover.errors import HandoverError

MAX_CELL = 32_767
"""Characters (UTF-16 units) of a cell in Excel."""
MAX_ROWS = 20_000
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def units(text: str) -> int:
    """How many characters of a cell the text takes."""
    return len(text.encode("utf-16-le", "replace")) // 2 + 1  # one for the sign that keeps a formula from running


def shown(text: str) -> str:
    """The text as a cell holds it: nothing in it is run, nothing in it is read as an escape."""
    return _ESCAPED.sub("_x005F_", escape(visible(text)))


def cell(sheet: Any, value: str | None, **styles: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(sheet, value)
    if value is not None:
        made.data_type = "s"  # "#N/A" is a text too, and "=" never a formula
    for name, style in styles.items():
        setattr(made, name, style)
    return made


def text_of(value: Any) -> str:
    """A cell as text. A formula is the text that it is written as: it is not worked out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if not isinstance(value, str):
        return str(value)
    from openpyxl.utils.escape import unescape as excel_text

    return clean(unescape(visible(excel_text(value))))[0]


def lines(path: Path, columns: Sequence[str], needed: set[str], what: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(row of the sheet, its cells by the names of our columns) of the first sheet that has the `needed` ones. `what` says
    what a file that has none is not. Raises HandoverError."""
    try:
        check_archive(path)
    except SourceError as error:
        raise HandoverError(str(error)) from error
    rows, names, first = _found(path, columns, needed, what)
    for number, values in enumerate(rows, first + 1):
        if number > MAX_ROWS + first + 1:
            raise HandoverError(f"{path.name} has more than {MAX_ROWS:,} rows. Nothing was taken.")
        cells = {name: text_of(values[at]) if at < len(values) else "" for name, at in names.items()}
        yield number, {name: cells.get(name, "") for name in columns}


def _found(
    path: Path, columns: Sequence[str], needed: set[str], what: str
) -> tuple[Iterator[tuple[Any, ...]], dict[str, int], int]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = iter(sheet.iter_rows(values_only=True))
            for number, values in zip(range(1, 20), rows, strict=False):
                names = {str(value).strip(): at for at, value in enumerate(values) if value is not None}
                if needed <= names.keys():
                    return rows, {name: names[name] for name in columns if name in names}, number
    except Exception as error:  # openpyxl raises whatever the broken part of a file makes it raise
        raise HandoverError(f"{path.name} cannot be read ({type(error).__name__}). Nothing was taken.") from error
    raise HandoverError(f"{path.name} is no {what} Nothing was taken.")
