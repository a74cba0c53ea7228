"""Is this a training file? Read line by line, so that its size does not matter; errors carry physical line numbers.

A file holds conversations, or pairs of a preferred and another answer: its first line says which, and the others follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ftcore.chat import ChatError, parse_line, validate
from ftcore.records import Severity, TrainingExample
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.preferences import MARK, Pair, parse_pair

CONVERSATIONS, PAIRS = "conversations", "preference pairs"
ONE_OF = {CONVERSATIONS: "a conversation", PAIRS: "a preference pair"}
MAX_LINE = 8 << 20
SHOWN = 5
MINIMUM = 10


@dataclass(frozen=True, slots=True)
class Checked:
    """`kind` is `CONVERSATIONS` or `PAIRS`."""

    examples: int
    kind: str


def check_file(path: Path, filename: str) -> Checked:
    """How many examples of which kind there are. Raises `TrainerError` that names the first unusable lines with their
    reasons."""
    count, faulty, kind = 0, 0, ""
    reasons: list[str] = []
    for number, line in lines(path):
        kind = kind or kind_of(line)
        fault = fault_of(line, kind)
        if fault is None:
            count += 1
            continue
        faulty += 1
        if len(reasons) < SHOWN:
            reasons.append(f"line {number}: {fault}")
    if faulty:
        more = f" (and {faulty - len(reasons):,} more lines)" if faulty > len(reasons) else ""
        raise TrainerError(
            f"{filename} is not a training file: {faulty:,} of {count + faulty:,} lines cannot be used. {' '.join(reasons)}{more}"
            " Nothing was kept: correct these lines and upload the file again.",
            code="invalid_file_format",
            param="file",
        )
    if not count:
        raise TrainerError(
            f"{filename} is empty: one JSON object a line was wanted.", code="invalid_file_format", param="file"
        )
    return Checked(count, kind)


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(physical line number from 1, line) of every line that is not blank; a longer one than 8 MB comes cut."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if line.strip():
                yield number, line
            while len(line) > MAX_LINE and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE + 1)


def kind_of(line: bytes) -> str:
    return PAIRS if MARK in line else CONVERSATIONS


def fault_of(line: bytes, kind: str) -> str | None:
    """Why the line cannot be trained on in a file of this kind, in one sentence; None when it can."""
    if len(line) > MAX_LINE:
        return f"It is longer than {MAX_LINE >> 20} MB."
    found = kind_of(line)
    if found != kind and (found == PAIRS or (b'"messages"' in line and b'"input"' not in line)):
        return f"It is {ONE_OF[found]}, and the file began with {ONE_OF[kind]}; a file holds one or the other."
    try:
        if kind == PAIRS:
            parse_pair(line)
            return None
        example = parse_line(line)
    except ChatError as error:
        return str(error)
    return next((problem.message for problem in validate(example) if problem.severity == Severity.ERROR), None)


def examples(path: Path) -> Iterator[tuple[int, TrainingExample]]:
    """The conversations of a file that `check_file` accepted, each with its line."""
    for number, line in lines(path):
        yield number, parse_line(line)


def pairs(path: Path) -> Iterator[tuple[int, Pair]]:
    """The preference pairs of a file that `check_file` accepted, each with its line."""
    for number, line in lines(path):
        yield number, parse_pair(line)
