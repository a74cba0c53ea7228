"""Rows to the files of a target: whole or absent, with what was lost."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ftcore.dataset.targets.losses import LossCount, Tally
from ftcore.dataset.targets.row import ExportRow, Fate
from ftcore.dataset.targets.target import Target
from ftcore.dataset.targets.writing import ExportError, whole_bytes_or_absent, whole_folder

SAFE = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
OURS = re.compile(
    r"(train|validation|valid|test)\.jsonl|.+_(train|validation|test)\.jsonl|dataset_info\.json|.+\.(csv|xlsx)"
)
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold: the same files always make the same archive."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """`rows` is 0 for a file that only describes the others."""

    path: Path
    rows: int


@dataclass(frozen=True, slots=True)
class Export:
    """What was written into `folder`, and what was lost: rows that were left out, and rows that were changed, by reason."""

    target: str
    folder: Path
    files: tuple[ExportFile, ...]
    rows: int
    left_out: tuple[LossCount, ...]
    changed: tuple[LossCount, ...]
    notes: tuple[str, ...] = ()


def export_rows(target: Target, rows: Iterable[ExportRow], folder: Path, *, name: str) -> Export:
    """Writes the target's files into `folder`/`name`, one file a split, and reads them back.

    All of them are there afterwards, or what was there before. `name` is made of ids and safe words (small letters, digits,
    hyphens), never of users' text. Raises `ExportError` when no row can be written, a file cannot be read back, the disk
    refuses, or the folder holds other files.
    """
    if not SAFE.fullmatch(name):
        raise ExportError(f'"{name[:60]}" is no name for an export: small letters, digits and hyphens were wanted.')
    tally = Tally()
    place = folder / name
    with whole_folder(place, lambda found: OURS.fullmatch(found) is not None) as waiting:
        written = target.write(rows, waiting, name, tally)
        if not any(written.files.values()):
            raise ExportError(_nothing(target, tally))
    counts = tally.counts()
    return Export(
        target.name,
        place,
        tuple(ExportFile(place / file, number) for file, number in written.files.items()),
        sum(written.files.values()),
        tuple(count for count in counts if count.fate is Fate.LEFT_OUT),
        tuple(count for count in counts if count.fate is Fate.CHANGED),
        written.notes,
    )


def bundle(export: Export) -> Path:
    """One file for a browser's download button: the only file itself, or a .zip of all of them beside their folder.

    The same export always gives the same bytes. Raises `ExportError` when the disk refuses.
    """
    if len(export.files) == 1:
        return export.files[0].path
    path = export.folder.parent / f"{export.folder.name}-{export.target}.zip"
    with whole_bytes_or_absent(path) as file, zipfile.ZipFile(file, "w", compresslevel=6) as archive:
        for one in sorted(export.files, key=lambda one: one.path.name):
            entry = zipfile.ZipInfo(one.path.name, FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # else the archive would tell the operating system
            entry.external_attr = 0o644 << 16
            with one.path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
    return path


def _nothing(target: Target, tally: Tally) -> str:
    first = next(iter(tally.counts()), None)
    why = f" ({first.rows:,}: {first.sentence})" if first else ""
    return f"There is no row that can be written for {target.label}{why}. Nothing was exported."
