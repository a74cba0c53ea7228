"""Versions of a project's approved examples (snapshots under a name): two compared, one restored."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from ftcore.chat import count_tokens, to_line
from ftcore.dataset import curation, split_lock
from ftcore.records import SnapshotRow, Split, Status, TrainingExample
from ftcore.store import examples, imports, journal, projects, snapshots
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit
from ftcore.store.snapshots import Frozen

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Changed:
    """One example in both versions, and not the same."""

    before: SnapshotRow
    after: SnapshotRow

    @property
    def moved(self) -> bool:
        return self.before.split != self.after.split


@dataclass(frozen=True, slots=True)
class Some:
    """`number` is exact; `rows` are the first hundred."""

    number: int = 0
    rows: tuple[SnapshotRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What makes the other version of the one. `number_changed` is exact, `changed` are the first hundred."""

    added: Some
    removed: Some
    number_changed: int
    changed: tuple[Changed, ...]
    same: int

    @property
    def empty(self) -> bool:
        return not (self.added.number or self.removed.number or self.number_changed)


@dataclass(frozen=True, slots=True)
class Restored:
    """How many examples became as they were in the version, how many of them had to be added again, and how many approved ones
    that it does not hold became drafts."""

    back: int
    added: int
    drafts: int


@dataclass(slots=True)
class _Walk:
    same: int = 0
    changed: list[tuple[int, int]] = field(default_factory=list)
    number_changed: int = 0
    only_one: dict[bytes, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    only_other: dict[bytes, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def note_change(self, before: int, after: int) -> None:
        self.number_changed += 1
        if len(self.changed) < SHOWN:
            self.changed.append((before, after))


def compare(c: Connection, one: int, other: int) -> Difference:
    """The differences from the snapshot `one` to the snapshot `other`.

    Rows are matched by their example, and those left over by what they say: the same conversation under another id (imported
    again, say) counts as the same. Both are walked through once; only rows under other ids are kept in mind, 16 bytes of each.
    """
    walk = _Walk()
    for before, after in _side_by_side(snapshots.by_example(c, one), snapshots.by_example(c, other)):
        if before is not None and after is not None:
            if before.split == after.split and _says_the_same(before.text, after.text):
                walk.same += 1
            else:
                walk.note_change(before.row_id, after.row_id)
        elif before is not None:
            walk.only_one[_said(before.text)].append((before.row_id, before.split))
        elif after is not None:
            walk.only_other[_said(after.text)].append((after.row_id, after.split))
    _match_by_content(walk)
    removed, added = (
        sorted(row for several in kept.values() for row, _ in several) for kept in (walk.only_one, walk.only_other)
    )
    befores, afters = (snapshots.some(c, [pair[at] for pair in walk.changed]) for at in (0, 1))
    return Difference(
        added=Some(len(added), tuple(snapshots.some(c, added[:SHOWN]))),
        removed=Some(len(removed), tuple(snapshots.some(c, removed[:SHOWN]))),
        number_changed=walk.number_changed,
        changed=tuple(Changed(before, after) for before, after in zip(befores, afters, strict=True)),
        same=walk.same,
    )


def restore(db: Database, project_id: int, snapshot_id: int, *, who: str) -> Restored:
    """Makes the approved examples those of the snapshot again: one change, one undo.

    Its rows get their conversation and split back and are approved, out of the trash too; approved rows that it does not hold
    become drafts. A row that exists no more is added again, in the trash, and the change takes it out: the undo puts it back
    there. The short system prompt that a snapshot put above a row which had none is not written into the row. A snapshot taken
    afterwards has the same digest. Raises SplitLocked, with nothing changed, when rows would join or leave a locked test split.
    """
    with db.write() as c:
        snapshot = snapshots.get(c, snapshot_id)
        if snapshot.project_id != project_id:
            raise LookupError(f"Version {snapshot_id} is not one of this project.")
        renewed: list[int] = []
        again = _add_missing(c, project_id, snapshot_id, snapshot.name or snapshot.digest[:8], who)
        label = f"Restored version “{snapshot.name or snapshot.digest[:8]}”"
        counted = {"back": 0, "drafts": 0}
        edits = _edits(c, project_id, snapshot_id, again, renewed, counted)
        with split_lock.kept(c, project_id):
            journal.save(c, project_id, edits, who=who, label=label)
        curation.check_again(c, project_id, renewed)
        return Restored(counted["back"], len(again), counted["drafts"])


def _edits(
    c: Connection, project_id: int, snapshot_id: int, again: dict[int, int], renewed: list[int], counted: dict[str, int]
) -> Iterator[Edit]:
    short = projects.get(c, project_id).tuned_prompt
    for part in snapshots.parts(c, snapshot_id):
        standing = snapshots.standing(c, project_id, [again.get(row.example_id, row.example_id) for row in part])
        for row in part:
            example_id = again.get(row.example_id, row.example_id)
            now, private = standing[example_id]
            values: dict[str, Any] = {
                "split": row.split.value,
                "status": Status.APPROVED.value,
                "trashed": False,
                "private": private or row.private,
            }
            training = _as_a_row(row.training, now, short)
            if training != now:
                values["training"] = examples.to_json(training)
                renewed.append(example_id)
            counted["back"] += 1
            yield Edit(example_id, values)
    for ids in snapshots.approved_outside(c, project_id, snapshot_id):
        inside = set(again.values())
        for id_ in ids:
            if id_ not in inside:
                counted["drafts"] += 1
                yield Edit(id_, {"status": Status.DRAFT.value})


def _as_a_row(frozen: TrainingExample, now: TrainingExample | None, short: str) -> TrainingExample:
    """The conversation as it stands in the project: without the short system prompt, unless the row has it as its own."""
    if short and frozen.system == short and not (now is not None and now.system):
        return frozen.with_system("")
    return frozen


def _add_missing(c: Connection, project_id: int, snapshot_id: int, name: str, who: str) -> dict[int, int]:
    """Adds what exists no more to the trash; gives its new ids by the old ones."""
    short = projects.get(c, project_id).tuned_prompt
    missing: list[int] = []
    import_id = 0
    for part in snapshots.parts(c, snapshot_id):
        absent = snapshots.missing(c, project_id, [row.example_id for row in part])
        gone = [row for row in part if row.example_id in absent]
        if not gone:
            continue
        import_id = import_id or imports.start(
            c, project_id, file_name=f"Version {name}", sha256="", shape="version", who=who
        )
        new = [_new(row, short) for row in gone]
        examples.add(c, project_id, new, import_id=import_id, source=f"Version {name}", who=who)
        missing += [row.example_id for row in gone]
    if not import_id:
        return {}
    snapshots.into_trash(c, import_id)
    imports.finish(c, import_id, accepted=len(missing), rejected=[])
    return dict(zip(missing, examples.ids_of_import(c, import_id), strict=True))


def _new(row: SnapshotRow, short: str) -> NewExample:
    training = _as_a_row(row.training, None, short)
    return NewExample(training, row.split, tokens=count_tokens(training))


def _side_by_side(one: Iterator[Frozen], other: Iterator[Frozen]) -> Iterator[tuple[Frozen | None, Frozen | None]]:
    """Both in one walk, by the ids of their examples, which rise."""
    mine, theirs = next(one, None), next(other, None)
    while mine is not None or theirs is not None:
        if theirs is None or (mine is not None and mine.example_id < theirs.example_id):
            yield mine, None
            mine = next(one, None)
        elif mine is None or theirs.example_id < mine.example_id:
            yield None, theirs
            theirs = next(other, None)
        else:
            yield mine, theirs
            mine, theirs = next(one, None), next(other, None)


def _match_by_content(walk: _Walk) -> None:
    """Takes out what both hold under different ids; in another split it is a change."""
    for said in walk.only_one.keys() & walk.only_other.keys():
        mine, theirs = walk.only_one[said], walk.only_other[said]
        for side in Split:
            while (a := _of(mine, side)) is not None and (b := _of(theirs, side)) is not None:
                mine.remove(a)
                theirs.remove(b)
                walk.same += 1
        while mine and theirs:
            walk.note_change(mine.pop(0)[0], theirs.pop(0)[0])


def _of(rows: list[tuple[int, str]], side: Split) -> tuple[int, str] | None:
    return next((row for row in rows if row[1] == side), None)


def _says_the_same(one: str, other: str) -> bool:
    return one == other or _line(one) == _line(other)


def _said(text: str) -> bytes:
    return hashlib.blake2b(_line(text).encode(), digest_size=16).digest()


def _line(text: str) -> str:
    return to_line(examples.from_json(json.loads(text)))
