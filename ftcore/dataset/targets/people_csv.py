"""A CSV file for people: one file, every text exactly as it is, importing it again changes nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ftcore.dataset.shapes.people_table import COLUMNS
from ftcore.dataset.targets.losses import Tally, losses_of
from ftcore.dataset.targets.people import line_of
from ftcore.dataset.targets.row import ExportRow, Kind, Line, Loss
from ftcore.dataset.targets.target import Written
from ftcore.dataset.targets.writing import ExportError


@dataclass(frozen=True, slots=True)
class CsvTable:
    name: str = "csv"
    label: str = "CSV, for people"
    kind: Kind = Kind.PEOPLE
    help: str = "A table for any spreadsheet program. Change it there and import it again: only your changes are new."

    def losses(self, rows: Iterable[ExportRow]) -> Iterator[Loss]:
        for row in rows:
            yield from losses_of(row.id, _line(row))

    def write(self, rows: Iterable[ExportRow], folder: Path, stem: str, tally: Tally) -> Written:
        path = folder / f"{stem}.csv"
        written = 0
        # The mark at the beginning tells Excel that it is UTF-8.
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for row in rows:
                line = _line(row)
                for loss in losses_of(row.id, line):
                    tally.add(loss)
                writer.writerow(line.value)
                written += 1
        _read_back(path, written)
        return Written({path.name: written})


def _line(row: ExportRow) -> Line:
    return line_of(row, shown=_as_it_is)


def _as_it_is(text: str) -> str:
    return text


def _read_back(path: Path, written: int) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lengths = (len(fields) for fields in csv.reader(file, strict=True))
        read = sum(length == len(COLUMNS) for length in lengths) - 1
    if read != written:
        raise ExportError(f"{written:,} rows were written to {path.name}, {read:,} read back. Nothing was exported.")


TARGET = CsvTable()
