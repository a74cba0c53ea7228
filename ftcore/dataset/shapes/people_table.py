"""The table that this app writes for people (CSV, XLSX), read again so that nothing changes but what they changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ftcore.chat import ChatError, clean, parse_line
from ftcore.dataset.raw import SourceError, text_value
from ftcore.dataset.shapes.columns import is_blank
from ftcore.records import Message, Status, TrainingExample

NAME = "Tuneworthy's own table"
COLUMNS = (
    "id",
    "key",
    "status",
    "split",
    "instructions",
    "prompt",
    "response",
    "tags",
    "group",
    "note",
    "source",
    "line",
    "conversation",
)
NEEDED = frozenset(("id", "status", "split", "instructions", "prompt", "response"))
"""Who deletes the other columns still has the table."""
READ = frozenset(COLUMNS) - {"id", "source", "line"}
INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Characters that XML, and so a workbook, cannot hold."""


def is_ours(columns: Iterable[str]) -> bool:
    """True for the names of the columns of our own table, in any order and with others beside them."""
    return set(columns) >= NEEDED


def fits(row: dict[str, Any]) -> bool:
    return is_ours(row)


def build(row: dict[str, Any]) -> TrainingExample:
    """The conversation in the last column, with the cells that a person has changed since put into it; without it, the pair."""
    cells = [text_value(row.get(column)) for column in ("instructions", "prompt", "response")]
    whole = text_value(row.get("conversation"))
    if is_blank(whole):
        for text, what in ((cells[1], 'question (column "prompt")'), (cells[2], 'answer (column "response")')):
            if is_blank(text):
                raise SourceError(f"The {what} is empty.")
        return from_cells(*cells)
    try:
        training = parse_line(whole)
    except ChatError as error:
        raise SourceError(f'The column "conversation" cannot be read: {error} Copy it again from the export.') from None
    system, prompt, response = cells
    if visible(system) != visible(training.system):
        training = training.with_system(system)
    if visible(prompt) != visible(training.prompt):
        training = training.with_prompt(prompt)
    return training if visible(response) == visible(training.response) else training.with_response(response)


def decided(row: dict[str, Any]) -> tuple[str, str]:
    """(status, note) of a row; the status is "" where the cell is empty. Raises `SourceError` for a status that is none: what a
    person wrote there is not passed over."""
    status = text_value(row.get("status")).strip().lower()
    if status and status not in set(Status):
        raise SourceError(f'The status "{status[:40]}" is none of draft, approved and rejected.')
    return status, clean(text_value(row.get("note")))[0]


def from_cells(instructions: str, prompt: str, response: str) -> TrainingExample:
    """What the three cells alone say."""
    system: list[Message] = [{"role": "system", "content": instructions}] if instructions.strip() else []
    return TrainingExample([*system, {"role": "user", "content": prompt}, {"role": "assistant", "content": response}])


def visible(text: str) -> str:
    """The text as every spreadsheet program keeps it: line feeds end lines, and characters that are not to be seen are gone."""
    return INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def left_out(row: dict[str, Any]) -> Iterable[str]:
    return (key for key in row if key not in READ)
