"""Targets of one JSON object a line, one file a split: written, read back, and counted only then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from ftcore.chat import ChatError, clean_value, decode, validate
from ftcore.chat.cleaning import HALF_CHARACTER, is_broken
from ftcore.chat.parsing import LINE_BREAKS
from ftcore.dataset.raw import SourceError
from ftcore.dataset.targets.losses import Tally, losses_of
from ftcore.dataset.targets.row import ExportRow, Kind, Line, Loss
from ftcore.dataset.targets.target import Written
from ftcore.dataset.targets.writing import ExportError
from ftcore.records import Severity, Split, TrainingExample

SPLIT_FILES = {Split.TRAIN: "train.jsonl", Split.VALIDATION: "validation.jsonl", Split.TEST: "test.jsonl"}


def nothing_beside(stem: str, files: dict[Split, str]) -> dict[str, str]:
    """Most targets need no file beside the lines."""
    return {}


@dataclass(frozen=True, slots=True)
class JsonLines:
    """`express` makes a line of a row; `read` makes the conversations of a line again (two of a pair) and raises `ChatError` or
    `SourceError` where it cannot. `files` may hold {stem}; `beside` gives the text of files that describe the others;
    `needs` are splits without which the tool does not start."""

    name: str
    label: str
    kind: Kind
    help: str
    express: Callable[[ExportRow], Line]
    read: Callable[[Any], Iterable[TrainingExample]]
    files: dict[Split, str] = field(default_factory=lambda: SPLIT_FILES)
    beside: Callable[[str, dict[Split, str]], dict[str, str]] = nothing_beside
    needs: tuple[Split, ...] = ()

    def losses(self, rows: Iterable[ExportRow]) -> Iterator[Loss]:
        for row in rows:
            yield from losses_of(row.id, self._line(row)[0])

    def write(self, rows: Iterable[ExportRow], folder: Path, stem: str, tally: Tally) -> Written:
        names = {split: name.format(stem=stem) for split, name in self.files.items()}
        counts: dict[Split, int] = {}
        with ExitStack() as stack:
            open_files: dict[Split, TextIO] = {}
            for row in rows:
                line, text = self._line(row)
                for loss in losses_of(row.id, line):
                    tally.add(loss)
                if line.left_out:
                    continue
                split = row.split or Split.TRAIN
                if split not in open_files:
                    path = folder / names[split]
                    open_files[split] = stack.enter_context(path.open("x", encoding="utf-8", newline="\n"))
                open_files[split].write(text + "\n")
                counts[split] = counts.get(split, 0) + 1
        for split, count in counts.items():
            self._read_back(folder / names[split], count)
        written = {names[split]: counts[split] for split in Split if split in counts}
        for name, text in self.beside(stem, {s: names[s] for s in Split if s in counts}).items() if counts else ():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
            written[name] = 0
        missing = [split for split in self.needs if counts and split not in counts]
        return Written(written, tuple(_missing(names[split], split) for split in missing))

    def _line(self, row: ExportRow) -> tuple[Line, str]:
        """The row's line, as a value and as text."""
        line = self.express(row)
        if line.left_out:
            return line, ""
        try:
            text = _dumps(line.value)
            if is_broken(text):
                text = _dumps(clean_value(line.value)[0])
                line = Line(line.value, (*line.changed, HALF_CHARACTER))
        except (TypeError, ValueError, RecursionError) as error:
            return Line(left_out=f"Not fit for training: it cannot be written as JSON ({error})."), ""
        return line, text if text.isascii() else text.translate(LINE_BREAKS)

    def _read_back(self, path: Path, written: int) -> None:
        number = 0
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if fault := self._fault(line):
                    raise ExportError(
                        f"Line {number} of {path.name} cannot be read back: {fault} Nothing was exported."
                    )
        if number != written:
            raise ExportError(
                f"{written:,} rows were written to {path.name}, {number:,} read back. Nothing was exported."
            )

    def _fault(self, line: bytes) -> str:
        try:
            for example in self.read(decode(line)):
                for problem in validate(example):
                    if problem.severity is Severity.ERROR:
                        return problem.message
        except (ChatError, SourceError) as error:
            return str(error)
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            return f"it has another shape than {self.label} wants ({type(error).__name__}: {error})."
        return ""


def _missing(name: str, split: Split) -> str:
    return f"There is no {name}: no row of the {split.value} split was exported, and the tool wants one."


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
