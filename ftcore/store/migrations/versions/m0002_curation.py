"""Curation at any size: what rows are sorted and found by, the trash, stored sets of rows, views, and who stands where."""

import sqlalchemy as sa
from alembic import op

from ftcore.store.schema import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = {
    "by_row": "id, status, split, worst",
    "by_tokens": "tokens, id, status, split, worst",
    "by_changed_at": "changed_at, id, status, split, worst",
    "by_status": "status, id, split, worst",
    "by_split": "coalesce(split, ''), id",
    "by_problems": "worst, id",
    "by_length": "length, id",
    "by_system": "substr(system, 1, 40), id",
    "by_prompt": "substr(prompt, 1, 40), id",
    "by_response": "substr(response, 1, 40), id",
    "by_note": "substr(note, 1, 40), id",
    "by_tags": "substr(tags, 1, 40), id",
    "by_source": "source, id",
    "by_changed_by": "changed_by, id",
}
RANK = "CASE severity WHEN 'error' THEN 3 WHEN 'warning' THEN 2 ELSE 1 END"
TEXTS = ("system", "prompt", "response", "note")
COUNTED = ("trashed", "status", "split", "worst", "tokens")


def upgrade() -> None:
    _columns()
    _tables()
    _fill()
    for name in ("ix_examples_page", "ix_examples_status", "ix_examples_split"):
        op.drop_index(name, table_name="examples")
    for name, columns in INDEXES.items():
        op.execute(f"CREATE INDEX ix_examples_{name} ON examples (project_id, trashed, {columns})")
    # Few rows have these: without an index of those that do, finding none takes a look at all.
    op.execute("CREATE INDEX ix_examples_by_turns ON examples (project_id, trashed, id) WHERE turns > 1")
    op.execute("CREATE INDEX ix_examples_by_private ON examples (project_id, trashed, id) WHERE private = 1")
    op.execute("CREATE INDEX ix_examples_key ON examples (project_id, key) WHERE key != ''")
    if op.get_bind().dialect.name == "sqlite":
        _tally_triggers()
        _tag_triggers()
        _full_text()


def _columns() -> None:
    new: dict[str, list[sa.Column]] = {
        "projects": [
            sa.Column("limits", sa.JSON(), server_default="{}", nullable=False),
            sa.Column("profile", sa.JSON(), server_default="{}", nullable=False),
            sa.Column("findings", sa.Integer(), server_default="0", nullable=False),
            sa.Column("good_note", sa.Text(), server_default="", nullable=False),
            sa.Column("archived_at", UtcDateTime(), nullable=True),
        ],
        "imports": [
            sa.Column("state", sa.String(16), server_default="done", nullable=False),
            sa.Column("mapping", sa.JSON(), server_default="{}", nullable=False),
            sa.Column("consumed", sa.Integer(), server_default="0", nullable=False),
        ],
        "examples": [
            sa.Column("trashed", sa.Boolean(), server_default="0", nullable=False),
            sa.Column("turns", sa.Integer(), server_default="0", nullable=False),
            sa.Column("length", sa.Integer(), server_default="0", nullable=False),
            sa.Column("worst", sa.Integer(), server_default="0", nullable=False),
            sa.Column("ignored", sa.JSON(), server_default="[]", nullable=False),
            sa.Column("worse", sa.Text(), server_default="", nullable=False),
            sa.Column("key", sa.Text(), server_default="", nullable=False),
            sa.Column("grouping", sa.Text(), server_default="", nullable=False),
        ],
        "changes": [
            sa.Column("number", sa.Integer(), server_default="0", nullable=False),
            sa.Column("task_id", sa.Integer(), nullable=True),
        ],
        "snapshots": [sa.Column("name", sa.Text(), server_default="", nullable=False)],
    }
    for table, columns in new.items():
        for column in columns:
            op.add_column(table, column)


def _to(target: str, name: str) -> sa.Column:
    key = sa.ForeignKey(f"{target}.id", ondelete="CASCADE")
    return sa.Column(name, sa.Integer(), key, nullable=False)


def _tables() -> None:
    op.create_table(
        "example_tags",
        _to("projects", "project_id"),
        sa.Column("tag", sa.Text(), nullable=False),
        _to("examples", "example_id"),
        sa.PrimaryKeyConstraint("project_id", "tag", "example_id", name=op.f("pk_example_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_example_tags_example", "example_tags", ["example_id"])
    op.create_table(
        "tallies",
        _to("projects", "project_id"),
        sa.Column("trashed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("split", sa.String(16), nullable=False),
        sa.Column("worst", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("project_id", "trashed", "status", "split", "worst", name=op.f("pk_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "row_sets",
        sa.Column("id", sa.Integer(), nullable=False),
        _to("projects", "project_id"),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("query", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("state", sa.String(16), server_default="done", nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_row_sets")),
    )
    op.create_index(op.f("ix_row_sets_project_id"), "row_sets", ["project_id"])
    op.create_table(
        "row_set_rows",
        _to("row_sets", "row_set_id"),
        _to("examples", "example_id"),
        sa.Column("rank", sa.Integer(), server_default="0", nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("row_set_id", "example_id", name=op.f("pk_row_set_rows")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_row_set_rows_rank", "row_set_rows", ["row_set_id", "rank"])
    op.create_index("ix_row_set_rows_example", "row_set_rows", ["example_id"])
    op.create_table(
        "views",
        sa.Column("id", sa.Integer(), nullable=False),
        _to("projects", "project_id"),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("query", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("created_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_views")),
        sa.UniqueConstraint("project_id", "name", name=op.f("uq_views_project_id")),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        _to("projects", "project_id"),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("query", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("at_id", sa.Integer(), nullable=True),
        sa.Column("decided", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
        sa.UniqueConstraint("project_id", "who", "digest", name=op.f("uq_reviews_project_id")),
    )
    op.create_table(
        "tombstones",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("numbers", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstones")),
    )


def _fill() -> None:
    """What the new columns hold for rows that are there already."""
    op.execute("UPDATE changes SET number = (SELECT count(*) FROM edits WHERE edits.change_id = changes.id)")
    op.execute(
        f"UPDATE examples SET length = length(response), worst = coalesce((SELECT max({RANK}) FROM problems "
        "WHERE problems.example_id = examples.id AND NOT problems.ignored), 0)"
    )
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute(
        "UPDATE examples SET turns = (SELECT count(*) FROM json_each(examples.training, '$.messages') AS turn "
        "WHERE json_extract(turn.value, '$.role') = 'user'), "
        "ignored = coalesce((SELECT json_group_array(DISTINCT code) FROM problems WHERE problems.example_id = "
        "examples.id AND problems.ignored), '[]')"
    )
    op.execute(
        "INSERT INTO tallies (project_id, trashed, status, split, worst, number, tokens) SELECT project_id, trashed, "
        "status, coalesce(split, ''), worst, count(*), sum(tokens) FROM examples GROUP BY 1, 2, 3, 4, 5"
    )
    op.execute(
        "INSERT OR IGNORE INTO example_tags (project_id, tag, example_id) SELECT project_id, value, examples.id "
        "FROM examples, json_each(examples.tags)"
    )


def _tally_triggers() -> None:
    add = (
        "INSERT INTO tallies (project_id, trashed, status, split, worst, number, tokens) VALUES (new.project_id, "
        "new.trashed, new.status, coalesce(new.split, ''), new.worst, 1, new.tokens) ON CONFLICT DO UPDATE "
        "SET number = number + 1, tokens = tokens + excluded.tokens;"
    )
    take = (
        "UPDATE tallies SET number = number - 1, tokens = tokens - old.tokens WHERE project_id = old.project_id AND "
        "trashed = old.trashed AND status = old.status AND split = coalesce(old.split, '') AND worst = old.worst;"
    )
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in COUNTED)
    op.execute(f"CREATE TRIGGER examples_tally_insert AFTER INSERT ON examples BEGIN {add} END")
    op.execute(f"CREATE TRIGGER examples_tally_delete AFTER DELETE ON examples BEGIN {take} END")
    op.execute(
        f"CREATE TRIGGER examples_tally_update AFTER UPDATE OF {', '.join(COUNTED)} ON examples WHEN {changed} "
        f"BEGIN {take} {add} END"
    )


def _tag_triggers() -> None:
    add = (
        "INSERT OR IGNORE INTO example_tags (project_id, tag, example_id) "
        "SELECT new.project_id, value, new.id FROM json_each(new.tags);"
    )
    op.execute(f"CREATE TRIGGER examples_tags_insert AFTER INSERT ON examples WHEN new.tags != '[]' BEGIN {add} END")
    op.execute(
        "CREATE TRIGGER examples_tags_update AFTER UPDATE OF tags ON examples WHEN old.tags IS NOT new.tags BEGIN "
        f"DELETE FROM example_tags WHERE example_id = old.id; {add} END"
    )


def _full_text() -> None:
    names = ", ".join(TEXTS)
    old, new = (", ".join(f"{which}.{name}" for name in TEXTS) for which in ("old", "new"))
    op.execute(
        f"CREATE VIRTUAL TABLE examples_fts USING fts5({names}, content='examples', content_rowid='id', "
        "tokenize='porter unicode61 remove_diacritics 2')"
    )
    op.execute("INSERT INTO examples_fts (examples_fts) VALUES ('rebuild')")
    # New rows are added by `store.examples.add`, many at once: a trigger takes seven times as long.
    add = f"INSERT INTO examples_fts (rowid, {names}) VALUES (new.id, {new});"
    take = f"INSERT INTO examples_fts (examples_fts, rowid, {names}) VALUES ('delete', old.id, {old});"
    changed = " OR ".join(f"old.{name} IS NOT new.{name}" for name in TEXTS)
    op.execute(f"CREATE TRIGGER examples_fts_delete AFTER DELETE ON examples BEGIN {take} END")
    op.execute(
        f"CREATE TRIGGER examples_fts_update AFTER UPDATE OF {names} ON examples WHEN {changed} BEGIN {take} {add} END"
    )
