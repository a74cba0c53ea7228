"""Changes of very many rows, written in parts so that nobody waits for the database: all parts are one change of the journal
and one undo. A change is "running" until its last part; being undone or done again in parts, it is "undoing" or "redoing".

Whatever was interrupted goes on where it was: a part is whole or absent, and doing a part again changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from ftcore.store import journal
from ftcore.store.journal import Change, Edit
from ftcore.store.projects import touch
from ftcore.store.schema import changes, edits, now

RUNNING, UNDOING, REDOING = "running", "undoing", "redoing"
LONG_STATES = (RUNNING, UNDOING, REDOING)


@dataclass(frozen=True, slots=True)
class Part:
    """`looked` edits were looked at, `changed` are the rows that were written; `at` is where the next part begins."""

    looked: int
    changed: tuple[int, ...]
    at: int


def begin(c: Connection, project_id: int, *, label: str, who: str, task_id: int | None = None) -> Change:
    """The change that the parts go into; the one of the same task when there is one already."""
    known = journal.of_task(c, task_id) if task_id is not None else None
    if known is not None:
        return known
    values = {"label": label, "who": who, "at": now(), "state": RUNNING, "task_id": task_id}
    made = c.execute(insert(changes).values(project_id=project_id, **values)).lastrowid
    return get(c, made)


def append(c: Connection, project_id: int, change: Change, wanted: Sequence[Edit]) -> tuple[tuple[int, ...], int]:
    """Writes one part: (the ids of the rows that really changed, how many were not written: somebody was quicker)."""
    written, refused = journal.save_part(c, project_id, wanted, change.who)
    if written:
        journal.drop_undone(c, project_id)
        c.execute(insert(edits), [{"change_id": change.id, **edit} for edit in written])
        number = changes.c.number + len(written)
        c.execute(update(changes).where(changes.c.id == change.id).values(number=number))
        touch(c, project_id)
    return tuple(edit["example_id"] for edit in written), len(refused)


def finish(c: Connection, project_id: int, change: Change, *, label: str = "") -> Change:
    """The last part is written. A change that changed nothing is taken out of the journal."""
    number = get(c, change.id).examples
    if number:
        journal.drop_undone(c, project_id)
    values = {"state": "done" if number else "dropped"} | ({"label": label} if label else {})
    c.execute(update(changes).where(changes.c.id == change.id).values(**values))
    touch(c, project_id)
    return get(c, change.id)


def reached(c: Connection, change: Change) -> int:
    """The last row that the change has written; 0 when it has not begun."""
    return int(c.execute(select(func.max(edits.c.example_id)).where(edits.c.change_id == change.id)).scalar() or 0)


def turn(c: Connection, change: Change, *, back: bool) -> Change:
    """Says that the change is being undone, or done again."""
    c.execute(update(changes).where(changes.c.id == change.id).values(state=UNDOING if back else REDOING))
    return get(c, change.id)


def turn_part(c: Connection, project_id: int, change: Change, *, back: bool, at: int, who: str, limit: int) -> Part:
    """Undoes (or does again) the next edits of a change. `at` is 0 for the first part, then what the part before gave.

    A row that somebody changed since the change is left as it is."""
    mine = [edits.c.change_id == change.id]
    if at:
        mine.append((edits.c.id < at) if back else (edits.c.id > at))
    query = select(edits).where(*mine).order_by(edits.c.id.desc() if back else edits.c.id.asc()).limit(limit)
    part = c.execute(query).mappings().all()
    rows = {id_: dict(row) for id_, row in journal.current(c, project_id, [e["example_id"] for e in part]).items()}
    values: list[tuple[int, dict[str, Any]]] = []
    for edit in part:
        old, new = (edit["after"], edit["before"]) if back else (edit["before"], edit["after"])
        row = rows.get(edit["example_id"])
        if row is not None and all(row[name] == value for name, value in old.items()):
            row.update(new)
            values.append((edit["example_id"], new))
    journal.write(c, project_id, values, who)
    if values:
        touch(c, project_id)
    return Part(len(part), tuple(dict.fromkeys(id_ for id_, _ in values)), part[-1]["id"] if part else at)


def turned(c: Connection, project_id: int, change: Change, *, back: bool) -> Change:
    """All parts are turned."""
    c.execute(update(changes).where(changes.c.id == change.id).values(state="undone" if back else "done"))
    touch(c, project_id)
    return get(c, change.id)


def under_way(c: Connection, project_id: int) -> Change | None:
    """A change of the project that is in the middle of its parts."""
    mine = (changes.c.project_id == project_id, changes.c.state.in_(LONG_STATES))
    row = c.execute(select(changes).where(*mine).order_by(changes.c.id).limit(1)).mappings().first()
    return journal.change_of(row) if row else None


def texts_change(c: Connection, change: Change) -> bool:
    """Whether the change changed texts, so that its rows are to be checked again."""
    first = c.execute(select(edits.c.after).where(edits.c.change_id == change.id).limit(1)).scalar()
    return first is not None and "training" in first


def get(c: Connection, change_id: int) -> Change:
    """Raises LookupError."""
    row = c.execute(select(changes).where(changes.c.id == change_id)).mappings().first()
    if row is None:
        raise LookupError("This change is not in the journal any more.")
    return journal.change_of(row)
