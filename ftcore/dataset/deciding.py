"""Deciding about rows as they were seen: one change each, one undo each. Nothing newer than what stood on the screen is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from ftcore.dataset import curation, split_lock
from ftcore.records import Example, Status
from ftcore.store import examples, journal, reviews
from ftcore.store.database import Database
from ftcore.store.journal import Change, Edit

ASK = "ask"
"""The tag of a row that somebody has a question about."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a decision: `change_id` is 0 when nothing had to be changed, `conflict` is the row as somebody else made it,
    `gone` that it is not in the project any more. With one of these two nothing was decided."""

    change_id: int = 0
    conflict: Example | None = None
    gone: bool = False

    @property
    def stands(self) -> bool:
        return self.conflict is None and not self.gone


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken back, and the rows that it changed. Not `mine`: the last change is another person's, and was left."""

    change: Change | None
    ids: tuple[int, ...] = ()
    mine: bool = True


def decide(
    c: Connection,
    project_id: int,
    example_id: int,
    status: Status,
    *,
    who: str,
    version: int,
    sample: int | None = None,
) -> Decided:
    """Approves or rejects one row as it was seen: one change, one undo. A question about it is settled by that. `sample` is
    the set in which it counts as looked at."""
    row = _standing(c, example_id)
    if row is None:
        return Decided(gone=True)
    if row.version != version:
        return Decided(conflict=row)
    values: dict[str, object] = {"status": status.value}
    if ASK in row.tags:
        values["tags"] = [tag for tag in row.tags if tag != ASK]
    word = "Approved" if status is Status.APPROVED else "Rejected"
    saved = journal.save(c, project_id, [Edit(example_id, values, version)], who=who, label=f"{word} 1 example")
    if sample is not None:
        reviews.mark_seen(c, sample, [example_id])
    return Decided(reviews.last_change(c, project_id) if saved.changed else 0)


def decide_together(
    c: Connection, project_id: int, wanted: Mapping[int, Status], *, who: str, versions: Mapping[int, int], label: str
) -> Decided:
    """Decides several rows at once, all or none: one change, one undo."""
    rows = {row.id: row for row in examples.get_many(c, wanted) if not row.trashed}
    if set(rows) != set(wanted):
        return Decided(gone=True)
    for row in rows.values():
        if row.version != versions[row.id]:
            return Decided(conflict=row)
    edits = [Edit(id_, {"status": status.value}, versions[id_]) for id_, status in wanted.items()]
    saved = journal.save(c, project_id, edits, who=who, label=label)
    return Decided(reviews.last_change(c, project_id) if saved.changed else 0)


def toggle_tag(
    c: Connection, project_id: int, example_id: int, tag: str, *, who: str, version: int, on: bool | None = None
) -> Decided:
    """Puts a tag on a row or takes it off (`on`: which of the two)."""
    row = _standing(c, example_id)
    if row is None:
        return Decided(gone=True)
    if row.version != version:
        return Decided(conflict=row)
    put = tag not in row.tags if on is None else on
    tags = [*(t for t in row.tags if t != tag), *([tag] if put else [])]
    edit = Edit(example_id, {"tags": tags if put != (tag in row.tags) else list(row.tags)}, version)
    label = f"{'Tagged' if put else 'Untagged'} 1 example: {tag}"
    saved = journal.save(c, project_id, [edit], who=who, label=label)
    return Decided(reviews.last_change(c, project_id) if saved.changed else 0)


def take_back(db: Database, project_id: int, *, who: str, own: int = 0) -> Taken:
    """Takes this person's own last change back. When somebody else changed something since, `own` (the change that this person
    made last) is taken back at those of its rows that nobody touched; without it the other's change is left as it is."""
    with db.write() as c:
        last = journal.next_undo(c, project_id)
        if last is None:
            return Taken(None)
        if last.who == who:
            with split_lock.kept(c, project_id):
                _, ids = journal.undo(c, project_id, who=who)
        else:
            back = [Edit(id_, before) for id_, before, after in reviews.edits_of(c, own) if _as_left(c, id_, after)]
            found = [change for change in journal.last(c, project_id, limit=1_000) if change.id == own]
            if not back or not found:
                return Taken(last, mine=False)
            last = found[0]
            ids = journal.save(c, project_id, back, who=who, label=f"Took back: {last.label}").changed
        curation.check_again(c, project_id, ids)
        return Taken(last, ids)


def _standing(c: Connection, example_id: int) -> Example | None:
    found = examples.get_many(c, [example_id])
    return found[0] if found and not found[0].trashed else None


def _as_left(c: Connection, example_id: int, after: Mapping[str, object]) -> bool:
    """Whether the row still is as a change left it."""
    row = _standing(c, example_id)
    if row is None:
        return False
    now: dict[str, object] = {"training": examples.to_json(row.training), "split": row.split, "status": row.status}
    return all((now[name] if name in now else _plain(getattr(row, name))) == value for name, value in after.items())


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
