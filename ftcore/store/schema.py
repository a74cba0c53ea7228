"""Every table of the app's database. A change here needs a migration in `migrations/versions/`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite has no time zones: without this, times come back naive and are compared wrongly."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _to(target: str, name: str, **kwargs: Any) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id", ondelete="CASCADE"), **{"nullable": False, **kwargs})


def _at(name: str = "created_at", **kwargs: Any) -> Column[datetime]:
    return Column(name, UtcDateTime, **kwargs)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default="0")


projects = Table(
    "projects",
    metadata,
    _id(),
    _text("name"),
    _count("revision"),
    _text("base_prompt"),
    _text("tuned_prompt"),
    _flag("sample"),
    _at(),
    Column("limits", JSON, nullable=False, server_default="{}"),
    Column("profile", JSON, nullable=False, server_default="{}"),
    _count("findings"),
    _text("good_note"),
    _at("archived_at"),
    sqlite_autoincrement=True,
)
"""`revision` counts every write, `findings` those that may have changed what the checks found."""

people = Table("people", metadata, _id(), Column("initials", String(16), nullable=False, unique=True), _at())

imports = Table(
    "imports",
    metadata,
    _id(),
    _to("projects", "project_id", index=True),
    Column("task_id", Integer, unique=True),
    _text("file_name"),
    _text("sha256"),
    _text("shape"),
    _count("read"),
    _count("accepted"),
    _count("rejected"),
    _text("created_by"),
    _at(),
    Column("state", String(16), nullable=False, server_default="done"),
    Column("mapping", JSON, nullable=False, server_default="{}"),
    _count("consumed"),
)
"""`state` is "reading" while a large file comes in, in parts; `consumed` counts the records that were taken or set aside."""

rejected_rows = Table(
    "rejected_rows",
    metadata,
    _id(),
    _to("imports", "import_id", index=True),
    _count("line"),
    _text("reason"),
    _text("raw"),
)

examples = Table(
    "examples",
    metadata,
    _id(),
    _to("projects", "project_id"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("training", JSON, nullable=False),
    Column("original", JSON, nullable=False),
    _text("system"),
    _text("prompt"),
    _text("response"),
    Column("status", String(16), nullable=False, server_default="draft"),
    Column("split", String(16)),
    Column("tags", JSON, nullable=False, server_default="[]"),
    _text("note"),
    _count("tokens"),
    _flag("private"),
    Column("import_id", Integer, ForeignKey("imports.id", ondelete="SET NULL"), index=True),
    _text("source"),
    Column("line", Integer),
    _text("changed_by"),
    _at("changed_at"),
    _at(),
    _flag("trashed"),
    _count("turns"),
    _count("length"),
    _count("worst"),
    Column("ignored", JSON, nullable=False, server_default="[]"),
    _text("worse"),
    _text("key"),
    _text("grouping"),
    sqlite_autoincrement=True,
)
"""`original` is JSON null while the row is as it was imported. `length` counts the characters of the answer; `worst` is the
severity of the worst open problem: 0 none, 1 hint, 2 warning, 3 error."""

SHORT = {
    "system": "substr(examples.system, 1, 40)",
    "prompt": "substr(examples.prompt, 1, 40)",
    "response": "substr(examples.response, 1, 40)",
    "note": "substr(examples.note, 1, 40)",
    "tags": "substr(examples.tags, 1, 40)",
    "split": "coalesce(examples.split, '')",
}
"""What long and optional columns are sorted by. An index on an expression is used only by the very same expression, so both
are made from here."""


def _sorted(name: str, *columns: str) -> Index:
    """An index for walking through a project in one order: where it stands, what it is sorted by, then the row."""
    by = [
        text(SHORT[column].replace("examples.", "")) if column in SHORT else examples.c[column.removeprefix("+")]
        for column in columns
    ]
    return Index(f"ix_examples_{name}", examples.c.project_id, examples.c.trashed, *by)


EXAMPLE_INDEXES = (
    # These three carry what people filter by most, so that rows which do not match are passed over without being read.
    _sorted("by_row", "id", "status", "+split", "worst"),
    _sorted("by_tokens", "tokens", "id", "status", "+split", "worst"),
    _sorted("by_changed_at", "changed_at", "id", "status", "+split", "worst"),
    _sorted("by_status", "status", "id", "+split", "worst"),
    _sorted("by_split", "split", "id"),
    _sorted("by_problems", "worst", "id"),
    _sorted("by_length", "length", "id"),
    _sorted("by_system", "system", "id"),
    _sorted("by_prompt", "prompt", "id"),
    _sorted("by_response", "response", "id"),
    _sorted("by_note", "note", "id"),
    _sorted("by_tags", "tags", "id"),
    _sorted("by_source", "source", "id"),
    _sorted("by_changed_by", "changed_by", "id"),
    Index("ix_examples_key", examples.c.project_id, examples.c.key, sqlite_where=examples.c.key != ""),
)

example_tags = Table(
    "example_tags",
    metadata,
    _to("projects", "project_id", primary_key=True),
    Column("tag", Text, primary_key=True),
    _to("examples", "example_id", primary_key=True),
    Index("ix_example_tags_example", "example_id"),
    sqlite_with_rowid=False,
)
"""The tags once more, for looking rows up by them: kept by triggers."""

tallies = Table(
    "tallies",
    metadata,
    _to("projects", "project_id", primary_key=True),
    Column("trashed", Boolean, primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("split", String(16), primary_key=True),
    Column("worst", Integer, primary_key=True),
    _count("number"),
    _count("tokens"),
    sqlite_with_rowid=False,
)
"""How many examples there are of each kind: kept by triggers, since counting a million takes seconds."""

row_sets = Table(
    "row_sets",
    metadata,
    _id(),
    _to("projects", "project_id", index=True),
    Column("kind", String(24), nullable=False),
    _text("label"),
    Column("query", JSON, nullable=False, server_default="{}"),
    Column("state", String(16), nullable=False, server_default="done"),
    _count("number"),
    _text("who"),
    _at(),
)
"""Rows that were found by something slower than a filter: a pattern, likeness, a region of the map, a random sample."""

row_set_rows = Table(
    "row_set_rows",
    metadata,
    _to("row_sets", "row_set_id", primary_key=True),
    _to("examples", "example_id", primary_key=True),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("score", Float),
    Index("ix_row_set_rows_rank", "row_set_id", "rank"),
    Index("ix_row_set_rows_example", "example_id"),
    sqlite_with_rowid=False,
)

views = Table(
    "views",
    metadata,
    _id(),
    _to("projects", "project_id"),
    _text("name"),
    Column("query", JSON, nullable=False, server_default="{}"),
    _text("created_by"),
    _at(),
    UniqueConstraint("project_id", "name"),
)
"""Saved views: a filter, an order and columns under a name."""

reviews = Table(
    "reviews",
    metadata,
    _id(),
    _to("projects", "project_id"),
    _text("who"),
    Column("query", JSON, nullable=False, server_default="{}"),
    _text("digest"),
    Column("at_id", Integer),
    _count("decided"),
    Column("seconds", Float, nullable=False, server_default="0"),
    _at(),
    _at("changed_at"),
    UniqueConstraint("project_id", "who", "digest"),
)
"""Where somebody stands in a review queue: `digest` names the queue, `at_id` the row that is to be seen next."""

tombstones = Table(
    "tombstones",
    metadata,
    _id(),
    _count("project_id"),
    _text("who"),
    Column("numbers", JSON, nullable=False, server_default="{}"),
    _at(),
)
"""That a project was erased, when and by whom: nothing of what was in it."""

problems = Table(
    "problems",
    metadata,
    _id(),
    _to("projects", "project_id"),
    _to("examples", "example_id", index=True),
    Column("code", String(48), nullable=False),
    Column("severity", String(16), nullable=False),
    _text("message"),
    _text("place"),
    Column("start", Integer),
    Column("end", Integer),
    Column("related_id", Integer),
    _flag("ignored"),
    Index("ix_problems_code", "project_id", "code", "example_id"),
)

changes = Table(
    "changes",
    metadata,
    _id(),
    _to("projects", "project_id"),
    _text("label"),
    _text("who"),
    _at("at"),
    Column("state", String(16), nullable=False, server_default="done"),
    _count("number"),
    Column("task_id", Integer),
    Index("ix_changes_state", "project_id", "state", "id"),
    sqlite_autoincrement=True,
)
"""One entry of the journal: what one person did at once, to `number` examples. `state` is done, undone, or dropped (undone,
then overtaken). `task_id` is the worker's task that did it: a task that is begun again does nothing twice."""

edits = Table(
    "edits",
    metadata,
    _id(),
    _to("changes", "change_id", index=True),
    _to("examples", "example_id", index=True),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    _id(),
    _to("projects", "project_id"),
    Column("digest", String(64), nullable=False),
    _count("train"),
    _count("validation"),
    _count("test"),
    _count("tokens"),
    _text("created_by"),
    _at(),
    _text("name"),
    UniqueConstraint("project_id", "digest"),
)

snapshot_rows = Table(
    "snapshot_rows",
    metadata,
    _id(),
    _to("snapshots", "snapshot_id"),
    Column("example_id", Integer, nullable=False),
    Column("split", String(16), nullable=False),
    Column("training", JSON, nullable=False),
    _flag("private"),
    Index("ix_snapshot_rows_split", "snapshot_id", "split", "id"),
)

endpoints = Table(
    "endpoints",
    metadata,
    _id(),
    Column("name", String(64), nullable=False, unique=True),
    _text("base_url"),
    _text("key_source"),
    _flag("practice"),
    _at(),
)

jobs = Table(
    "jobs",
    metadata,
    _id(),
    _to("projects", "project_id", index=True),
    _to("snapshots", "snapshot_id"),
    _to("endpoints", "endpoint_id"),
    Column("key", String(64), nullable=False, unique=True),
    Column("state", String(16), nullable=False, server_default="planned"),
    _text("base_model"),
    _text("remote_id"),
    _text("remote_status"),
    _text("training_file_id"),
    _text("validation_file_id"),
    _text("fine_tuned_model"),
    Column("hyperparameters", JSON, nullable=False, server_default="{}"),
    _text("system_prompt"),
    _count("seed"),
    Column("trained_tokens", Integer),
    _count("step"),
    _count("total_steps"),
    _text("error"),
    _flag("cancel_requested"),
    _at("looked_at"),
    _text("created_by"),
    _at(),
    _at("started_at"),
    _at("finished_at"),
    Index("ix_jobs_state", "state"),
)
"""Fine-tuning jobs only. Work of the app itself is in `tasks`."""

job_events = Table(
    "job_events",
    metadata,
    _id(),
    _to("jobs", "job_id"),
    Column("remote_id", String(128), nullable=False),
    Column("level", String(16), nullable=False, server_default="info"),
    _text("message"),
    Column("data", JSON, nullable=False, server_default="{}"),
    _at(),
    UniqueConstraint("job_id", "remote_id"),
)

job_metrics = Table(
    "job_metrics",
    metadata,
    _id(),
    _to("jobs", "job_id"),
    Column("step", Integer, nullable=False),
    _count("total_steps"),
    Column("train_loss", Float),
    Column("train_accuracy", Float),
    Column("valid_loss", Float),
    Column("valid_accuracy", Float),
    UniqueConstraint("job_id", "step"),
)

models = Table(
    "models",
    metadata,
    _id(),
    _to("endpoints", "endpoint_id"),
    Column("job_id", Integer, ForeignKey("jobs.id", ondelete="SET NULL")),
    Column("name", String(256), nullable=False),
    _text("base_model"),
    _at(),
    UniqueConstraint("endpoint_id", "name"),
)

tasks = Table(
    "tasks",
    metadata,
    _id(),
    Column("kind", String(32), nullable=False),
    Column("project_id", Integer, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("key", String(128), unique=True),
    Column("payload", JSON, nullable=False),
    Column("state", String(16), nullable=False, server_default="queued"),
    _count("fence"),
    _count("attempts"),
    Column("lease_until", Float),
    _flag("cancel_requested"),
    _count("done"),
    _count("total"),
    _text("message"),
    _text("error"),
    Column("result", JSON, nullable=False, server_default="{}"),
    _at(),
    _at("finished_at"),
    Index("ix_tasks_state", "state", "id"),
)

documents = Table(
    "documents",
    metadata,
    _id(),
    _to("projects", "project_id", index=True),
    _text("name"),
    _text("text"),
    _at(),
)

runs = Table(
    "runs",
    metadata,
    _id(),
    _to("projects", "project_id", index=True),
    _to("snapshots", "snapshot_id"),
    _to("endpoints", "endpoint_id"),
    Column("job_id", Integer, ForeignKey("jobs.id", ondelete="SET NULL")),
    Column("state", String(16), nullable=False, server_default="queued"),
    Column("scorer", String(48), nullable=False),
    Column("arms", JSON, nullable=False),
    Column("delta", Float, nullable=False, server_default="0.05"),
    _count("seed"),
    _count("max_tokens"),
    _count("total"),
    Column("result", JSON, nullable=False, server_default="{}"),
    _text("error"),
    _text("created_by"),
    _at(),
    _at("finished_at"),
)

calls = Table(
    "calls",
    metadata,
    _id(),
    _to("runs", "run_id"),
    Column("key", String(64), nullable=False),
    Column("arm", String(32), nullable=False),
    Column("split", String(16), nullable=False, server_default="test"),
    Column("case_id", String(64), nullable=False),
    _text("model"),
    Column("text", Text),
    _text("error"),
    Column("seconds", Float, nullable=False, server_default="0"),
    _count("tokens_in"),
    _count("tokens_out"),
    _text("finish_reason"),
    _at(),
    UniqueConstraint("run_id", "arm", "split", "case_id"),
    Index("ix_calls_key", "key"),
)

scores = Table(
    "scores",
    metadata,
    _id(),
    _to("calls", "call_id"),
    Column("scorer", String(48), nullable=False),
    Column("score", Float, nullable=False),
    UniqueConstraint("call_id", "scorer"),
)

ratings = Table(
    "ratings",
    metadata,
    _id(),
    _to("calls", "call_id", index=True),
    _text("who"),
    Column("rating", Float, nullable=False),
    _text("note"),
    _at(),
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    _to("projects", "project_id", index=True),
    Column("answers", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("recommendation", JSON, nullable=False),
    _text("note"),
    _text("who"),
    _at(),
)
