"""What an export is given, and what one row of it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ftcore.records import Split, Status, TrainingExample


class Kind(StrEnum):
    """What a target's files are for: supervised training, training on pairs of a better and a worse answer, or reading."""

    SFT = "sft"
    PREFERENCE = "preference"
    PEOPLE = "people"


class Fate(StrEnum):
    """What happens to a row that a format cannot hold as it is."""

    LEFT_OUT = "left out"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A row to be exported. `key` is what the user knows it by (the key column of an import), `grouping` what the split keeps together; `rejected` is a worse answer to the
    same question, for formats of pairs; a row without a split is written with the training rows."""

    id: int
    training: TrainingExample
    split: Split | None = None
    status: Status = Status.DRAFT
    tags: tuple[str, ...] = ()
    note: str = ""
    key: str = ""
    grouping: str = ""
    rejected: str | None = None
    source: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What a target makes of a row: its line as a JSON value, with a sentence for each thing that is lost; or no value, and the
    sentence that says why the row is left out."""

    value: Any = None
    changed: tuple[str, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """What one row loses: a plain sentence, the same for every row that loses the same."""

    row_id: int
    sentence: str
    fate: Fate
