"""What a target is to the rest of the app. A new one is a new file and a line in the registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ftcore.dataset.targets.losses import Tally
from ftcore.dataset.targets.row import ExportRow, Kind, Loss


@dataclass(frozen=True, slots=True)
class Written:
    """The files that a target has written (name to number of rows; 0 for a file that describes the others), and plain
    sentences for the reader."""

    files: dict[str, int]
    notes: tuple[str, ...] = ()


class Target(Protocol):
    """`name` is the word for the command line, `label` the one for people, `help` one sentence.

    `losses` says what `write` would lose, before anything is written. `write` writes and reads back the files for `stem` (a
    safe word) into an empty folder, adding what is lost to the tally. It raises `ExportError`.
    """

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def help(self) -> str: ...

    def losses(self, rows: Iterable[ExportRow]) -> Iterator[Loss]: ...

    def write(self, rows: Iterable[ExportRow], folder: Path, stem: str, tally: Tally) -> Written: ...
