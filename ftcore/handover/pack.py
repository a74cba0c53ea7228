"""An XLSX review pack: rows of a filter for a colleague who fills them in without the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset.targets.writing import whole_bytes_or_absent
from ftcore.handover import pack_keys
from ftcore.handover.errors import HandoverError
from ftcore.handover.sheets import MAX_CELL, MAX_ROWS, cell, shown, units
from ftcore.records import Example, Filter, Project
from ftcore.store import examples, problems, projects
from ftcore.store.database import Database

COLUMNS = {
    "Key": 18,
    "What they write": 50,
    "What you answer": 60,
    "Problems": 30,
    "Decision": 14,
    "Corrected answer": 60,
    "Comment": 40,
}
"""The columns with their widths in characters."""
DECISIONS = ("approve", "reject", "ask")
ROWS, HELP = "Rows", "Read me first"
FORMAT = "tuneworthy-pack 1"


@dataclass(frozen=True, slots=True)
class Packed:
    """What was written, and how many rows were left out: private ones, and those with a text that no cell holds."""

    path: Path
    rows: int
    private: int = 0
    too_long: int = 0


def pack(db: Database, project_id: int, where: Filter, path: Path, *, private: bool = False) -> Packed:
    """Writes the rows that match into a workbook at `path`, whole or not at all. Private rows only when asked for.

    Raises HandoverError when there is nothing to review or more than people can, ExportError when the disk refuses.
    """
    with db.read() as c:
        project = projects.get(c, project_id)
        rows, left = _chosen(c, project_id, where, private)
        if not rows:
            raise HandoverError("No row matches that could be put into a pack. Choose another filter.")
        book = _book(c, project, rows)
    with whole_bytes_or_absent(path) as file:
        book.save(file)
    return Packed(path, len(rows), *left)


def _chosen(c: Connection, project_id: int, where: Filter, private: bool) -> tuple[list[Example], tuple[int, int]]:
    rows: list[Example] = []
    hidden = long = 0
    for row in (row for part in examples.stream(c, project_id, where) for row in part):
        if row.private and not private:
            hidden += 1
        elif max(units(row.training.prompt), units(row.training.response)) >= MAX_CELL:
            long += 1
        else:
            rows.append(row)
        if len(rows) > MAX_ROWS:
            raise HandoverError(
                f"More than {MAX_ROWS:,} rows match: nobody reviews so many in one sheet. Choose a narrower filter."
            )
    return rows, (hidden, long)


def _book(c: Connection, project: Project, rows: list[Example]) -> Any:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    tag = pack_keys.tag_of(project)
    _help(book.create_sheet(HELP), project, len(rows), tag)
    _rows(book.create_sheet(ROWS), (_cells(c, tag, row) for row in rows), len(rows))
    return book


def _rows(sheet: Any, rows: Iterator[list[str]], number: int) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.freeze_panes = "B2"
    for at, width in enumerate(COLUMNS.values()):
        sheet.column_dimensions[chr(ord("A") + at)].width = width
    chosen = DataValidation(type="list", formula1=f'"{",".join(DECISIONS)}"', allow_blank=True)
    chosen.error, chosen.errorTitle = "approve, reject, ask, or nothing", "Decision"
    chosen.showErrorMessage = True
    chosen.add(f"E2:E{number + 1}")
    sheet.data_validations.append(chosen)
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="E3EFED")
    sheet.append([cell(sheet, name, font=bold, fill=fill) for name in COLUMNS])
    wrapped = Alignment(wrap_text=True, vertical="top")
    to_fill = PatternFill("solid", fgColor="FFF9E5")
    for row in rows:
        cells = [cell(sheet, value, alignment=wrapped) for value in row]
        sheet.append([*cells, *(cell(sheet, None, alignment=wrapped, fill=to_fill) for _ in range(3))])


def _cells(c: Connection, tag: str, row: Example) -> list[str]:
    found = "\n".join(dict.fromkeys(problem.message for problem in problems.of_example(c, row.id)))
    texts = (row.training.prompt, row.training.response, found[: MAX_CELL - 1])
    return [pack_keys.write(tag, row), *(shown(text) for text in texts)]


def _help(sheet: Any, project: Project, rows: int, tag: str) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 100
    several = "row" if rows == 1 else "rows"
    lines = [
        (f"{rows:,} {several} of “{project.name}” to review", True),
        (f"Go to the sheet “{ROWS}”. Fill in the yellow columns; leave empty what you do not want to say.", False),
        (
            "Decision: approve (good as it is), reject (must not be learnt from), or ask (somebody else should look).",
            False,
        ),
        (
            "Corrected answer: write the whole answer as it should be. Changing “What you answer” itself works too.",
            False,
        ),
        ("Comment: whatever the others should know. It becomes the note of the row.", False),
        ("Please leave the column “Key” as it is: it brings your words back to the right row.", False),
        ("Sort, filter and save as you like, as XLSX, and send the file back.", False),
    ]
    if project.good_note:
        lines += [("What good looks like", True), (project.good_note, False)]
    for text, bold in lines:
        wrapped = Alignment(wrap_text=True, vertical="top")
        sheet.append([cell(sheet, shown(text)[:MAX_CELL], font=Font(bold=bold), alignment=wrapped)])
    sheet.append([])
    sheet.append([cell(sheet, f"{FORMAT} {tag}", font=Font(color="808080"))])
