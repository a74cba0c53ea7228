"""An immutable, hashed copy of the approved examples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ftcore.records.example import Split, TrainingExample


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    example_id: int
    split: Split
    training: TrainingExample
    private: bool = False
    worse: str = ""
    """The rejected answer of a pair; "" in a snapshot that is no set of pairs."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`digest` is a sha256 over the rows' canonical JSON in a fixed order: the same on any machine."""

    id: int
    project_id: int
    digest: str
    train: int
    validation: int
    test: int
    tokens: int
    created_at: datetime | None = None
    created_by: str = ""
    name: str = ""
