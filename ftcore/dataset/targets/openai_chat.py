"""OpenAI chat JSONL: {"messages": [...], "tools": [...]} a line. Also what Azure and the project's own server read."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ftcore.chat import ChatError, parse_line, to_line, validate
from ftcore.chat.parsing import MESSAGE_ORDER
from ftcore.dataset.targets.chat_shape import read_chat, unfit
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.dataset.targets.writing import ExportError, whole_or_absent
from ftcore.records import Message, Severity, TrainingExample


def express(row: ExportRow) -> Line:
    """Everything that an example can hold, this format holds; the text is that of `chat.to_line`."""
    if reason := unfit(row.training):
        return Line(left_out=reason)
    return Line(row.training.to_wire() | {"messages": [_ordered(message) for message in row.training.messages]})


TARGET = JsonLines(
    name="openai",
    label="OpenAI, Azure and Tuneworthy's own server",
    kind=Kind.SFT,
    help="One conversation a line. Nothing is lost: weights, tools and names are kept.",
    express=express,
    read=read_chat,
)


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


def _ordered(message: Message) -> Message:
    return {key: message[key] for key in sorted(message, key=lambda key: (MESSAGE_ORDER.get(key, 9), str(key)))}


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
