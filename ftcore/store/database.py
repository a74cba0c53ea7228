"""Opening a workspace's database: one engine, short transactions, migrations with a backup before them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from ftcore.store.migrations import HEAD, REVISIONS, upgrade
from ftcore.store.schema import now

CACHE = "cache_size=-65536"
"""At most 64 MB a connection, where SQLite takes 2: the `facts` of a million rows stay in it."""


class StoreError(Exception):
    """What went wrong with the store, in a sentence for the screen."""


class Database:
    """`read()` gives a connection that sees one consistent state, `write()` one transaction that is whole or absent.

    A write begins with BEGIN IMMEDIATE: two writers then wait for each other instead of failing half-way.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.engine = _engine(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.execution_options(immediate=True).begin():
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def open_database(path: Path) -> Database:
    """Opens (or makes) the database at `path` and brings it up to date.

    An older one is copied to `NAME.before-REVISION-TIME` first. Raises StoreError for a newer or a damaged one;
    nothing was changed then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    revision = _revision(path)
    if revision == HEAD:
        return Database(path)
    if revision not in (None, *REVISIONS):
        raise StoreError(
            "This workspace was made by a newer version. Nothing was changed. Update Tuneworthy to open it."
        )
    if revision is not None:
        _back_up(path, revision)
    database = Database(path)
    with database.write() as connection:
        upgrade(connection)
    return database


def _revision(path: Path) -> str | None:
    """The migration that the file stands at; None for a file that is not there or holds nothing yet."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            if found is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"The workspace's database {path.name} cannot be read ({error}). Nothing was changed. "
            "Restore a backup, or start with another --workspace."
        ) from error
    return row[0] if row else None


def _back_up(path: Path, revision: str) -> Path:
    copy = path.with_name(f"{path.name}.before-{revision}-{now():%Y%m%d-%H%M%S}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


class _Hinting(SQLiteCompiler):
    """SQLAlchemy writes a query's hints for some databases, for SQLite not yet: INDEXED BY stands behind the table's name."""

    def get_from_hint_text(self, table: Any, text: str | None) -> str | None:
        return text


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": 30, "check_same_thread": False},
        pool_use_lifo=True,  # the connection that was used last has the pages in its cache
    )

    engine.dialect.statement_compiler = _Hinting

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver would begin too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", CACHE):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def folder_of(connection: Connection) -> Path:
    """The workspace's folder, in which the database lies."""
    return Path(str(connection.engine.url.database)).parent


def integrity(connection: Connection) -> str:
    """SQLite's own verdict on the file: "ok", or what is damaged."""
    return str(connection.execute(text("PRAGMA integrity_check")).scalar_one())
