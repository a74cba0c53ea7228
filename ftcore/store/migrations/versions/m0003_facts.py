"""A narrow table of what examples are filtered and sorted by: looking at a row there reads 50 bytes, not thousands."""

import sqlalchemy as sa
from alembic import op

from ftcore.store.schema import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBERS = ("project_id", "trashed", "worst", "tokens", "length", "turns", "private")
AS_THEY_ARE = (*NUMBERS, "status", "source", "changed_by")
TOLD = {
    **{name: "{row}" + name for name in AS_THEY_ARE},
    "split": "coalesce({row}split, '')",
    "changed_at": "strftime('%s', {row}changed_at) * 1000000 + substr({row}changed_at, 21, 6)",
    "tags": "substr({row}tags, 1, 40)",
    "note": "substr({row}note, 1, 40)",
}
"""The columns of `facts`, each from a row of `examples` ("new." in a trigger)."""
SORTED = {name: name for name in TOLD if name not in ("project_id", "trashed", "worst", "turns", "private")}
GONE = (*SORTED, "row", "problems", "turns", "private")


def upgrade() -> None:
    for name in GONE:
        op.drop_index(f"ix_examples_by_{name}", table_name="examples")
    op.create_index("ix_examples_by_row", "examples", ["project_id", "trashed"])
    _table()
    told = ", ".join(how.format(row="") for how in TOLD.values())
    op.execute(f"INSERT INTO facts (id, {', '.join(TOLD)}) SELECT id, {told} FROM examples ORDER BY id")
    op.create_index("ix_facts_by_row", "facts", ["project_id", "trashed"])
    for name, column in {**SORTED, "problems": "worst"}.items():
        op.create_index(f"ix_facts_by_{name}", "facts", ["project_id", "trashed", column])
    op.create_index("ix_facts_by_kind", "facts", ["project_id", "trashed", "status", "split", "worst"])
    for name, some in (("turns", "turns > 1"), ("private", "private = 1")):
        op.execute(f"CREATE INDEX ix_facts_by_{name} ON facts (project_id, trashed) WHERE {some}")
    op.drop_index("ix_problems_code", table_name="problems")
    op.create_index("ix_problems_code", "problems", ["project_id", "code", "example_id", "ignored"])
    if op.get_bind().dialect.name == "sqlite":
        _triggers()
        _few_segments()


def _table() -> None:
    op.create_table(
        "facts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trashed", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("split", sa.Text(), server_default="", nullable=False),
        sa.Column("worst", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("length", sa.Integer(), server_default="0", nullable=False),
        sa.Column("turns", sa.Integer(), server_default="0", nullable=False),
        sa.Column("private", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", Moment(), nullable=True),
        sa.Column("tags", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
    )


def _triggers() -> None:
    told = ", ".join(how.format(row="new.") for how in TOLD.values())
    insert = f"INSERT INTO facts (id, {', '.join(TOLD)}) VALUES (new.id, {told});"
    op.execute(f"CREATE TRIGGER examples_facts_insert AFTER INSERT ON examples BEGIN {insert} END")
    op.execute(
        "CREATE TRIGGER examples_facts_delete AFTER DELETE ON examples BEGIN DELETE FROM facts WHERE id = old.id; END"
    )
    # One for each column: an UPDATE that names a column rewrites the column's index, even where nothing changes.
    for name, how in TOLD.items():
        op.execute(
            f"CREATE TRIGGER examples_facts_{name} AFTER UPDATE OF {name} ON examples "
            f"WHEN old.{name} IS NOT new.{name} "
            f"BEGIN UPDATE facts SET {name} = {how.format(row='new.')} WHERE id = new.id; END"
        )


def _few_segments() -> None:
    """Asking the full-text index about one row takes a look into each of its segments: there were dozens. Larger ones are
    written, and merged sooner."""
    for name, value in (("hashsize", 8 << 20), ("automerge", 2), ("crisismerge", 4)):
        op.execute(f"INSERT INTO examples_fts (examples_fts, rank) VALUES ('{name}', {value})")
    op.execute("INSERT INTO examples_fts (examples_fts) VALUES ('optimize')")
