"""What a decision knows: how each answer is known, follow-ups, what was decided, its records; the figures of the break-even;
the workspace's preferences."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ftcore.store.schema import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), server_default="{}", nullable=False)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), server_default="", nullable=False)


def upgrade() -> None:
    op.add_column("projects", _json("assumptions"))
    for column in (_json("known"), _json("details"), _word("choice", 32), _word("review_on", 10)):
        op.add_column("decisions", column)
    op.create_table(
        "decision_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_decision_records_project_id_projects"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_records")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_decision_records_project_id")),
    )
    op.create_table(
        "preferences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preferences")),
        sa.UniqueConstraint("name", name=op.f("uq_preferences_name")),
    )
