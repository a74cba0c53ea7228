"""The schema's history, one Alembic revision a file in `versions/`, run without an alembic.ini."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every revision, oldest first. Kept here too, so that opening an up-to-date workspace needs no Alembic."""
HEAD = REVISIONS[-1]


def upgrade(connection: Connection, target: str = "head") -> None:
    """Brings the database behind `connection` to `target`, inside its transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, target)
