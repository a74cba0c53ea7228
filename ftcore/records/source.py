"""What comes out of a file before it is an example."""

from __future__ import annotations

from dataclasses import dataclass, field

from ftcore.records.example import Split, TrainingExample


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which columns hold what. Empty names mean "not there"; shapes that need no mapping leave all empty."""

    input: str = ""
    output: str = ""
    system: str = ""
    split: str = ""
    tags: str = ""
    key: str = ""
    """What names a row, so that the same file can be imported again as a difference."""
    grouping: str = ""
    """Rows with the same value here (a customer, a document) stay on one side of the split."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A readable row: `line` is the physical line (1-based) where it begins; in a spreadsheet or a Parquet file, the row."""

    line: int
    training: TrainingExample
    split: Split | None = None
    tags: tuple[str, ...] = ()
    key: str = ""
    grouping: str = ""
    status: str = ""
    """Only from a file that this app wrote for people: draft, approved or rejected."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was set aside, with its reason in one plain sentence and its text as it was found (cut at 10,000 characters)."""

    line: int
    reason: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The first look at a file: what it is, which shape, the guessed mapping and the first rows as found."""

    format: str
    shape: str
    columns: tuple[str, ...]
    mapping: Mapping
    rows: tuple[dict[str, str], ...] = ()
    encoding: str = ""
    delimiter: str = ""
    needs_mapping: bool = False
    """True when the shape was not recognised and the guess is not certain."""
    notes: tuple[str, ...] = field(default=())
    """Plain sentences for the reader, e.g. "Read as UTF-16; the columns are separated by semicolons."."""
