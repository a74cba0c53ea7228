"""Takes of a file what was chosen: changes as one change of the journal, new rows as an import."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ftcore.dataset import curation, sources
from ftcore.dataset.intake.parts import settle, write_part
from ftcore.dataset.intake.progress import Progress, silent
from ftcore.dataset.intake.recheck import recheck
from ftcore.dataset.intake.wish import Wish, digest_of
from ftcore.dataset.reimport.comparing import missing_ids
from ftcore.dataset.reimport.deciding import LABEL
from ftcore.dataset.reimport.difference import Kind
from ftcore.dataset.reimport.walking import Met, walk
from ftcore.records import Accepted, Mapping, Rejected
from ftcore.store import examples, imports, long_changes
from ftcore.store.database import Database
from ftcore.store.journal import Change, Edit


@dataclass(frozen=True, slots=True)
class Choice:
    """What to take. `both` overwrites what people have changed here; `missing` moves to the trash what the file has no more."""

    new: bool = True
    changed: bool = True
    both: bool = False
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Numbers of rows, the import that holds the new ones, and the change that Undo takes back (0: nothing changed)."""

    new: int
    changed: int
    trashed: int
    import_id: int
    change_id: int


def take(
    db: Database,
    project_id: int,
    path: Path,
    mapping: Mapping | None,
    name: str,
    choice: Choice,
    *,
    who: str,
    task_id: int | None = None,
    test_rows: int | None = None,
    progress: Progress = silent,
) -> Taken:
    """Walks through the file again and takes what `choice` says; what others change meanwhile is left to them.

    Begun again with the same `task_id`, it goes on: what is taken already is no news any more. Raises SourceError.
    """
    reading = sources.open_file(path, mapping, name=name)
    wish = Wish(project_id, path, name, who, reading, digest_of(path), test_rows=test_rows, task_id=task_id)
    return _Taking(db, wish, choice, progress).go()


class _Taking:
    def __init__(self, db: Database, wish: Wish, choice: Choice, progress: Progress) -> None:
        self._db, self._wish, self._choice, self._progress = db, wish, choice, progress
        self._read = self._left = self._trashed = 0
        self._matched, self._origins = set[int](), {wish.name}
        with db.write() as c:
            self._change: Change = long_changes.begin(
                c, wish.project_id, label=LABEL + wish.name, who=wish.who, task_id=wish.task_id
            )
            known = imports.of_task(c, wish.task_id) if wish.task_id is not None else None
        self._import_id = known.id if known is not None else None
        self._set_aside_before = known.rejected if known is not None else 0

    def go(self) -> Taken:
        for several in walk(self._db, self._wish.project_id, self._wish.reading, self._progress):
            self._read += len(several)
            self._edit(list(self._edits(several)))
            self._add(several)
        if self._choice.missing and self._wish.reading.mapping.key and not self._wish.reading.is_ours:
            with self._db.read() as c:  # the rows that have just come are not missing
                here = self._matched.union(examples.ids_of_import(c, self._import_id or 0))
            for part in missing_ids(self._db, self._wish.project_id, here, sorted(self._origins)):
                self._trashed += self._edit([Edit(id_, {"trashed": True}) for id_ in part])
        return self._end()

    def _edits(self, several: list[Met | Rejected]) -> Iterator[Edit]:
        for met in several:
            if isinstance(met, Rejected) or met.row is None:
                continue
            self._matched.add(met.row.id)
            self._origins.add(met.row.source)
            if met.repeated:
                continue
            if (met.kind is Kind.CHANGED and self._choice.changed) or (met.kind is Kind.BOTH and self._choice.both):
                yield Edit(met.row.id, met.decision.values(), met.row.version)

    def _edit(self, edits: list[Edit]) -> int:
        if not edits:
            return 0
        with self._db.write() as c:
            changed, left = long_changes.append(c, self._wish.project_id, self._change, edits)
            curation.check_again(c, self._wish.project_id, changed)
        self._left += left
        return len(changed)

    def _add(self, several: list[Met | Rejected]) -> None:
        new: list[Accepted | Rejected] = []
        for met in several:
            if isinstance(met, Rejected):
                if self._set_aside_before:
                    self._set_aside_before -= 1
                else:
                    new.append(met)
            elif met.kind is Kind.NEW and self._choice.new:
                new.append(met.record)
        if new or self._import_id is None:
            self._import_id = write_part(self._db, self._wish, self._import_id, new)

    def _end(self) -> Taken:
        assert self._import_id is not None
        with self._db.write() as c:
            change = long_changes.finish(c, self._wish.project_id, self._change)
            new = imports.get(c, self._import_id).accepted
        if new:
            settle(self._db, self._wish, self._import_id, self._progress)
        elif change.examples:
            recheck(self._db, self._wish.project_id, progress=self._progress)
        with self._db.write() as c:
            notes = imports.get(c, self._import_id).notes
            told = _told(self._read, change.examples - self._trashed, new, self._trashed, self._left)
            imports.tell(c, self._import_id, notes=[told, *(note for note in notes if note != told)])
            imports.close(c, self._import_id)
        changed = change.examples - self._trashed
        return Taken(new, changed, self._trashed, self._import_id, change.id if change.examples else 0)


def _told(read: int, changed: int, new: int, trashed: int, left: int) -> str:
    bin_ = f", {trashed:,} moved to the trash" if trashed else ""
    quicker = f" {left:,} that somebody changed meanwhile were left to them." if left else ""
    return f"Compared with what was here: {read:,} read, {changed:,} changed, {new:,} new{bin_}.{quicker}"
