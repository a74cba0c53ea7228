"""Changes to examples by people: written through at once, with who and when, and taken back as a whole.

One *change* is what somebody did at once (an edited cell, 271 approvals). Its *edits* hold, for each example, the
values before and after. An undone change can be done again until something else is changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, RowMapping, Text, bindparam, cast, insert, select, update

from ftcore.records import Example
from ftcore.store import examples as store_examples
from ftcore.store import problems
from ftcore.store.filters import listed
from ftcore.store.projects import touch
from ftcore.store.schema import changes, edits, examples, now

FIELDS = ("training", "status", "split", "tags", "note", "private", "trashed", "ignored", "worse", "grouping")
"""What a change may change. `training` is the conversation in the protocol's shape, `ignored` the codes of problems that are
not to be shown at the row."""
CHUNK = 5_000


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


def save(
    c: Connection, project_id: int, wanted: Iterable[Edit], *, who: str, label: str, task_id: int | None = None
) -> Saved:
    """Writes edits as one change. What is already so is left alone, so saving twice journals once. Edits of a million rows
    may come from a generator: they are written in parts, all of them in the caller's transaction."""
    changed: list[int] = []
    conflicts: list[Conflict] = []
    change_id = 0
    for part in _parts(wanted):
        written, refused = save_part(c, project_id, part, who)
        conflicts += refused
        if not written:
            continue
        if not change_id:
            drop_undone(c, project_id)
            values = {"label": label, "who": who, "at": now(), "state": "done", "task_id": task_id}
            change_id = c.execute(insert(changes).values(project_id=project_id, **values)).lastrowid
        c.execute(insert(edits), [{"change_id": change_id, **edit} for edit in written])
        changed += [edit["example_id"] for edit in written]
    if changed:
        c.execute(update(changes).where(changes.c.id == change_id).values(number=len(changed)))
        touch(c, project_id)
    return Saved(tuple(changed), tuple(conflicts))


def save_part(
    c: Connection, project_id: int, wanted: Sequence[Edit], who: str
) -> tuple[list[dict[str, Any]], list[Conflict]]:
    written: list[dict[str, Any]] = []
    conflicts: list[Conflict] = []
    by_id = current(c, project_id, [edit.example_id for edit in wanted])
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
        written.append({"example_id": edit.example_id, "before": {name: row[name] for name in after}, "after": after})
        by_id[edit.example_id] = {**row, **after}  # the same row may come twice
    _keep_originals(c, written)
    write(c, project_id, [(edit["example_id"], edit["after"]) for edit in written], who)
    return written, conflicts


def undo(c: Connection, project_id: int, *, who: str) -> tuple[Change | None, tuple[int, ...]]:
    """Takes the last change back as a whole: (what it was, ids of the examples that changed)."""
    return _turn(c, project_id, who, back=True)


def redo(c: Connection, project_id: int, *, who: str) -> tuple[Change | None, tuple[int, ...]]:
    """Does the last undone change again, unless something was changed since."""
    return _turn(c, project_id, who, back=False)


def last(c: Connection, project_id: int, *, limit: int = 20) -> list[Change]:
    """The latest changes, the newest first, undone ones among them (`state`)."""
    query = (
        select(changes)
        .where(changes.c.project_id == project_id, changes.c.state != "dropped")
        .order_by(changes.c.id.desc())
    )
    return [change_of(row) for row in c.execute(query.limit(limit)).mappings()]


def rows_of(c: Connection, change_id: int) -> list[int]:
    """Ids of the examples that a change has changed."""
    return list(c.execute(select(edits.c.example_id).where(edits.c.change_id == change_id).distinct()).scalars())


def of_task(c: Connection, task_id: int) -> Change | None:
    """The change that a task of the worker has made already."""
    row = c.execute(select(changes).where(changes.c.task_id == task_id)).mappings().first()
    return change_of(row) if row else None


def next_undo(c: Connection, project_id: int) -> Change | None:
    """What `undo` would take back."""
    return _next(c, project_id, back=True)


def next_redo(c: Connection, project_id: int) -> Change | None:
    """What `redo` would do again."""
    return _next(c, project_id, back=False)


def _turn(c: Connection, project_id: int, who: str, *, back: bool) -> tuple[Change | None, tuple[int, ...]]:
    found = _next(c, project_id, back=back)
    if found is None:
        return None, ()
    new_state = "undone" if back else "done"
    turned: list[int] = []
    last_id = 2**62 if back else 0
    while True:  # backwards when undoing: a row may be in one change twice
        beyond, order = (edits.c.id < last_id, edits.c.id.desc()) if back else (edits.c.id > last_id, edits.c.id.asc())
        query = select(edits).where(edits.c.change_id == found.id, beyond).order_by(order).limit(CHUNK)
        part = c.execute(query).mappings().all()
        if not part:
            break
        last_id = part[-1]["id"]
        write(c, project_id, [(e["example_id"], e["before"] if back else e["after"]) for e in part], who)
        turned += [edit["example_id"] for edit in part]
    c.execute(update(changes).where(changes.c.id == found.id).values(state=new_state))
    touch(c, project_id)
    return replace(found, state=new_state), tuple(dict.fromkeys(turned))


def _next(c: Connection, project_id: int, *, back: bool) -> Change | None:
    mine = changes.c.project_id == project_id
    under_way = select(changes.c.id).where(mine, changes.c.state.not_in(("done", "undone", "dropped"))).limit(1)
    if c.execute(under_way).first() is not None:
        return None  # the worker is writing a change of very many rows: it is taken back when it is whole
    state, order = ("done", changes.c.id.desc()) if back else ("undone", changes.c.id.asc())
    query = select(changes).where(changes.c.project_id == project_id, changes.c.state == state).order_by(order)
    row = c.execute(query.limit(1)).mappings().first()
    return change_of(row) if row else None


def change_of(r: RowMapping) -> Change:
    return Change(r["id"], r["label"], r["who"], r["at"], r["state"], r["number"])


def _parts(wanted: Iterable[Edit]) -> Iterator[list[Edit]]:
    coming = iter(wanted)
    while part := list(islice(coming, CHUNK)):
        yield part


def drop_undone(c: Connection, project_id: int) -> None:
    mine = (changes.c.project_id == project_id, changes.c.state == "undone")
    c.execute(update(changes).where(*mine).values(state="dropped"))


def current(c: Connection, project_id: int, ids: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    columns = (examples.c.id, examples.c.version, *(examples.c[name] for name in FIELDS))
    query = select(*columns).where(examples.c.project_id == project_id, examples.c.id.in_(listed(ids)))
    query = query.with_hint(examples, "NOT INDEXED", "sqlite")  # by the primary key, not through the whole project
    return {row["id"]: dict(row) for row in c.execute(query).mappings()}


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"These are not fields of an example: {', '.join(sorted(unknown))}.")
    return {name: list(value) if name in ("tags", "ignored") else value for name, value in values.items()}


def _keep_originals(c: Connection, written: Sequence[Mapping[str, Any]]) -> None:
    """The first edit of a conversation keeps how it was imported. Until then it is not stored twice."""
    before = [
        {"of": edit["example_id"], "original": edit["before"]["training"]}
        for edit in written
        if "training" in edit["before"]
    ]
    if before:
        nothing_kept = cast(examples.c.original, Text) == "null"
        c.execute(
            update(examples)
            .where(examples.c.id == bindparam("of"), nothing_kept)
            .values(original=bindparam("original")),
            before,
        )


def write(c: Connection, project_id: int, values: Sequence[tuple[int, Mapping[str, Any]]], who: str) -> None:
    """Writes new values into rows, those with the same fields in one go."""
    together: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for example_id, new in values:
        columns: dict[str, Any] = dict(new)
        if "training" in new:
            columns |= store_examples.text_columns(store_examples.from_json(new["training"]))
        together[tuple(sorted(columns))].append({"of": example_id, **{f"new_{k}": v for k, v in columns.items()}})
    for names, rows in together.items():
        c.execute(
            update(examples)
            .where(examples.c.id == bindparam("of"))
            .values(
                **{name: bindparam(f"new_{name}", type_=examples.c[name].type) for name in names},
                version=examples.c.version + 1,
                changed_by=who,
                changed_at=now(),
            ),
            rows,
        )
    ignored = {example_id: new["ignored"] for example_id, new in values if "ignored" in new}
    if ignored:
        problems.apply_ignored(c, ignored)
    if ignored or any("status" in new or "trashed" in new for _, new in values):
        problems.stamp(c, project_id)
