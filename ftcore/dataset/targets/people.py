"""Tables for people: the columns of a row, escaped so that no spreadsheet runs them, and what importing them again would lose."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from ftcore.chat import clean, to_line
from ftcore.dataset.formulas import escape
from ftcore.dataset.shapes.columns import is_blank
from ftcore.dataset.shapes.people_table import from_cells
from ftcore.dataset.targets.chat_shape import unfit
from ftcore.dataset.targets.row import ExportRow, Line
from ftcore.records import TrainingExample

MAX_TEXT = 1_000_000
"""Characters a cell that the importer reads."""
NOT_AGAIN = "It is written, but importing the file again would set it aside: "
NO_QUESTION = "its question is empty."
NO_ANSWER = "its answer is empty."
TOO_LONG = f"a cell of it holds more than {MAX_TEXT:,} characters."
Cells = tuple[int | str, ...]


def cells_of(row: ExportRow, shown: Callable[[str], str]) -> tuple[Cells, tuple[str, ...]]:
    """(the row's cells in the order of the columns, what is changed). `shown` is a text as the file can hold it.

    The whole conversation stands in the last cell only where instructions, prompt and response do not say all of it.
    """
    training = row.training
    parts = [shown(clean(text)[0]) for text in (training.system, training.prompt, training.response)]
    whole = "" if from_cells(*parts) == training else to_line(training)
    texts = [row.key, row.status.value, row.split.value if row.split else "", *parts, tags_text(row.tags)]
    texts += [row.grouping, row.note, row.source]
    cells: Cells = (row.id, *map(_safe, map(shown, texts)), "" if row.line is None else row.line, whole)
    return cells, tuple(_changes(training, cells, texts))


def tags_text(tags: tuple[str, ...]) -> str:
    """Tags with commas between them; as a JSON list where a comma, a semicolon or a space at an end would be misread."""
    if any(re.search(r"[,;]|^\s|\s$|^\[", tag) or not tag for tag in tags):
        return json.dumps(list(tags), ensure_ascii=False)
    return ", ".join(tags)


def line_of(row: ExportRow, shown: Callable[[str], str]) -> Line:
    cells, changed = cells_of(row, shown)
    return Line(cells, changed)


def _safe(text: str) -> str:
    return escape(clean(text)[0])


def _changes(training: TrainingExample, cells: Cells, texts: list[str]) -> list[str]:
    shown = (*texts, training.system, training.prompt, training.response)
    changed = list(dict.fromkeys(note for text in shown for note in clean(text)[1]))
    if reason := _set_aside(training, cells):
        changed.append(NOT_AGAIN + reason)
    return changed


def _set_aside(training: TrainingExample, cells: Cells) -> str:
    """Why the importer would not take the row."""
    if any(isinstance(cell, str) and len(cell) > MAX_TEXT for cell in cells):
        return TOO_LONG
    if is_blank(training.prompt) and not cells[-1]:
        return NO_QUESTION
    if is_blank(training.response) and not cells[-1]:
        return NO_ANSWER
    return unfit(training).removeprefix("Not fit for training: ")
