"""OpenAI chat JSONL: {"messages": [...], "tools": [...]} a line. Also what the project's own server, Fireworks and TRL read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ftcore.chat import ChatError, parse_line, to_line, validate
from ftcore.dataset.targets.writing import ExportError, whole_or_absent
from ftcore.records import Severity, TrainingExample


def export(rows: Iterable[TrainingExample], path: Path) -> int:
    """Writes the rows to `path` and gives their number. The file is read back and validated before it counts.

    Raises `ExportError`, with the old file untouched, when a row is not fit for training or the disk refuses.
    """
    with whole_or_absent(path) as (file, waiting):
        written = 0
        for written, row in enumerate(rows, 1):
            try:
                file.write(to_line(row) + "\n")
            except ChatError as error:
                raise ExportError(f"Example {written} cannot be written: {error} Nothing was exported.") from None
        file.flush()
        read = _read_back(waiting)
        if read != written:
            raise ExportError(f"{written} examples were written, and {read} read back. Nothing was exported.")
    return written


def _read_back(path: Path) -> int:
    number = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                fatal = next((p.message for p in validate(parse_line(line)) if p.severity is Severity.ERROR), "")
            except ChatError as error:
                fatal = str(error)
            if fatal:
                raise ExportError(f"Example {number} is not fit for training: {fatal} Nothing was exported.")
    return number
