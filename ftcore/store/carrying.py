"""A project's rows on their way out of one workspace and into another: everything that people made, nothing about servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from ftcore.records import Split, Status, Task, TrainingExample
from ftcore.store import tasks as store_tasks
from ftcore.store import words
from ftcore.store.decision_records import digest_of as digest_of_record
from ftcore.store.documents import digest_of
from ftcore.store.examples import text_columns
from ftcore.store.projects import touch
from ftcore.store.schema import (
    decision_records,
    decisions,
    documents,
    examples,
    imports,
    now,
    projects,
    prompts,
    snapshots,
    tasks,
    views,
)

CHUNK = 2_000
PLAIN = (
    "status",
    "split",
    "tags",
    "note",
    "private",
    "source",
    "line",
    "key",
    "grouping",
    "ignored",
    "worse",
    "trashed",
)
"""Columns of an example that travel as they are."""


def example_ids(c: Connection, project_id: int) -> Iterator[int]:
    """The ids of all examples, those in the trash too, rising."""
    for part in _parts(c, project_id, [examples.c.id]):
        yield from (row["id"] for row in part)


def rows_out(c: Connection, project_id: int, *, private: bool) -> Iterator[dict[str, Any]]:
    """Every example with its id, `training`, `original` (as imported, where it was changed since), who changed it last and when;
    the private ones only when asked for."""
    for part in _parts(c, project_id, list(examples.c)):
        for row in part:
            if row["private"] and not private:
                continue
            yield {
                "id": row["id"],
                "training": row["training"],
                "original": row["original"],
                **{name: row[name] for name in PLAIN},
                "changed_by": row["changed_by"],
                "changed_at": _out(row["changed_at"]),
                "created_at": _out(row["created_at"]),
            }


def rows_in(c: Connection, project_id: int, rows: Sequence[Mapping[str, Any]], *, import_id: int) -> list[int]:
    """Adds examples as `rows_out` gives them, with `tokens` and a TrainingExample as `training`; gives their new ids."""
    last = c.execute(select(func.max(examples.c.id))).scalar() or 0
    c.execute(insert(examples), [_row(project_id, import_id, row) for row in rows])
    words.index_new(c, last)
    query = select(examples.c.id).where(examples.c.project_id == project_id, examples.c.id > last)
    return list(c.execute(query.order_by(examples.c.id)).scalars())


def settings_out(c: Connection, project_id: int) -> dict[str, Any]:
    """The project's name, prompts, limits, terms, note and the figures of its break-even; its decisions, the versions of its
    decision record, saved views and the versions of its full instructions, the oldest first. The newest version that says what
    `base_prompt` says is the current one."""
    row = c.execute(select(projects).where(projects.c.id == project_id)).mappings().one()
    decided = c.execute(
        select(decisions).where(decisions.c.project_id == project_id).order_by(decisions.c.id)
    ).mappings()
    saved = c.execute(select(views).where(views.c.project_id == project_id).order_by(views.c.id)).mappings()
    kept = c.execute(select(prompts).where(prompts.c.project_id == project_id).order_by(prompts.c.number)).mappings()
    recorded = c.execute(
        select(decision_records).where(decision_records.c.project_id == project_id).order_by(decision_records.c.number)
    ).mappings()
    names = ("answers", "reasons", "recommendation", "note", "who", "known", "details", "choice", "review_on")
    return {
        "project": {
            name: row[name]
            for name in (
                "name",
                "base_prompt",
                "tuned_prompt",
                "limits",
                "terms",
                "good_note",
                "sample",
                "assumptions",
            )
        },
        "decisions": [
            {**{name: one[name] for name in names}, "created_at": _out(one["created_at"])} for one in decided
        ],
        "decision_records": [
            {"document": one["document"], "who": one["who"], "created_at": _out(one["created_at"])} for one in recorded
        ],
        "views": [{name: one[name] for name in ("name", "query", "created_by")} for one in saved],
        "prompts": [
            {**{name: one[name] for name in ("text", "note", "who")}, "created_at": _out(one["created_at"])}
            for one in kept
        ],
    }


def settings_in(c: Connection, project_id: int, found: Mapping[str, Any]) -> None:
    """The other way round; what is checked and read already."""
    c.execute(update(projects).where(projects.c.id == project_id).values(**found["project"]))
    for table, name in ((decisions, "decisions"), (views, "views")):
        rows = [{"project_id": project_id, "created_at": now(), **one} for one in found[name]]
        for one in rows:
            one["created_at"] = moment(one["created_at"])
        if rows:
            c.execute(insert(table), rows)
    fresh = [
        {**one, "project_id": project_id, "number": number, "created_at": moment(one["created_at"])}
        for number, one in enumerate(found.get("prompts", ()), 1)
    ]
    if fresh:
        c.execute(insert(prompts), fresh)
    recorded = [
        {
            **one,
            "project_id": project_id,
            "number": number,
            "digest": digest_of_record(one["document"]),
            "created_at": moment(one["created_at"]),
        }
        for number, one in enumerate(found.get("decision_records", ()), 1)
    ]
    if recorded:
        c.execute(insert(decision_records), recorded)
    touch(c, project_id)


def documents_out(c: Connection, project_id: int) -> Iterator[dict[str, Any]]:
    """The documents that are offered, one at a time, in the order in which they came."""
    mine = (documents.c.project_id == project_id, documents.c.removed_at.is_(None))
    ids = list(c.execute(select(documents.c.id).where(*mine).order_by(documents.c.id)).scalars())
    for id_ in ids:
        row = c.execute(select(documents).where(documents.c.id == id_)).mappings().one()
        names = ("name", "text", "kind", "bytes", "who")
        yield {**{name: row[name] for name in names}, "created_at": _out(row["created_at"])}


def document_in(c: Connection, project_id: int, found: Mapping[str, Any]) -> None:
    """Adds a document as `documents_out` gives it; what is checked already."""
    values = {**found, "digest": digest_of(str(found["text"])), "created_at": moment(found["created_at"])}
    c.execute(insert(documents).values(project_id=project_id, **values))
    touch(c, project_id)


def begin(c: Connection, name: str, *, file_name: str, who: str, task_id: int | None) -> tuple[int, int]:
    """(project, import) for a file that is being taken in: out of sight until `complete`."""
    values = {"name": name, "created_at": now(), "archived_at": now()}
    project_id = c.execute(insert(projects).values(**values)).lastrowid
    values = {"file_name": file_name, "shape": "project", "created_by": who, "created_at": now(), "state": "reading"}
    import_id = c.execute(insert(imports).values(project_id=project_id, task_id=task_id, **values)).lastrowid
    return project_id, import_id


def complete(c: Connection, project_id: int, import_id: int) -> None:
    c.execute(update(imports).where(imports.c.id == import_id).values(state="done"))
    c.execute(update(projects).where(projects.c.id == project_id).values(archived_at=None))
    touch(c, project_id)


def half_way(c: Connection, *, task_id: int | None = None) -> dict[int, int]:
    """Projects that a file was being taken into when its process died (of one task, or all): {project: import}."""
    query = select(imports.c.project_id, imports.c.id).where(imports.c.shape == "project", imports.c.state == "reading")
    if task_id is not None:
        query = query.where(imports.c.task_id == task_id)
    return {row[0]: row[1] for row in c.execute(query)}


def tasks_of(c: Connection, *kinds: str, project_id: int | None = None, limit: int = 20) -> list[Task]:
    """The newest tasks of these kinds, open or ended, of one project or of all."""
    query = select(tasks.c.id).where(tasks.c.kind.in_(kinds)).order_by(tasks.c.id.desc()).limit(limit)
    if project_id is not None:
        query = query.where(tasks.c.project_id == project_id)
    return [store_tasks.get(c, id_) for id_ in c.execute(query).scalars()]


def name_snapshot(c: Connection, snapshot_id: int, name: str, created_at: datetime | None) -> None:
    values = {"name": name, "created_at": created_at or now()}
    c.execute(update(snapshots).where(snapshots.c.id == snapshot_id).values(**values))


def moment(said: Any) -> datetime:
    """A time as a file says it; now when it says none that can be read."""
    if isinstance(said, datetime):
        return said
    try:
        read = datetime.fromisoformat(str(said))
    except ValueError:
        return now()
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _out(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _parts(c: Connection, project_id: int, columns: list[Any]) -> Iterator[Sequence[RowMapping]]:
    after = 0
    while True:
        query = select(*columns).where(examples.c.project_id == project_id, examples.c.id > after)
        found = c.execute(query.order_by(examples.c.id).limit(CHUNK)).mappings().all()
        if not found:
            return
        yield found
        after = found[-1]["id"]


def _row(project_id: int, import_id: int, row: Mapping[str, Any]) -> dict[str, Any]:
    training: TrainingExample = row["training"]
    return {
        **text_columns(training),
        "original": row["original"],
        "project_id": project_id,
        "import_id": import_id,
        "tokens": row["tokens"],
        **{name: row[name] for name in PLAIN},
        "status": Status(row["status"]),
        "split": Split(row["split"]) if row["split"] else None,
        "changed_by": row["changed_by"],
        "changed_at": moment(row["changed_at"]),
        "created_at": moment(row["created_at"]),
    }
