"""Projects and what is curated in them: examples, what was found in them, what was done to them, copies of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ftcore.store.schema.columns import Moment, at_, count_, flag_, id_, metadata, text_, to_

projects = Table(
    "projects",
    metadata,
    id_(),
    text_("name"),
    count_("revision"),
    text_("base_prompt"),
    text_("tuned_prompt"),
    flag_("sample"),
    at_(),
    Column("limits", JSON, nullable=False, server_default="{}"),
    Column("terms", JSON, nullable=False, server_default="{}"),
    Column("profile", JSON, nullable=False, server_default="{}"),
    count_("findings"),
    text_("good_note"),
    at_("archived_at"),
    Column("assumptions", JSON, nullable=False, server_default="{}"),
    sqlite_autoincrement=True,
)
"""`revision` counts every write, `findings` those that may have changed what the checks found. `assumptions`: the figures that
people typed for the break-even."""

people = Table("people", metadata, id_(), Column("initials", String(16), nullable=False, unique=True), at_())

imports = Table(
    "imports",
    metadata,
    id_(),
    to_("projects", "project_id", index=True),
    Column("task_id", Integer, unique=True),
    text_("file_name"),
    text_("sha256"),
    text_("shape"),
    count_("read"),
    count_("accepted"),
    count_("rejected"),
    text_("created_by"),
    at_(),
    Column("state", String(16), nullable=False, server_default="done"),
    Column("mapping", JSON, nullable=False, server_default="{}"),
    count_("consumed"),
)
"""`state` is "reading" while a large file comes in, in parts; `consumed` counts the records that were taken or set aside."""

rejected_rows = Table(
    "rejected_rows",
    metadata,
    id_(),
    to_("imports", "import_id", index=True),
    count_("line"),
    text_("reason"),
    text_("raw"),
)

examples = Table(
    "examples",
    metadata,
    id_(),
    to_("projects", "project_id"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("training", JSON, nullable=False),
    Column("original", JSON, nullable=False),
    text_("system"),
    text_("prompt"),
    text_("response"),
    Column("status", String(16), nullable=False, server_default="draft"),
    Column("split", String(16)),
    Column("tags", JSON, nullable=False, server_default="[]"),
    text_("note"),
    count_("tokens"),
    flag_("private"),
    Column("import_id", Integer, ForeignKey("imports.id", ondelete="SET NULL"), index=True),
    text_("source"),
    Column("line", Integer),
    text_("changed_by"),
    at_("changed_at"),
    at_(),
    flag_("trashed"),
    count_("turns"),
    count_("length"),
    count_("worst"),
    Column("ignored", JSON, nullable=False, server_default="[]"),
    text_("worse"),
    text_("key"),
    text_("grouping"),
    sqlite_autoincrement=True,
)
"""`original` is JSON null while the row is as it was imported. `length` counts the characters of the answer; `worst` is the
severity of the worst open problem: 0 none, 1 hint, 2 warning, 3 error."""

SHORT = {
    "system": "substr(examples.system, 1, 40)",
    "prompt": "substr(examples.prompt, 1, 40)",
    "response": "substr(examples.response, 1, 40)",
}
"""What long texts are sorted by. An index on an expression is used only by the very same expression, so both are made from
here."""


def _by_text(name: str) -> Index:
    """An index for walking through a project in the order of a text."""
    beginning = text(SHORT[name].replace("examples.", ""))
    return Index(f"ix_examples_by_{name}", examples.c.project_id, examples.c.trashed, beginning, examples.c.id)


EXAMPLE_INDEXES = (
    Index("ix_examples_by_row", examples.c.project_id, examples.c.trashed),
    *(_by_text(name) for name in SHORT),
    Index("ix_examples_key", examples.c.project_id, examples.c.key, sqlite_where=examples.c.key != ""),
)

facts = Table(
    "facts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    count_("project_id"),
    flag_("trashed"),
    text_("status"),
    text_("split"),
    count_("worst"),
    count_("tokens"),
    count_("length"),
    count_("turns"),
    flag_("private"),
    text_("source"),
    text_("changed_by"),
    Column("changed_at", Moment),
    text_("tags"),
    text_("note"),
)
"""What examples are filtered and sorted by, in rows of 50 bytes instead of thousands: kept by triggers on `examples`, which
has the same ids. `split` is "" when there is none; `tags` (as JSON) and `note` are cut to their first 40 characters."""


def _by(name: str, *columns: str, **only: Any) -> Index:
    """An index for walking through a project in one order. SQLite ends every index with the row's id."""
    return Index(f"ix_facts_by_{name}", *(facts.c[column] for column in ("project_id", "trashed", *columns)), **only)


FACT_INDEXES = (
    _by("row"),
    *(_by(name, name) for name in ("status", "split", "tokens", "length", "source", "changed_by", "changed_at")),
    *(_by(name, name) for name in ("tags", "note")),
    _by("kind", "status", "split", "worst"),
    _by("problems", "worst"),
    # Few rows have these: without an index of those that do, finding none takes a look at all.
    _by("turns", sqlite_where=text("turns > 1")),
    _by("private", sqlite_where=text("private = 1")),
)

example_tags = Table(
    "example_tags",
    metadata,
    to_("projects", "project_id", primary_key=True),
    Column("tag", Text, primary_key=True),
    to_("examples", "example_id", primary_key=True),
    Index("ix_example_tags_example", "example_id"),
    sqlite_with_rowid=False,
)
"""The tags once more, for looking rows up by them: kept by triggers."""

tallies = Table(
    "tallies",
    metadata,
    to_("projects", "project_id", primary_key=True),
    Column("trashed", Boolean, primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("split", String(16), primary_key=True),
    Column("worst", Integer, primary_key=True),
    count_("number"),
    count_("tokens"),
    sqlite_with_rowid=False,
)
"""How many examples there are of each kind: kept by triggers, since counting a million takes seconds."""

row_sets = Table(
    "row_sets",
    metadata,
    id_(),
    to_("projects", "project_id", index=True),
    Column("kind", String(24), nullable=False),
    text_("label"),
    Column("query", JSON, nullable=False, server_default="{}"),
    Column("state", String(16), nullable=False, server_default="done"),
    count_("number"),
    text_("who"),
    at_(),
)
"""Rows that were found by something slower than a filter: a pattern, likeness, a region of the map, a random sample."""

row_set_rows = Table(
    "row_set_rows",
    metadata,
    to_("row_sets", "row_set_id", primary_key=True),
    to_("examples", "example_id", primary_key=True),
    Column("rank", Integer, nullable=False, server_default="0"),
    Column("score", Float),
    Index("ix_row_set_rows_rank", "row_set_id", "rank"),
    Index("ix_row_set_rows_example", "example_id"),
    sqlite_with_rowid=False,
)

views = Table(
    "views",
    metadata,
    id_(),
    to_("projects", "project_id"),
    text_("name"),
    Column("query", JSON, nullable=False, server_default="{}"),
    text_("created_by"),
    at_(),
    UniqueConstraint("project_id", "name"),
)
"""Saved views: a filter, an order and columns under a name."""

reviews = Table(
    "reviews",
    metadata,
    id_(),
    to_("projects", "project_id"),
    text_("who"),
    Column("query", JSON, nullable=False, server_default="{}"),
    text_("digest"),
    Column("at_id", Integer),
    count_("decided"),
    Column("seconds", Float, nullable=False, server_default="0"),
    at_(),
    at_("changed_at"),
    UniqueConstraint("project_id", "who", "digest"),
)
"""Where somebody stands in a review queue: `digest` names the queue, `at_id` the row that is to be seen next."""

tombstones = Table(
    "tombstones",
    metadata,
    id_(),
    count_("project_id"),
    text_("who"),
    Column("numbers", JSON, nullable=False, server_default="{}"),
    at_(),
)
"""That a project was erased, when and by whom: nothing of what was in it."""

problems = Table(
    "problems",
    metadata,
    id_(),
    to_("projects", "project_id"),
    to_("examples", "example_id", index=True),
    Column("code", String(48), nullable=False),
    Column("severity", String(16), nullable=False),
    text_("message"),
    text_("place"),
    Column("start", Integer),
    Column("end", Integer),
    Column("related_id", Integer),
    flag_("ignored"),
    Index("ix_problems_code", "project_id", "code", "example_id", "ignored"),
)

changes = Table(
    "changes",
    metadata,
    id_(),
    to_("projects", "project_id"),
    text_("label"),
    text_("who"),
    at_("at"),
    Column("state", String(16), nullable=False, server_default="done"),
    count_("number"),
    Column("task_id", Integer),
    Index("ix_changes_state", "project_id", "state", "id"),
    sqlite_autoincrement=True,
)
"""One entry of the journal: what one person did at once, to `number` examples. `state` is done, undone, or dropped (undone,
then overtaken). `task_id` is the worker's task that did it: a task that is begun again does nothing twice."""

edits = Table(
    "edits",
    metadata,
    id_(),
    to_("changes", "change_id", index=True),
    to_("examples", "example_id", index=True),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
)

snapshots = Table(
    "snapshots",
    metadata,
    id_(),
    to_("projects", "project_id"),
    Column("digest", String(64), nullable=False),
    count_("train"),
    count_("validation"),
    count_("test"),
    count_("tokens"),
    text_("created_by"),
    at_(),
    text_("name"),
    UniqueConstraint("project_id", "digest"),
)

snapshot_rows = Table(
    "snapshot_rows",
    metadata,
    id_(),
    to_("snapshots", "snapshot_id"),
    Column("example_id", Integer, nullable=False),
    Column("split", String(16), nullable=False),
    Column("training", JSON, nullable=False),
    flag_("private"),
    text_("worse"),
    Index("ix_snapshot_rows_split", "snapshot_id", "split", "id"),
)
