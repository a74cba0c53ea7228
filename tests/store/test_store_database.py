"""A workspace is opened as it is, brought up to date after a backup, or left alone."""

from __future__ import annotations

import json
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect

from ftcore.records import Filter, Split
from ftcore.store import examples, journal, projects, runs
from ftcore.store.database import Database, StoreError, integrity, open_database
from ftcore.store.migrations import upgrade
from ftcore.store.schema import metadata


def test_the_migrations_make_the_tables_that_the_schema_describes(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    db = open_database(tmp_path / "t.db")
    with db.read() as c:
        ours = {"include_name": lambda name, kind, _: kind != "table" or not str(name).startswith("examples_fts")}
        with warnings.catch_warnings(action="ignore"):  # indexes on expressions can't be compared
            assert compare_metadata(MigrationContext.configure(c, opts=ours), metadata) == []
        assert set(metadata.tables) <= set(inspect(c).get_table_names())


def test_a_database_of_a_newer_version_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    open_database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="Nothing was changed"):
        open_database(path)
    assert path.read_bytes() == before


def test_an_older_database_is_backed_up_and_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    old = Database(path)
    talk = {"messages": [{"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": "On its way"}]}
    with old.write() as c:
        upgrade(c, "0001")
        c.exec_driver_sql("INSERT INTO projects (id, name) VALUES (1, 'Kept')")
        c.exec_driver_sql(
            "INSERT INTO examples (id, project_id, training, original, prompt, response, tags, tokens) VALUES "
            "(1, 1, ?, ?, 'Where is it?', 'On its way', '[\"late\"]', 12)",
            (json.dumps(talk), json.dumps(talk)),
        )
        c.exec_driver_sql(
            "INSERT INTO problems (project_id, example_id, code, severity, ignored) VALUES "
            "(1, 1, 'refusal', 'warning', 0), (1, 1, 'too_short', 'error', 1)"
        )
        c.exec_driver_sql("INSERT INTO changes (id, project_id, label) VALUES (1, 1, 'Approved 1')")
        c.exec_driver_sql("INSERT INTO edits (change_id, example_id, before, after) VALUES (1, 1, '{}', '{}')")
    old.close()
    db = open_database(path)
    with db.read() as c:
        assert [project.name for project in projects.every(c)] == ["Kept"]
        (row,) = examples.page(c, 1, Filter(text="where way", tag="late", problem="any", max_length=10)).rows
        assert (row.training.to_wire(), row.ignored) == (talk, ("too_short",))
        assert examples.counts(c, 1) == examples.Counts(total=1, draft=1, tokens=12, need_a_look=1)
        assert journal.last(c, 1)[0].examples == 1
    (backup,) = tmp_path.glob("t.db.before-0001-*")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT name FROM projects").fetchall() == [("Kept",)]


def test_a_run_from_before_keeps_its_answers_scores_and_verdict_under_todays_names(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    old = Database(path)
    compared = {"against": "base", "difference": 0.2, "detectable": 0.1, "verdict": "not_enough_evidence"}
    with old.write() as c:
        upgrade(c, "0004")
        c.exec_driver_sql("INSERT INTO projects (id, name) VALUES (1, 'Kept')")
        c.exec_driver_sql("INSERT INTO snapshots (id, project_id, digest) VALUES (1, 1, 'd')")
        c.exec_driver_sql("INSERT INTO endpoints (id, name, base_url) VALUES (1, 'local', 'http://127.0.0.1:1/v1')")
        c.exec_driver_sql(
            "INSERT INTO runs (id, project_id, snapshot_id, endpoint_id, state, scorer, arms, result) "
            "VALUES (1, 1, 1, 1, 'done', 'exact_match', '[]', ?)",
            (json.dumps({"comparisons": [compared], "arms": []}),),
        )
        c.exec_driver_sql(
            "INSERT INTO calls (id, run_id, key, arm, case_id, text) VALUES (7, 1, 'k', 'base', '3', 'yes')"
        )
        c.exec_driver_sql("INSERT INTO scores (call_id, scorer, score) VALUES (7, 'exact_match', 0.5)")
    old.close()
    with open_database(path).read() as c:
        run = runs.get(c, 1)
        assert run.result["comparisons"] == [
            {"against": "base", "mean_difference": 0.2, "detectable_difference": 0.1, "verdict": "not enough evidence"}
        ]
        (answer,) = runs.answers(c, 1, Split.TEST, "exact_match")
        assert (answer.case_id, answer.text, answer.score) == ("3", "yes", 0.5)


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="cannot be read"):
        open_database(path)


def test_a_write_is_whole_or_absent(tmp_path: Path) -> None:
    db = open_database(tmp_path / "t.db")

    def write_half() -> None:
        with db.write() as c:
            projects.create(c, "Half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    with db.read() as c:
        assert projects.every(c) == []
        assert integrity(c) == "ok"


def test_a_commit_reaches_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    db = open_database(tmp_path / "t.db")
    with db.read() as c:
        assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert c.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
