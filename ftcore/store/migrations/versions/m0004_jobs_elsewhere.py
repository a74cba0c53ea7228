"""Jobs at any server: endpoints with their limits, uploads that are reused, what a job costs, what is left of it, pairs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from ftcore.store.schema import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _word(name: str, length: int, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(length), server_default=default, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False)


def _json(name: str, default: str) -> sa.Column[str]:
    return sa.Column(name, sa.JSON(), server_default=default, nullable=False)


def _at(name: str) -> sa.Column[str]:
    return sa.Column(name, UtcDateTime(), nullable=True)


def upgrade() -> None:
    added: dict[str, list[sa.Column[Any]]] = {
        "endpoints": [
            _text("provider"),
            _json("limits", "{}"),
            _at("checked_at"),
            _json("findings", "[]"),
            _at("removed_at"),
        ],
        "jobs": [
            _word("method", 16, "supervised"),
            _text("suffix"),
            _word("group", 64),
            sa.Column("share", sa.Float(), server_default="1", nullable=False),
            _word("wish", 16),
            _count("estimated_tokens"),
            sa.Column("rate", sa.Float(), nullable=True),
            sa.Column("cost_low", sa.Float(), nullable=True),
            sa.Column("cost_high", sa.Float(), nullable=True),
            _word("origin", 16),
            _at("seen_at"),
            _at("estimated_finish"),
            sa.Column("queue_position", sa.Integer(), nullable=True),
            _at("files_removed_at"),
        ],
        "models": [
            _word("kind", 16, "tuned"),
            _count("step"),
            _json("metrics", "{}"),
            _word("shutdown_date", 10),
            _text("served_as"),
            _text("note"),
            _at("listed_at"),
            _at("gone_at"),
            _at("removed_at"),
        ],
        "snapshot_rows": [_text("worse")],
    }
    for table, columns in added.items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_jobs_group", "jobs", ["group"])
    op.execute("UPDATE endpoints SET provider = 'local' WHERE practice")
    _job_files()
    _uploads()


def _job_files() -> None:
    op.create_table(
        "job_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(128), nullable=False),
        _text("name"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _at("created_at"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_files_job_id_jobs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_files")),
        sa.UniqueConstraint("job_id", "remote_id", name=op.f("uq_job_files_job_id")),
    )


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("endpoint_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("remote_id", sa.String(128), nullable=False),
        _text("name"),
        _count("bytes"),
        _at("created_at"),
        _at("removed_at"),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["endpoints.id"], name=op.f("fk_uploads_endpoint_id_endpoints"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_uploads_snapshot_id_snapshots"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("endpoint_id", "snapshot_id", "sha256", name=op.f("uq_uploads_endpoint_id")),
    )
