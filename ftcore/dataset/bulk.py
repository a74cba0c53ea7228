"""One action on many rows: ticked ones, or everything that matches a filter. One change in the journal, one undo.

Few rows are written in one transaction. Very many are written in parts by the worker (`store/long_changes.py`): rows that
somebody changes meanwhile are left to them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from ftcore.dataset import curation, split_lock
from ftcore.dataset.bulk_actions import ABOUT_TEXTS, IGNORE, SPLIT, Action, Made, maker, told
from ftcore.records import Example, Filter, TrainingExample
from ftcore.store import examples, journal, long_changes
from ftcore.store.database import Database
from ftcore.store.journal import Change, Edit

AT_ONCE = 20_000
"""More rows than these are for the worker."""
PART = 1_000
"""Rows of the first part; the others are as large as the machine does in `HELD` seconds."""
HELD = 0.25
"""Seconds for which a part may keep others from writing."""
PAUSE = 0.12
"""Seconds between two parts: whoever waits to write looks every tenth of a second whether it is their turn."""
SHOWN = 20
EVERYTHING = 10**9
Progress = Callable[[int, int, str], None]


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows: these ids, or everything that matches."""

    ids: tuple[int, ...] | None = None
    where: Filter | None = None

    def to_json(self) -> dict[str, Any]:
        return {"ids": list(self.ids)} if self.ids is not None else {"filter": (self.where or Filter()).to_json()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Selection:
        if "ids" in kept:
            return cls(ids=tuple(int(id_) for id_ in kept["ids"]))
        return cls(where=Filter.from_json(kept["filter"]))


@dataclass(frozen=True, slots=True)
class Difference:
    """A row as it is, and as the action would make it."""

    before: Example
    after: TrainingExample


@dataclass(frozen=True, slots=True)
class Preview:
    """How many rows would change their text, at how many places, and the first of them. Not `complete`: the time was over
    after `looked` rows."""

    rows: int
    places: int
    looked: int
    complete: bool
    first: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """`changed` rows of those that were chosen; the others were so already. `change` is None when nothing changed. `left` are
    rows that somebody else changed while this went on (since it was last begun): they are as these people made them."""

    changed: int
    change: Change | None = None
    left: int = 0


def number(c: Connection, project_id: int, selection: Selection) -> int:
    """How many rows are chosen, exactly."""
    if selection.ids is not None:
        return sum(row.project_id == project_id for row in examples.get_many(c, selection.ids))
    return examples.count(c, project_id, selection.where or Filter(), up_to=EVERYTHING)[0]


def preview(db: Database, project_id: int, selection: Selection, action: Action, *, seconds: float = 2.0) -> Preview:
    """What an action on texts would do. Raises PatternError."""
    make = maker(action)
    ends = time.monotonic() + seconds
    rows = places = looked = 0
    first: list[Difference] = []
    with db.read() as c:
        for part in _chosen(c, project_id, selection, after=0, chunk=200):
            for row in part:
                made = make(row)
                looked += 1
                if "training" in made.values:
                    rows, places = rows + 1, places + made.places
                    if len(first) < SHOWN:
                        first.append(Difference(row, examples.from_json(made.values["training"])))
                if time.monotonic() > ends:  # one row alone may take as long as a pattern is allowed to
                    return Preview(rows, places, looked, False, tuple(first))
    return Preview(rows, places, looked, True, tuple(first))


def carry_out(
    db: Database,
    project_id: int,
    selection: Selection,
    action: Action,
    *,
    who: str,
    task_id: int | None = None,
    progress: Progress = silent,
) -> Done:
    """Does it. With a `task_id` in parts, each a transaction of its own, and again without doing anything twice; without one
    in a single transaction, whole or absent.

    Raises PatternError; a single transaction has changed nothing then, and what was done in parts stays one change. Raises
    SplitLocked before anything is written."""
    make = maker(action)
    with db.read() as c:
        _guard(c, project_id, selection, action)
    if task_id is not None:
        return _in_parts(db, project_id, selection, action, make, who, task_id, progress)
    with db.write() as c:
        change = long_changes.begin(c, project_id, label=told(action, 0), who=who)
        for rows in _chosen(c, project_id, selection, after=0, chunk=PART):
            _write(c, project_id, change, action, _edits(c, action, make, rows))
        return _finished(c, project_id, change, action)


def stop(db: Database, project_id: int, action: Action, task_id: int) -> None:
    """The user stopped it: what was done so far stays, as one change that Undo takes back."""
    with db.write() as c:
        change = journal.of_task(c, task_id)
        if change is not None and change.state == long_changes.RUNNING:
            label = f"{told(action, change.examples)} (stopped)"
            long_changes.finish(c, project_id, change, label=label)


def turn(db: Database, project_id: int, change_id: int, *, back: bool, who: str, progress: Progress = silent) -> Change:
    """Undoes a change in parts, or does it again. Beginning again after an interruption changes nothing twice."""
    with db.write() as c:
        change = long_changes.get(c, change_id)
        if change.state == ("undone" if back else "done"):
            return change
        change = long_changes.turn(c, change, back=back)
        texts = long_changes.texts_change(c, change)
    at, looked, size = 0, 0, PART
    while True:
        began = time.monotonic()
        with db.write() as c:
            part = long_changes.turn_part(c, project_id, change, back=back, at=at, who=who, limit=size)
            if texts:
                curation.check_again(c, project_id, part.changed)
        if not part.looked:
            break
        at, looked, size = part.at, looked + part.looked, _sized(size, time.monotonic() - began)
        progress(looked, change.examples, "Taking back" if back else "Doing again")
        time.sleep(PAUSE)
    with db.write() as c:
        return long_changes.turned(c, project_id, change, back=back)


def _in_parts(
    db: Database,
    project_id: int,
    selection: Selection,
    action: Action,
    make: Callable[[Example], Made],
    who: str,
    task_id: int,
    progress: Progress,
) -> Done:
    with db.write() as c:
        change = long_changes.begin(c, project_id, label=told(action, 0), who=who, task_id=task_id)
        if change.state != long_changes.RUNNING:  # it was finished before
            return Done(change.examples, change)
        after = long_changes.reached(c, change)
        total = number(c, project_id, selection)
    done, size, left = change.examples, PART, 0
    while True:
        with db.read() as c:  # what can be done without keeping others from writing is done here
            rows = next(_chosen(c, project_id, selection, after=after, chunk=size), None)
            untouched = [row for row in rows or () if row.changed_at is None or row.changed_at <= change.at]
            wanted = _edits(c, action, make, untouched)
        if not rows:
            break
        began = time.monotonic()
        with db.write() as c:
            left += len(rows) - len(untouched) + _write(c, project_id, change, action, wanted)
        after, done, size = rows[-1].id, done + len(rows), _sized(size, time.monotonic() - began)
        progress(min(done, total), total, "Writing")
        time.sleep(PAUSE)
    with db.write() as c:
        return replace(_finished(c, project_id, change, action), left=left)


def _edits(c: Connection, action: Action, make: Callable[[Example], Made], rows: list[Example]) -> list[Edit]:
    """What the action makes of these rows, as long as they are as they were read."""
    if action.kind == IGNORE:  # a problem is ignored where it is, not where it may come one day
        rows = [row for row in examples.get_many(c, [row.id for row in rows]) if action.value in row.problems]
    return [Edit(row.id, made.values, row.version) for row in rows if (made := make(row)).values]


def _write(c: Connection, project_id: int, change: Change, action: Action, wanted: list[Edit]) -> int:
    """Gives the number of rows that somebody changed since they were read, and that are left."""
    changed, left = long_changes.append(c, project_id, change, wanted)
    if action.kind in ABOUT_TEXTS:
        curation.check_again(c, project_id, changed)
    return left


def _sized(size: int, held: float) -> int:
    """How many rows the next part has, after one of `size` rows held the others up for so many seconds."""
    return max(100, min(4_000, round(size * HELD / max(held, 0.01)), size * 2))


def _guard(c: Connection, project_id: int, selection: Selection, action: Action) -> None:
    if action.kind != SPLIT:
        return
    if selection.ids is None:
        split_lock.guard_filter(c, project_id, selection.where or Filter(), action.value)
    else:
        split_lock.guard(c, project_id, dict.fromkeys(selection.ids, action.value))


def _finished(c: Connection, project_id: int, change: Change, action: Action) -> Done:
    changed = long_changes.get(c, change.id).examples
    change = long_changes.finish(c, project_id, change, label=told(action, changed))
    return Done(changed, change if changed else None)


def _chosen(c: Connection, project_id: int, selection: Selection, *, after: int, chunk: int) -> Iterator[list[Example]]:
    """The rows by their ids, behind one of them."""
    if selection.ids is None:
        yield from examples.stream(c, project_id, selection.where or Filter(), after=after, chunk=chunk)
        return
    ids = sorted(id_ for id_ in set(selection.ids) if id_ > after)
    for start in range(0, len(ids), chunk):
        rows = examples.get_many(c, ids[start : start + chunk])
        if mine := [row for row in rows if row.project_id == project_id]:
            yield mine
