"""Rows of a project to the files of a target: which rows, what they would lose, and the files themselves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset import bulk
from ftcore.dataset.bulk import Selection
from ftcore.dataset.preferences import NoPair, compare_edit
from ftcore.dataset.targets import Export, ExportRow, Fate, Kind, LossCount, bundle, export_rows, find, summary
from ftcore.dataset.targets.losses import Tally
from ftcore.dataset.targets.row import Loss
from ftcore.records import Example, Filter, Status
from ftcore.store import examples, projects
from ftcore.store.database import Database

AT_ONCE = bulk.AT_ONCE
"""More rows than these are for the worker."""
CHUNK = 2_000
READING, WRITING = "Reading the examples", "Writing the files"
APPROVED = Selection(where=Filter(status=Status.APPROVED))
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The name of a target, which rows, and whether rows that are marked private are among them."""

    target: str
    selection: Selection = APPROVED
    private: bool = False

    def to_json(self) -> dict[str, Any]:
        return {"target": self.target, "selection": self.selection.to_json(), "private": self.private}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Wanted:
        return cls(str(kept["target"]), Selection.from_json(kept["selection"]), kept.get("private") is True)


@dataclass(frozen=True, slots=True)
class Look:
    """What an export would come to. `rows` were chosen, `private` of them are left out as private; the `losses` are counted by
    sentence, those that leave rows out first. `pairs` of answers there are, for a target of pairs."""

    rows: int
    private: int
    losses: tuple[LossCount, ...]
    pairs: int | None = None

    @property
    def written(self) -> int:
        """Rows that will be in the files. A row is left out for one reason only."""
        return self.rows - self.private - sum(one.rows for one in self.losses if one.fate is Fate.LEFT_OUT)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Look:
        return cls(kept["rows"], kept["private"], _losses(kept["losses"]), kept.get("pairs"))


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: `file` (a name in the folder of exports) is to be downloaded as `name`; `files` are the names in it, each
    with its rows."""

    file: str
    name: str
    files: tuple[tuple[str, int], ...]
    rows: int
    losses: tuple[LossCount, ...] = ()
    private: int = 0
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Made:
        files = tuple((str(name), int(rows)) for name, rows in kept["files"])
        return cls(**{**kept, "files": files, "losses": _losses(kept["losses"]), "notes": tuple(kept["notes"])})


def look(db: Database, project_id: int, wanted: Wanted, progress: Progress = bulk.silent) -> Look:
    """What would be left out and changed; nothing is written. Raises ExportError for a target that there is not."""
    target, walk = find(wanted.target), _Walk(db, project_id, wanted, progress, READING)
    lost = summary(target.losses(walk.rows()))
    pairs = walk.passed - _left_out(lost) if target.kind is Kind.PREFERENCE else None
    return Look(walk.looked, walk.private, tuple(_ordered([*walk.without_pair.counts(), *lost])), pairs)


def losing(db: Database, project_id: int, wanted: Wanted, sentence: str) -> list[int]:
    """The rows behind one sentence of `Look.losses`."""
    walk = _Walk(db, project_id, wanted, bulk.silent, READING, keep=sentence)
    lost = [loss.row_id for loss in find(wanted.target).losses(walk.rows()) if loss.sentence == sentence]
    return sorted({*lost, *walk.kept})


def make(db: Database, project_id: int, wanted: Wanted, folder: Path, progress: Progress = bulk.silent) -> Made:
    """Writes the files into `folder` and makes one of them that can be downloaded. Raises ExportError."""
    export, lost, private = write(db, project_id, wanted, folder, progress)
    path = bundle(export)
    with db.read() as c:
        called = projects.get(c, project_id).file_name
    one_file = path.name.replace(f"project-{project_id}", called, 1)
    return Made(
        file=path.relative_to(folder).as_posix(),
        name=one_file if len(export.files) == 1 else f"{called}-{export.target}.zip",
        files=tuple((one.path.name, one.rows) for one in export.files),
        rows=export.rows,
        losses=lost,
        private=private,
        notes=export.notes,
    )


def write(
    db: Database, project_id: int, wanted: Wanted, folder: Path, progress: Progress = bulk.silent
) -> tuple[Export, tuple[LossCount, ...], int]:
    """Writes the files into `folder`, whole or absent, in the place of those of the last export to this target: (what was
    written, what was lost, how many private rows were left out). Raises ExportError."""
    target, walk = find(wanted.target), _Walk(db, project_id, wanted, progress, WRITING)
    name = f"project-{project_id}-{target.name}{_which(wanted)}"
    export = export_rows(target, walk.rows(), folder, name=name)
    lost = _ordered([*walk.without_pair.counts(), *export.left_out, *export.changed])
    return export, tuple(lost), walk.private


class _Walk:
    """One walk through the chosen rows: gives those that a target is shown, and counts the others."""

    def __init__(
        self, db: Database, project_id: int, wanted: Wanted, progress: Progress, message: str, *, keep: str = ""
    ) -> None:
        self._db, self._project_id, self._wanted = db, project_id, wanted
        self._progress, self._message, self._keep = progress, message, keep
        self._kind = find(wanted.target).kind
        self.looked = self.private = self.passed = 0
        self.without_pair = Tally()
        self.kept: list[int] = []

    def rows(self) -> Iterator[ExportRow]:
        with self._db.read() as c:
            short = projects.get(c, self._project_id).tuned_prompt
            total = bulk.number(c, self._project_id, self._wanted.selection)
            for part in _chosen(c, self._project_id, self._wanted.selection):
                for example in part:
                    self.looked += 1
                    if example.private and not self._wanted.private:
                        self.private += 1
                    elif (row := self._row(c, example, short)) is not None:
                        self.passed += 1
                        yield row
                self._progress(self.looked, max(total, self.looked), self._message)

    def _row(self, c: Connection, example: Example, short: str) -> ExportRow | None:
        rejected: str | None = example.worse or None
        if self._kind is Kind.PREFERENCE and rejected is None:
            found = _edited(c, example)
            if isinstance(found, NoPair):
                self.without_pair.add(Loss(example.id, found.reason, Fate.LEFT_OUT))
                if found.reason == self._keep:
                    self.kept.append(example.id)
                return None
            rejected = found.rejected
        training = example.training
        if self._kind is not Kind.PEOPLE and short and not training.system:
            training = training.with_system(short)  # as a job would train on it
        return ExportRow(
            example.id,
            training,
            example.split,
            example.status,
            example.tags,
            example.note,
            example.key,
            example.grouping,
            rejected,
            example.source,
            example.line,
        )


def _which(wanted: Wanted) -> str:
    """Other rows go into files of their own: nobody downloads what somebody else chose, nor private rows by accident."""
    said = json.dumps(wanted.selection.to_json(), sort_keys=True)
    chosen = "" if wanted.selection == APPROVED else f"-{hashlib.blake2b(said.encode(), digest_size=4).hexdigest()}"
    return chosen + ("-private" if wanted.private else "")


def _edited(c: Connection, example: Example) -> Any:
    """The pair that edits made, or why there is none. A row of the first version was never edited."""
    before = examples.original(c, example.id) if example.version > 1 else example.training
    return compare_edit(before, example.training)


def _chosen(c: Connection, project_id: int, selection: Selection) -> Iterator[list[Example]]:
    if selection.ids is None:
        yield from examples.stream(c, project_id, selection.where or Filter(), chunk=CHUNK)
        return
    ids = sorted(set(selection.ids))
    for start in range(0, len(ids), CHUNK):
        rows = examples.get_many(c, ids[start : start + CHUNK])
        yield [row for row in rows if row.project_id == project_id and not row.trashed]


def _left_out(losses: list[LossCount]) -> int:
    return sum(one.rows for one in losses if one.fate is Fate.LEFT_OUT)


def _ordered(losses: list[LossCount]) -> list[LossCount]:
    return sorted(losses, key=lambda one: (one.fate is not Fate.LEFT_OUT, -one.rows, one.sentence))


def _losses(kept: Any) -> tuple[LossCount, ...]:
    return tuple(replace(LossCount(**one), fate=Fate(one["fate"]), first_ids=tuple(one["first_ids"])) for one in kept)
