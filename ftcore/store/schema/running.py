"""What runs and what comes of it: endpoints, jobs, tasks, comparisons, decisions."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ftcore.store.schema import curation  # noqa: F401 - the tables that these refer to
from ftcore.store.schema.columns import at_, count_, flag_, id_, metadata, text_, to_

endpoints = Table(
    "endpoints",
    metadata,
    id_(),
    Column("name", String(64), nullable=False, unique=True),
    text_("base_url"),
    text_("key_source"),
    flag_("practice"),
    at_(),
    text_("provider"),
    Column("limits", JSON, nullable=False, server_default="{}"),
    at_("checked_at"),
    Column("findings", JSON, nullable=False, server_default="[]"),
    at_("removed_at"),
)
"""A server is taken out of the lists by `removed_at`: its jobs and models still name it."""

jobs = Table(
    "jobs",
    metadata,
    id_(),
    to_("projects", "project_id", index=True),
    to_("snapshots", "snapshot_id"),
    to_("endpoints", "endpoint_id"),
    Column("key", String(64), nullable=False, unique=True),
    Column("state", String(16), nullable=False, server_default="planned"),
    text_("base_model"),
    text_("remote_id"),
    text_("remote_status"),
    text_("training_file_id"),
    text_("validation_file_id"),
    text_("fine_tuned_model"),
    Column("hyperparameters", JSON, nullable=False, server_default="{}"),
    text_("system_prompt"),
    count_("seed"),
    Column("trained_tokens", Integer),
    count_("step"),
    count_("total_steps"),
    text_("error"),
    flag_("cancel_requested"),
    at_("looked_at"),
    text_("created_by"),
    at_(),
    at_("started_at"),
    at_("finished_at"),
    Column("method", String(16), nullable=False, server_default="supervised"),
    text_("suffix"),
    Column("group", String(64), nullable=False, server_default=""),
    Column("share", Float, nullable=False, server_default="1"),
    Column("wish", String(16), nullable=False, server_default=""),
    count_("estimated_tokens"),
    Column("rate", Float),
    Column("cost_low", Float),
    Column("cost_high", Float),
    Column("origin", String(16), nullable=False, server_default=""),
    at_("seen_at"),
    at_("estimated_finish"),
    Column("queue_position", Integer),
    at_("files_removed_at"),
    Index("ix_jobs_state", "state"),
    Index("ix_jobs_group", "group"),
)
"""Fine-tuning jobs only. Work of the app itself is in `tasks`."""

job_events = Table(
    "job_events",
    metadata,
    id_(),
    to_("jobs", "job_id"),
    Column("remote_id", String(128), nullable=False),
    Column("level", String(16), nullable=False, server_default="info"),
    text_("message"),
    Column("data", JSON, nullable=False, server_default="{}"),
    at_(),
    UniqueConstraint("job_id", "remote_id"),
)

job_metrics = Table(
    "job_metrics",
    metadata,
    id_(),
    to_("jobs", "job_id"),
    Column("step", Integer, nullable=False),
    count_("total_steps"),
    Column("train_loss", Float),
    Column("train_accuracy", Float),
    Column("valid_loss", Float),
    Column("valid_accuracy", Float),
    UniqueConstraint("job_id", "step"),
)

job_files = Table(
    "job_files",
    metadata,
    id_(),
    to_("jobs", "job_id"),
    Column("remote_id", String(128), nullable=False),
    text_("name"),
    Column("content", LargeBinary, nullable=False),
    at_(),
    UniqueConstraint("job_id", "remote_id"),
)
"""The result files of a job, as the server gave them."""

uploads = Table(
    "uploads",
    metadata,
    id_(),
    to_("endpoints", "endpoint_id"),
    to_("snapshots", "snapshot_id"),
    Column("sha256", String(64), nullable=False),
    Column("remote_id", String(128), nullable=False),
    text_("name"),
    count_("bytes"),
    at_(),
    at_("removed_at"),
    UniqueConstraint("endpoint_id", "snapshot_id", "sha256"),
)
"""Training files that an endpoint holds already: the same content is sent there once."""

models = Table(
    "models",
    metadata,
    id_(),
    to_("endpoints", "endpoint_id"),
    Column("job_id", Integer, ForeignKey("jobs.id", ondelete="SET NULL")),
    Column("name", String(256), nullable=False),
    text_("base_model"),
    at_(),
    Column("kind", String(16), nullable=False, server_default="tuned"),
    count_("step"),
    Column("metrics", JSON, nullable=False, server_default="{}"),
    Column("shutdown_date", String(10), nullable=False, server_default=""),
    text_("served_as"),
    text_("note"),
    at_("listed_at"),
    at_("gone_at"),
    at_("removed_at"),
    UniqueConstraint("endpoint_id", "name"),
)
"""`kind`: tuned, or a checkpoint of its job at `step`. `gone_at`: deleted at the endpoint; `removed_at`: no longer listed here."""

tasks = Table(
    "tasks",
    metadata,
    id_(),
    Column("kind", String(32), nullable=False),
    Column("project_id", Integer, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("key", String(128), unique=True),
    Column("payload", JSON, nullable=False),
    Column("state", String(16), nullable=False, server_default="queued"),
    count_("fence"),
    count_("attempts"),
    Column("lease_until", Float),
    flag_("cancel_requested"),
    count_("done"),
    count_("total"),
    text_("message"),
    text_("error"),
    Column("result", JSON, nullable=False, server_default="{}"),
    at_(),
    at_("finished_at"),
    Index("ix_tasks_state", "state", "id"),
)

documents = Table(
    "documents",
    metadata,
    id_(),
    to_("projects", "project_id", index=True),
    text_("name"),
    text_("text"),
    at_(),
    Column("digest", String(64), nullable=False, server_default=""),
    Column("kind", String(8), nullable=False, server_default=""),
    count_("bytes"),
    text_("who"),
    at_("removed_at"),
)
"""What answers may be looked up in. A row never changes, since runs refer to it: one that is removed is only no longer offered."""

prompts = Table(
    "prompts",
    metadata,
    id_(),
    to_("projects", "project_id"),
    count_("number"),
    text_("text"),
    text_("note"),
    text_("who"),
    at_(),
    UniqueConstraint("project_id", "number"),
)
"""Versions of the full instructions for a model that was not trained. A row never changes."""

runs = Table(
    "runs",
    metadata,
    id_(),
    to_("projects", "project_id", index=True),
    to_("snapshots", "snapshot_id"),
    to_("endpoints", "endpoint_id"),
    Column("job_id", Integer, ForeignKey("jobs.id", ondelete="SET NULL")),
    Column("state", String(16), nullable=False, server_default="queued"),
    Column("scorer", String(48), nullable=False),
    Column("arms", JSON, nullable=False),
    Column("delta", Float, nullable=False, server_default="0.05"),
    count_("seed"),
    count_("max_tokens"),
    count_("total"),
    Column("result", JSON, nullable=False, server_default="{}"),
    text_("error"),
    text_("created_by"),
    at_(),
    at_("finished_at"),
    Column("settings", JSON, nullable=False, server_default="{}"),
    Column("versions", JSON, nullable=False, server_default="{}"),
    Column("parent_id", Integer),
    count_("corrections"),
)
"""`parent_id`: the run whose answers this one scores again, after `corrections` expected answers were corrected."""

calls = Table(
    "calls",
    metadata,
    id_(),
    to_("runs", "run_id"),
    Column("key", String(64), nullable=False),
    Column("arm", String(64), nullable=False),
    Column("split", String(16), nullable=False, server_default="test"),
    Column("case_id", String(64), nullable=False),
    text_("model"),
    Column("text", Text),
    text_("error"),
    Column("seconds", Float, nullable=False, server_default="0"),
    count_("tokens_in"),
    count_("tokens_out"),
    text_("finish_reason"),
    at_(),
    count_("repeat"),
    Column("sources", JSON, nullable=False, server_default="[]"),
    UniqueConstraint("run_id", "arm", "split", "case_id", "repeat"),
    Index("ix_calls_key", "key"),
)

scores = Table(
    "scores",
    metadata,
    id_(),
    to_("calls", "call_id"),
    Column("scorer", String(48), nullable=False),
    Column("score", Float, nullable=False),
    UniqueConstraint("call_id", "scorer"),
)

judgements = Table(
    "judgements",
    metadata,
    id_(),
    to_("runs", "run_id"),
    Column("key", String(64), nullable=False),
    Column("judge", String(64), nullable=False),
    Column("case_id", String(64), nullable=False),
    Column("arm", String(64), nullable=False),
    Column("other_arm", String(64), nullable=False, server_default=""),
    Column("value", Float),
    Column("text", Text),
    text_("error"),
    Column("seconds", Float, nullable=False, server_default="0"),
    count_("tokens_in"),
    count_("tokens_out"),
    at_(),
    UniqueConstraint("run_id", "key"),
)
"""What a judge model said, by the key of its call. `other_arm`: the answer shown second, where two were compared."""

ratings = Table(
    "ratings",
    metadata,
    id_(),
    to_("runs", "run_id"),
    Column("case_id", String(64), nullable=False),
    Column("first_arm", String(64), nullable=False),
    Column("second_arm", String(64), nullable=False),
    Column("who", String(64), nullable=False),
    Column("choice", String(16), nullable=False),
    Column("left_arm", String(64), nullable=False, server_default=""),
    Column("via", String(16), nullable=False, server_default=""),
    text_("note"),
    at_(),
    UniqueConstraint("run_id", "case_id", "first_arm", "second_arm", "who"),
)
"""What people said who did not know which arm answered. `first_arm` < `second_arm`; `choice`: first, second, tie or neither;
`left_arm`: the one that was shown on the left; `via`: app or pack."""

decisions = Table(
    "decisions",
    metadata,
    id_(),
    to_("projects", "project_id", index=True),
    Column("answers", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("recommendation", JSON, nullable=False),
    text_("note"),
    text_("who"),
    at_(),
    Column("known", JSON, nullable=False, server_default="{}"),
    Column("details", JSON, nullable=False, server_default="{}"),
    Column("choice", String(32), nullable=False, server_default=""),
    Column("review_on", String(10), nullable=False, server_default=""),
)
"""Every save is a row. `known`: by question, how the answer is known (note, link, attached evidence); `details`: what the
follow-ups were answered, by key; `choice`: the action that was decided on, `note` why; `review_on`: a date, ISO 8601."""

decision_records = Table(
    "decision_records",
    metadata,
    id_(),
    to_("projects", "project_id"),
    count_("number"),
    Column("document", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    text_("who"),
    at_(),
    UniqueConstraint("project_id", "number"),
)
"""Versions of the decision record. A row never changes."""

preferences = Table(
    "preferences",
    metadata,
    id_(),
    Column("name", String(64), nullable=False, unique=True),
    Column("value", JSON, nullable=False),
)
"""What holds in the whole workspace: the organisation's name and colours, whether hints are shown."""
