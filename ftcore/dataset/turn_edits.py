"""Changes to one row that are more than a cell: its turns, a worse answer, an earlier version, a copy, its parts. Each is
one change of the journal, written only when nobody changed the row since it was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ftcore.chat import count_tokens
from ftcore.dataset import curation, split_lock, turns
from ftcore.records import Example, Split, TrainingExample
from ftcore.store import examples, hand_rows, journal
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.history import Version
from ftcore.store.journal import Edit, Saved

RESTORED = ("training", "status", "split", "tags", "note", "private", "worse", "grouping", "ignored")
"""What an earlier version brings back: all but whether the row is in the trash."""


def save(
    db: Database,
    project_id: int,
    example_id: int,
    values: Mapping[str, Any],
    *,
    version: int | None,
    who: str,
    label: str,
) -> Saved:
    """Writes values of the journal's fields (`training` in the protocol's shape)."""
    with db.write() as c:
        saved = journal.save(c, project_id, [Edit(example_id, values, version)], who=who, label=label)
        if "training" in values:
            curation.check_again(c, project_id, saved.changed)
        return saved


def save_training(db: Database, row: Example, training: TrainingExample, *, who: str, label: str) -> Saved:
    """Puts a conversation into the place of the one that was seen."""
    values = {"training": examples.to_json(training)}
    return save(db, row.project_id, row.id, values, version=row.version, who=who, label=label)


def restore(db: Database, row: Example, version: Version, *, who: str) -> Saved:
    """Makes the row what it was after an earlier change. The versions between stay in its history. A row of a locked test
    split stays in it, and no other joins it: then the label says so."""
    values = {name: version.values[name] for name in RESTORED}
    stays = ""
    try:
        with db.read() as c:
            split_lock.guard(c, row.project_id, {row.id: values["split"]})
    except split_lock.SplitLocked:
        del values["split"]
        stays = " (its split stayed: the test is locked)"
    label = f"Gave row {row.id} back as it was {'imported' if not version.change_id else 'before'}{stays}"
    return save(db, row.project_id, row.id, values, version=row.version, who=who, label=label)


def add(db: Database, project_id: int, training: TrainingExample, *, who: str) -> int:
    """A new row for the training split; its id. Undo moves it to the trash."""
    return _add(db, project_id, [NewExample(training, Split.TRAIN)], who=who, label="Added a row")[0]


def copy(db: Database, row: Example, *, who: str) -> int:
    """A copy in the same split, so that a question is never on two sides; its id."""
    new = NewExample(row.training, row.split, row.tags, note=row.note, grouping=row.grouping)
    return _add(db, row.project_id, [new], who=who, label=f"Copied row {row.id}")[0]


def split(db: Database, row: Example, places: list[int], *, who: str) -> list[int]:
    """One row for each of these answers, and the whole conversation to the trash: one change. Raises TurnError."""
    parts = turns.split(row.training, places)
    if not parts:
        raise turns.TurnError("Choose at least one answer to split at.")
    new = [NewExample(part, row.split, row.tags, note=row.note, grouping=row.grouping) for part in parts]
    label = f"Split row {row.id} into {len(parts)} {'row' if len(parts) == 1 else 'rows'}"
    return _add(db, row.project_id, new, who=who, label=label, gone=row)


def _add(
    db: Database, project_id: int, rows: Sequence[NewExample], *, who: str, label: str, gone: Example | None = None
) -> list[int]:
    from dataclasses import replace

    counted = [replace(row, tokens=count_tokens(row.training)) for row in rows]
    with db.write() as c:
        ids = hand_rows.add_trashed(c, project_id, counted, who=who)
        edits = [Edit(id_, {"trashed": False}) for id_ in ids]
        if gone is not None:
            edits.append(Edit(gone.id, {"trashed": True}))
        journal.save(c, project_id, edits, who=who, label=label)
        curation.check_again(c, project_id, ids)
    return ids
