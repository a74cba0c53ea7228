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
    sqlite_autoincrement=True,
)

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
)

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
    Index("ix_examples_page", "project_id", "id"),
    Index("ix_examples_status", "project_id", "status", "id"),
    Index("ix_examples_split", "project_id", "split", "id"),
    sqlite_autoincrement=True,
)

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
    Index("ix_changes_state", "project_id", "state", "id"),
    sqlite_autoincrement=True,
)
"""One entry of the journal: what one person did at once. `state` is done, undone, or dropped (undone, then overtaken)."""

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
