"""Imports and the rows that they set aside. A large one comes in parts: until it is done it can be gone on with, or taken back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, literal_column, select, update

from ftcore.records import Rejected, Split, TrainingExample
from ftcore.store.examples import from_json
from ftcore.store.filters import listed
from ftcore.store.projects import touch
from ftcore.store.schema import examples, imports, now, rejected_rows

READING, DONE = "reading", "done"
PROBED = 200
"""So many rows that begin alike are compared with a text, to say whether it is there."""


@dataclass(frozen=True, slots=True)
class Import:
    """`state` is "reading" until every record is in and the whole has been checked and divided, then "done". `consumed`
    counts the records that were taken or set aside. `details` holds what else is told of it (see `notes` and `held`)."""

    id: int
    project_id: int
    file_name: str
    sha256: str
    shape: str
    read: int
    accepted: int
    rejected: int
    created_by: str
    created_at: datetime
    task_id: int | None = None
    state: str = DONE
    consumed: int = 0
    details: Mapping[str, Any] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Plain sentences on what became of its rows."""
        return tuple((self.details or {}).get("notes", ()))

    @property
    def held(self) -> int | None:
        """The stored set of rows that were held out of every split; None when there are none."""
        return (self.details or {}).get("held")

    @property
    def columns(self) -> dict[str, str]:
        """Which columns held what, as the fields of `Mapping`."""
        return dict((self.details or {}).get("columns", {}))


def start(
    c: Connection,
    project_id: int,
    *,
    file_name: str,
    sha256: str,
    shape: str,
    who: str,
    task_id: int | None = None,
    state: str = DONE,
    columns: Mapping[str, str] | None = None,
) -> int:
    values = {"file_name": file_name, "sha256": sha256, "shape": shape, "created_by": who, "task_id": task_id}
    details = {"columns": dict(columns)} if columns else {}
    more = {"project_id": project_id, "created_at": now(), "state": state, "mapping": details}
    return c.execute(insert(imports).values(**values, **more)).lastrowid


def advance(c: Connection, import_id: int, *, accepted: int, rejected: Sequence[Rejected]) -> None:
    """One more part is in: so many rows were taken, these were set aside."""
    _set_aside(c, import_id, rejected)
    more = {"read": accepted + len(rejected), "consumed": accepted + len(rejected)}
    more |= {"accepted": accepted, "rejected": len(rejected)}
    values = {name: imports.c[name] + number for name, number in more.items()}
    c.execute(update(imports).where(imports.c.id == import_id).values(**values))
    touch(c, get(c, import_id).project_id)


def finish(c: Connection, import_id: int, *, accepted: int, rejected: Sequence[Rejected]) -> None:
    """The whole of an import that comes in one part."""
    _set_aside(c, import_id, rejected)
    numbers = {"read": accepted + len(rejected), "accepted": accepted, "rejected": len(rejected)}
    values = {**numbers, "consumed": numbers["read"], "state": DONE}
    c.execute(update(imports).where(imports.c.id == import_id).values(**values))


def close(c: Connection, import_id: int) -> None:
    """Nothing more comes: every record is in, checked and divided."""
    c.execute(update(imports).where(imports.c.id == import_id).values(state=DONE))
    touch(c, get(c, import_id).project_id)


def tell(c: Connection, import_id: int, **details: Any) -> None:
    """Adds to what is told of an import: `notes`, `held`, or what its reader needs when it goes on."""
    known = get(c, import_id).details or {}
    c.execute(update(imports).where(imports.c.id == import_id).values(mapping={**known, **details}))


def get(c: Connection, import_id: int) -> Import:
    return _import(c.execute(select(imports).where(imports.c.id == import_id)).mappings().one())


def of_task(c: Connection, task_id: int) -> Import | None:
    """The import of a task, done or not: a task that is taken up again must not import twice."""
    row = c.execute(select(imports).where(imports.c.task_id == task_id)).mappings().first()
    return _import(row) if row else None


def unfinished(c: Connection, project_id: int, file_name: str, sha256: str) -> Import | None:
    """An import of this very file that was begun without a task, and stopped half-way."""
    mine = (imports.c.project_id == project_id, imports.c.file_name == file_name, imports.c.sha256 == sha256)
    query = select(imports).where(*mine, imports.c.state == READING, imports.c.task_id.is_(None))
    row = c.execute(query.order_by(imports.c.id.desc()).limit(1)).mappings().first()
    return _import(row) if row else None


def of_file(c: Connection, project_id: int, sha256: str) -> Import | None:
    """The latest import of this very file into the project."""
    mine = (imports.c.project_id == project_id, imports.c.sha256 == sha256, imports.c.state == DONE)
    row = c.execute(select(imports).where(*mine).order_by(imports.c.id.desc()).limit(1)).mappings().first()
    return _import(row) if row else None


def of_project(c: Connection, project_id: int) -> list[Import]:
    query = select(imports).where(imports.c.project_id == project_id).order_by(imports.c.id.desc())
    return [_import(row) for row in c.execute(query).mappings()]


def rejected(c: Connection, import_id: int, *, limit: int | None = 1000) -> list[Rejected]:
    """The rows set aside, in the order of the file; `limit=None` gives all of them."""
    query = select(rejected_rows).where(rejected_rows.c.import_id == import_id).order_by(rejected_rows.c.id)
    return [Rejected(r["line"], r["reason"], r["raw"]) for r in c.execute(query.limit(limit)).mappings()]


def has_instructions(c: Connection, import_id: int) -> bool:
    """True when a row of the import brought a system message."""
    mine = (examples.c.import_id == import_id, examples.c.system != "")
    return c.execute(select(examples.c.id).where(*mine).limit(1)).first() is not None


def take_back_some(c: Connection, import_id: int, limit: int) -> int:
    """Deletes some of the rows of an import for good; gives how many. They were never a person's work."""
    some = select(examples.c.id).where(examples.c.import_id == import_id).limit(limit)
    return c.execute(delete(examples).where(examples.c.id.in_(some))).rowcount


def forget(c: Connection, import_id: int) -> None:
    """Deletes an import whose rows have been taken back, with the rows that it set aside."""
    project_id = get(c, import_id).project_id
    c.execute(delete(imports).where(imports.c.id == import_id))
    touch(c, project_id)


def unchanged(c: Connection, seen: Mapping[int, int]) -> set[int]:
    """Which of these rows (id to the version that was looked at) nobody has changed since."""
    query = select(examples.c.id, examples.c.version).where(examples.c.id.in_(listed(list(seen))))
    return {id_ for id_, version in c.execute(query) if seen[id_] == version}


def divide(c: Connection, splits: Mapping[int, Split]) -> None:
    """Puts new rows into their splits. What somebody has put into one in the meantime stays there."""
    for side in Split:
        ids = [id_ for id_, split in splits.items() if split is side]
        if ids:
            free = (examples.c.id.in_(listed(ids)), examples.c.split.is_(None))
            c.execute(update(examples).where(*free).values(split=side))


def hold_out(c: Connection, ids: Sequence[int], reason: str) -> None:
    """Writes why a row is in no split into its note, where nothing is written yet."""
    c.execute(update(examples).where(examples.c.id.in_(listed(ids)), examples.c.note == "").values(note=reason))


def by_key(c: Connection, project_id: int, keys: Iterable[str]) -> dict[str, int]:
    """The rows of the project that bear these keys, those in the trash among them; of several the one that is not there."""
    mine = (examples.c.project_id == project_id, examples.c.key != "", examples.c.key.in_(_texts(keys)))
    query = select(examples.c.key, examples.c.id).where(*mine)
    order = (examples.c.trashed.desc(), examples.c.id.desc())  # the last one written into the answer is the one
    return {row[0]: row[1] for row in c.execute(query.order_by(*order))}


def keyed(c: Connection, project_id: int, sources: Sequence[str], *, after: int, limit: int) -> list[int]:
    """Ids of rows that came under a key from files of these names and are not in the trash, in portions."""
    mine = (examples.c.project_id == project_id, ~examples.c.trashed, examples.c.key != "", examples.c.id > after)
    query = select(examples.c.id).where(*mine, examples.c.source.in_(_texts(sources)))
    query = query.order_by(examples.c.id).limit(limit)
    return list(c.execute(query.with_hint(examples, "INDEXED BY ix_examples_by_row", "sqlite")).scalars())


def has_keys(c: Connection, project_id: int) -> bool:
    query = select(examples.c.id).where(examples.c.project_id == project_id, examples.c.key != "", ~examples.c.trashed)
    return c.execute(query.limit(1)).first() is not None


def holds(c: Connection, project_id: int, training: TrainingExample) -> bool:
    """Whether the project has this very conversation, as far as a look at a few rows that begin alike can tell."""
    start = func.substr(examples.c.prompt, literal_column("1"), literal_column("40"))
    mine = (examples.c.project_id == project_id, examples.c.trashed == literal_column("0"))
    near = select(examples.c.prompt, examples.c.training).where(*mine, start == training.prompt[:40]).limit(PROBED)
    return any(p == training.prompt and from_json(t) == training for p, t in c.execute(near))


def _texts(values: Iterable[str]) -> Select[Any]:
    """Texts as one parameter, however many."""
    listed_ = func.json_each(json.dumps(list(values))).table_valued("value")
    return select(literal_column("value")).select_from(listed_)


def _set_aside(c: Connection, import_id: int, rejected: Sequence[Rejected]) -> None:
    rows = [{"import_id": import_id, "line": r.line, "reason": r.reason, "raw": r.raw} for r in rejected]
    if rows:
        c.execute(insert(rejected_rows), rows)


def _import(row: RowMapping) -> Import:
    names = [name for name in Import.__dataclass_fields__ if name != "details"]
    return Import(**{name: row[name] for name in names}, details=row["mapping"])
