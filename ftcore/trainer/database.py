"""The trainer's own database: files, jobs, events, checkpoints and models. The only SQL of the trainer.

One connection behind a lock: statements are short, and SQLite writes one at a time anyway.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ftcore.trainer.errors import TrainerError

VERSION = 3
JSON_FIELDS = frozenset(("asked", "settings", "metadata", "error", "data", "metrics"))

SCHEMA = """
CREATE TABLE files (
    id TEXT PRIMARY KEY, filename TEXT NOT NULL, purpose TEXT NOT NULL, bytes INTEGER NOT NULL,
    created_at INTEGER NOT NULL, examples INTEGER, seq INTEGER NOT NULL, kind TEXT);
CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL, status TEXT NOT NULL,
    model TEXT NOT NULL, training_file TEXT NOT NULL, validation_file TEXT, suffix TEXT, seed INTEGER NOT NULL,
    asked TEXT NOT NULL, settings TEXT NOT NULL, metadata TEXT NOT NULL, request_key TEXT UNIQUE, request_hash TEXT,
    started_at INTEGER, finished_at INTEGER, estimated_finish INTEGER, fine_tuned_model TEXT, result_file TEXT,
    trained_tokens INTEGER, error TEXT, cancel_requested INTEGER NOT NULL DEFAULT 0, deaths INTEGER NOT NULL DEFAULT 0, paused INTEGER NOT NULL DEFAULT 0,
    best_checkpoint TEXT);
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job_id TEXT NOT NULL, mark TEXT NOT NULL,
    created_at INTEGER NOT NULL, level TEXT NOT NULL, type TEXT NOT NULL, message TEXT NOT NULL, data TEXT NOT NULL,
    UNIQUE (job_id, mark));
CREATE TABLE checkpoints (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job_id TEXT NOT NULL, step INTEGER NOT NULL,
    created_at INTEGER NOT NULL, model TEXT NOT NULL, folder TEXT NOT NULL, metrics TEXT NOT NULL, UNIQUE (job_id, step));
CREATE TABLE models (
    id TEXT PRIMARY KEY, base TEXT NOT NULL, job_id TEXT NOT NULL, folder TEXT NOT NULL, created_at INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0);
"""

CHANGES = {
    1: (("jobs", "paused INTEGER NOT NULL DEFAULT 0"),),
    2: (("jobs", "best_checkpoint TEXT"), ("files", "kind TEXT")),
}
"""The columns that make a database of one version one of the next: (table, column)."""

Row = dict[str, Any]


def new_id(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:24]}"


def now() -> int:
    """Seconds since 1970, as the protocol counts."""
    return int(time.time())


class Database:
    """`write` and `rows` are all there is; JSON fields go in and come out as Python values."""

    def __init__(self, path: Path):
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._migrate(path)

    def _migrate(self, path: Path) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise TrainerError(
                f"{path} was written by a newer Tuneworthy (version {version}, this one knows {VERSION}). Nothing was"
                " changed: install the newer version, or start in another workspace.",
                status=500,
            )
        if version < VERSION:
            with self.transaction():
                for statement in filter(str.strip, SCHEMA.split(";") if version == 0 else self._additions(version)):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version={VERSION}")

    def _additions(self, version: int) -> list[str]:
        """The statements that add what a database of this version lacks."""
        wanted = [one for at in range(version, VERSION) for one in CHANGES[at]]
        there = {
            (table, row["name"])
            for table in {table for table, _ in wanted}
            for row in self._connection.execute(f"PRAGMA table_info({table})")
        }
        return [
            f"ALTER TABLE {table} ADD COLUMN {column}"
            for table, column in wanted
            if (table, column.split()[0]) not in there
        ]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is written together or not at all; may be nested."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self._connection.execute("BEGIN IMMEDIATE")
                yield
                if self._depth == 1:
                    self._connection.execute("COMMIT")
            except BaseException:
                if self._depth == 1 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def write(self, statement: str, values: tuple[Any, ...] | Row = ()) -> int:
        """Runs one statement; returns how many rows it touched."""
        with self.transaction():
            return self._connection.execute(statement, _packed(values)).rowcount

    def insert(self, table: str, row: Row, *, or_ignore: bool = False) -> bool:
        """True when the row was new. `table` and the keys of `row` are written in our code, never by a user."""
        verb = "INSERT OR IGNORE INTO" if or_ignore else "INSERT INTO"
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        return self.write(f"{verb} {table} ({names}) VALUES ({marks})", row) > 0

    def change(self, table: str, key: str, row: Row) -> None:
        names = ", ".join(f"{name} = :{name}" for name in row)
        self.write(f"UPDATE {table} SET {names} WHERE id = :_key", {**row, "_key": key})  # noqa: S608

    def rows(self, query: str, values: tuple[Any, ...] | Row = ()) -> list[Row]:
        with self._lock:
            return [_unpacked(row) for row in self._connection.execute(query, _packed(values)).fetchall()]

    def row(self, query: str, values: tuple[Any, ...] | Row = ()) -> Row | None:
        found = self.rows(query, values)
        return found[0] if found else None

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _packed(values: tuple[Any, ...] | Row) -> tuple[Any, ...] | Row:
    if isinstance(values, dict):
        return {key: _pack(value) for key, value in values.items()}
    return tuple(_pack(value) for value in values)


def _pack(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _unpacked(row: sqlite3.Row) -> Row:
    return {key: json.loads(row[key]) if key in JSON_FIELDS and row[key] else row[key] for key in row.keys()}  # noqa: SIM118
