"""Changes to examples by people: written through at once, with who and when, and taken back as a whole.

One *change* is what somebody did at once (an edited cell, 271 approvals). Its *edits* hold, for each example, the
values before and after. An undone change can be done again until something else is changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from ftcore.records import Example
from ftcore.store import examples as store_examples
from ftcore.store.projects import touch
from ftcore.store.schema import changes, edits, examples, now

FIELDS = ("training", "status", "split", "tags", "note", "private")
"""What a change may change. `training` is the conversation in the protocol's shape."""


@dataclass(frozen=True, slots=True)
class Edit:
    """New values for one example. With `version`, it is written only when nobody changed the row since."""

    example_id: int
    values: Mapping[str, Any]
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else was quicker: `mine` was not written, `theirs` is what stands."""

    mine: Edit
    theirs: Example


@dataclass(frozen=True, slots=True)
class Saved:
    changed: tuple[int, ...]
    """Ids of the examples that really changed."""
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    id: int
    label: str
    who: str
    at: datetime
    state: str
    examples: int


def save(c: Connection, project_id: int, wanted: Sequence[Edit], *, who: str, label: str) -> Saved:
    """Writes edits as one change. What is already so is left alone, so saving twice journals once."""
    changed: list[dict[str, Any]] = []
    conflicts: list[Conflict] = []
    by_id = _current(c, project_id, [edit.example_id for edit in wanted])
    for edit in wanted:
        row = by_id.get(edit.example_id)
        if row is None:
            continue
        after = {name: value for name, value in _checked(edit.values).items() if row[name] != value}
        if not after:
            continue
        if edit.version is not None and edit.version != row["version"]:
            conflicts.append(Conflict(edit, store_examples.get(c, edit.example_id)))
            continue
        before = {name: row[name] for name in after}
        _write(c, edit.example_id, after, who)
        changed.append({"example_id": edit.example_id, "before": before, "after": after})
    if changed:
        _drop_undone(c, project_id)
        change_id = c.execute(
            insert(changes).values(project_id=project_id, label=label, who=who, at=now(), state="done")
        ).lastrowid
        c.execute(insert(edits), [{"change_id": change_id, **edit} for edit in changed])
        touch(c, project_id)
    return Saved(tuple(edit["example_id"] for edit in changed), tuple(conflicts))


def undo(c: Connection, project_id: int, *, who: str) -> tuple[Change | None, tuple[int, ...]]:
    """Takes the last change back as a whole: (what it was, ids of the examples that changed)."""
    return _turn(c, project_id, who, back=True)


def redo(c: Connection, project_id: int, *, who: str) -> tuple[Change | None, tuple[int, ...]]:
    """Does the last undone change again, unless something was changed since."""
    return _turn(c, project_id, who, back=False)


def last(c: Connection, project_id: int, *, limit: int = 20) -> list[Change]:
    """The latest changes, the newest first, undone ones among them (`state`)."""
    query = (
        select(changes, func.count(edits.c.id).label("examples"))
        .join(edits, edits.c.change_id == changes.c.id)
        .where(changes.c.project_id == project_id, changes.c.state != "dropped")
        .group_by(changes.c.id)
        .order_by(changes.c.id.desc())
    )
    rows = c.execute(query.limit(limit)).mappings()
    return [Change(r["id"], r["label"], r["who"], r["at"], r["state"], r["examples"]) for r in rows]


def _turn(c: Connection, project_id: int, who: str, *, back: bool) -> tuple[Change | None, tuple[int, ...]]:
    state, order = ("done", changes.c.id.desc()) if back else ("undone", changes.c.id.asc())
    query = select(changes).where(changes.c.project_id == project_id, changes.c.state == state).order_by(order)
    found = c.execute(query.limit(1)).mappings().first()
    if found is None:
        return None, ()
    turned = c.execute(select(edits).where(edits.c.change_id == found["id"])).mappings().all()
    for edit in turned:
        _write(c, edit["example_id"], edit["before"] if back else edit["after"], who)
    new_state = "undone" if back else "done"
    c.execute(update(changes).where(changes.c.id == found["id"]).values(state=new_state))
    touch(c, project_id)
    ids = tuple(edit["example_id"] for edit in turned)
    return Change(found["id"], found["label"], found["who"], found["at"], new_state, len(ids)), ids


def _drop_undone(c: Connection, project_id: int) -> None:
    mine = (changes.c.project_id == project_id, changes.c.state == "undone")
    c.execute(update(changes).where(*mine).values(state="dropped"))


def _current(c: Connection, project_id: int, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    found: dict[int, Mapping[str, Any]] = {}
    columns = (examples.c.id, examples.c.version, *(examples.c[name] for name in FIELDS))
    for start in range(0, len(ids), 10_000):  # SQLite takes 32,766 parameters a statement
        part = list(ids[start : start + 10_000])
        query = select(*columns).where(examples.c.project_id == project_id, examples.c.id.in_(part))
        found.update({row["id"]: row for row in c.execute(query).mappings()})
    return found


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"These are not fields of an example: {', '.join(sorted(unknown))}.")
    return {name: list(value) if name == "tags" else value for name, value in values.items()}


def _write(c: Connection, example_id: int, values: Mapping[str, Any], who: str) -> None:
    columns: dict[str, Any] = dict(values)
    if "training" in values:
        columns |= store_examples.text_columns(store_examples.from_json(values["training"]))
    c.execute(
        update(examples)
        .where(examples.c.id == example_id)
        .values(**columns, version=examples.c.version + 1, changed_by=who, changed_at=now())
    )
