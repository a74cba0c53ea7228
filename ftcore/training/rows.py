"""The rows of its snapshot that a job learns from, and the file in which they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection

from ftcore.dataset.targets import openai_chat, openai_dpo
from ftcore.dataset.targets.exporting import export_rows
from ftcore.dataset.targets.row import ExportRow
from ftcore.records import Job, SnapshotRow, Split
from ftcore.store import snapshots
from ftcore.training.series import part


def rows_for(c: Connection, job: Job, side: Split) -> Iterator[SnapshotRow]:
    """The rows of one side in the order in which they were taken. Of the training rows a part, when the job's `share` is below 1:
    the same one for every job of this snapshot and share, inside every larger part."""
    chosen = None
    if side is Split.TRAIN and job.share < 1:
        digest = snapshots.get(c, job.snapshot_id).digest
        ids = (row.example_id for row in snapshots.by_example(c, job.snapshot_id) if row.split == Split.TRAIN)
        chosen = set(part(digest, ids, job.share))
    for row in snapshots.rows(c, job.snapshot_id, side):
        if chosen is None or row.example_id in chosen:
            yield row


def write_file(c: Connection, job: Job, side: Split, folder: Path) -> Path | None:
    """Writes what the job is sent of one side into `folder`; None when there are no rows. The rows go from the database to the
    disk one by one. Raises ExportError; a row that cannot be sent is never left out."""
    digest = snapshots.get(c, job.snapshot_id).digest
    stem = f"{digest[:16]}-{side.value}{_share(job, side)}"
    rows = rows_for(c, job, side)
    first = next(rows, None)
    if first is None:
        return None
    if job.method == "dpo":
        return _write_pairs(first, rows, folder, f"{stem}-pairs")
    path = folder / f"{stem}.jsonl"
    openai_chat.export((row.training for row in _with(first, rows)), path)
    return path


def _write_pairs(first: SnapshotRow, rows: Iterator[SnapshotRow], folder: Path, name: str) -> Path:
    from ftcore.dataset.targets.writing import ExportError

    pairs = (
        ExportRow(row.example_id, row.training, Split.TRAIN, rejected=row.worse or None) for row in _with(first, rows)
    )
    made = export_rows(openai_dpo.TARGET, pairs, folder, name=name)
    if made.left_out:
        lost = made.left_out[0]
        raise ExportError(f"{lost.rows:,} pairs cannot be sent. {lost.sentence} Mend or reject them on Curate.")
    return made.folder / "train.jsonl"


def _with(first: SnapshotRow, rows: Iterator[SnapshotRow]) -> Iterator[SnapshotRow]:
    yield first
    yield from rows


def _share(job: Job, side: Split) -> str:
    return f"-{job.share:.4f}".replace(".", "-") if side is Split.TRAIN and job.share < 1 else ""
