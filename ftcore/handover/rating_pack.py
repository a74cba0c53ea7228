"""An XLSX pack for blind rating: two answers a row, left and right, and nothing in it that tells which arm gave which."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset.shapes.people_table import visible
from ftcore.dataset.targets.writing import whole_bytes_or_absent
from ftcore.evaluation import blind
from ftcore.evaluation.blind import Bench, Pair
from ftcore.handover import pack_keys
from ftcore.handover.errors import HandoverError
from ftcore.handover.sheets import MAX_CELL, cell, shown, units
from ftcore.records import Split
from ftcore.store import corrected, examples, projects, ratings, runs, snapshots
from ftcore.store.database import Database
from ftcore.store.runs import Run

COLUMNS = {"Key": 18, "Question": 50, "Left": 60, "Right": 60, "Better": 14, "Comment": 40}
"""The columns with their widths in characters."""
WORDS = {"left": blind.LEFT, "right": blind.RIGHT, "same": blind.TIE, "both bad": blind.NEITHER}
"""What the drop-down list offers."""
ROWS, HELP = "Rows", "Read me first"
FORMAT = "tuneworthy-rating 1"
FOR = "For "


@dataclass(frozen=True, slots=True)
class Packed:
    """What was written, and what was left out: private rows, rows too long for a cell, rows whose two answers are the same,
    and rows that this person has rated already."""

    path: Path
    rows: int
    private: int = 0
    too_long: int = 0
    same: int = 0
    rated: int = 0


def pack(
    db: Database,
    run_id: int,
    arms: tuple[str, str],
    who: str,
    path: Path,
    *,
    most: int | None = None,
    private: bool = False,
) -> Packed:
    """Writes what `who` has not rated yet (at most `most` rows, in this person's order) into a workbook at `path`, whole or
    not at all. Private rows only when asked for. Raises HandoverError when nothing is left to rate, ExportError when the
    disk refuses."""
    who = who.strip()
    if not who:
        raise HandoverError("Give the initials of the person who will rate first: sides and order are drawn by them.")
    with db.read() as c:
        run = runs.get(c, run_id)
        hidden = frozenset[int]() if private else _private(c, run)
        found = blind.bench(c, run, arms, who, leave_out=hidden)
        waiting = blind.left_to_rate(found, ratings.of_run(c, run_id, arms, who=who))
        tag = tag_of(c, run)
    rows = [pair for pair in waiting if not _too_long(pair)]
    too_long = len(waiting) - len(rows)
    rows = rows[:most]
    if not rows:
        raise HandoverError("There is nothing to rate: no row is left whose two answers differ.")
    book = _book(rows, tag, run_id, who)
    with whole_bytes_or_absent(path) as file:
        book.save(file)
    return Packed(path, len(rows), found.private, too_long, len(found.same), len(found.pairs) - len(waiting))


def key(tag: str, run_id: int, pair: Pair) -> str:
    """What brings a row's choice back: the run, the row, and a digest of which arm is on which side. Without the project's
    own tag, which is in no file, nobody can tell the sides from it."""
    said = (tag, run_id, pair.case_id, pair.left, pair.right, visible(pair.left_text), visible(pair.right_text))
    total = hashlib.sha256()
    for part in said:
        text = str(part).encode("utf-8", "replace")
        total.update(len(text).to_bytes(8, "big") + text)
    return f"{run_id}.{pair.case_id}.{total.hexdigest()[:16]}"


def swapped(pair: Pair) -> Pair:
    return Pair(pair.case_id, pair.question, pair.right, pair.left, pair.right_text, pair.left_text)


def current(c: Connection, run: Run) -> Run:
    """The last run of its chain: ratings are kept there, whatever was corrected meanwhile."""
    return corrected.chain(c, run.id)[-1]


def bench_of_all(c: Connection, run: Run, arms: tuple[str, str]) -> Bench:
    """Every pair, for whoever comes back: sides are told by the keys."""
    return blind.bench(c, run, arms, "")


def tag_of(c: Connection, run: Run) -> str:
    """What the project is known by: in no rating pack, so that no key gives its sides away."""
    return pack_keys.tag_of(projects.get(c, run.project_id))


def _private(c: Connection, run: Run) -> frozenset[int]:
    marked = examples.private_ids(c, run.project_id)  # marked after the snapshot was taken, it counts all the same
    frozen = {row.example_id for row in snapshots.rows(c, run.snapshot_id, Split.TEST) if row.private}
    return frozenset(marked | frozen)


def _too_long(pair: Pair) -> bool:
    return max(units(text) for text in (pair.question, pair.left_text, pair.right_text)) >= MAX_CELL


def _book(rows: Sequence[Pair], tag: str, run_id: int, who: str) -> Any:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = "Tuneworthy"
    _help(book.create_sheet(HELP), len(rows), who)
    _rows(book.create_sheet(ROWS), [(key(tag, run_id, pair), pair) for pair in rows])
    return book


def _help(sheet: Any, rows: int, who: str) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.column_dimensions["A"].width = 100
    said = [
        (f"{rows:,} {'pair' if rows == 1 else 'pairs'} of answers to compare", True),
        (
            f"Go to the sheet “{ROWS}”. Each row holds a question and two answers, from two different ways to answer.",
            False,
        ),
        ("Which way is left and which is right changes from row to row, and is told nowhere in this file.", False),
        (f"Better: choose {', '.join(WORDS)}. Leave it empty where you cannot say.", False),
        ("Judge which answer you would rather send. Longer is not better in itself.", False),
        ("Comment: whatever the others should know.", False),
        ("Please leave all other columns as they are: they bring your choice back to the right answers.", False),
        ("Sort, filter and save as you like, as XLSX, and send the file back.", False),
    ]
    for text, bold in said:
        wrapped = Alignment(wrap_text=True, vertical="top")
        sheet.append([cell(sheet, text, font=Font(bold=bold), alignment=wrapped)])
    sheet.append([])
    sheet.append([cell(sheet, shown(f"{FOR}{who}"))])
    sheet.append([cell(sheet, f"{FORMAT}, {rows} rows", font=Font(color="808080"))])


def _rows(sheet: Any, rows: Sequence[tuple[str, Pair]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.freeze_panes = "B2"
    for at, width in enumerate(COLUMNS.values()):
        sheet.column_dimensions[chr(ord("A") + at)].width = width
    chosen = DataValidation(type="list", formula1=f'"{",".join(WORDS)}"', allow_blank=True)
    chosen.error, chosen.errorTitle = f"{', '.join(WORDS)}, or nothing", "Better"
    chosen.showErrorMessage = True
    chosen.add(f"E2:E{len(rows) + 1}")
    sheet.data_validations.append(chosen)
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="E3EFED")
    sheet.append([cell(sheet, name, font=bold, fill=fill) for name in COLUMNS])
    wrapped, to_fill = Alignment(wrap_text=True, vertical="top"), PatternFill("solid", fgColor="FFF9E5")
    for its_key, pair in rows:
        texts = (its_key, *(shown(text) for text in (pair.question, pair.left_text, pair.right_text)))
        cells = [cell(sheet, text, alignment=wrapped) for text in texts]
        sheet.append([*cells, *(cell(sheet, None, alignment=wrapped, fill=to_fill) for _ in range(2))])
