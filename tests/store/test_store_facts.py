"""The narrow table that filters and orders ask says what the examples say, whatever is done to these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select

from ftcore.records import Problem, Severity, Split, Status, TrainingExample
from ftcore.store import examples, imports, journal, problems
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit
from ftcore.store.schema import examples as table
from ftcore.store.schema import facts

AS_THEY_ARE = ("id", "project_id", "trashed", "status", "worst", "tokens", "length", "turns", "private", "source")
LONG = "a long note that goes on for more than forty characters, so that it is cut"


def _talk(answer: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": "Where is it?"}, {"role": "assistant", "content": answer}]


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from([status.value for status in Status]),
    "split": st.sampled_from([*(split.value for split in Split), None]),
    "tags": st.sampled_from([[], ["late"], ["late", "a tag that is quite long", "another one"]]),
    "note": st.sampled_from(["", "look", LONG]),
    "private": st.booleans(),
    "trashed": st.booleans(),
    "training": st.sampled_from([{"messages": _talk(answer)} for answer in ("On its way.", "Gone.")]),
}


@st.composite
def _edits(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    return draw(st.integers(0, 4)), {name: draw(VALUES[name]) for name in names}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_edits() | st.sampled_from(["undo", "redo", "check", "delete"]), max_size=8))
def test_facts_say_what_the_examples_say(db: Database, project: Any, done: Sequence[Any]) -> None:
    with db.write() as c:
        ids = _five_rows(c, project.id)
        _compare(c)
        for what in done:
            _do(c, project.id, ids, what)
            _compare(c)


def _five_rows(c: Connection, project_id: int) -> list[int]:
    import_id = imports.start(c, project_id, file_name="f.csv", sha256="", shape="", who="AB")
    rows = [NewExample(TrainingExample(_talk(f"Answer {i}")), tokens=i, note=LONG[: i * 20]) for i in range(5)]
    examples.add(c, project_id, rows, import_id=import_id, source="f.csv", who="AB")
    return examples.ids_of_import(c, import_id)


def _do(c: Connection, project_id: int, ids: list[int], what: Any) -> None:
    if what == "undo":
        journal.undo(c, project_id, who="CD")
    elif what == "redo":
        journal.redo(c, project_id, who="CD")
    elif what == "check":
        problems.replace(c, project_id, {ids[1]: [Problem("refusal", Severity.ERROR, "Said.")], ids[2]: []})
    elif what == "delete":
        c.execute(delete(table).where(table.c.id == ids[0]))
    else:
        at, values = what
        journal.save(c, project_id, [Edit(ids[at], values)], who="EF", label="Edited")


def _compare(c: Connection) -> None:
    said = [
        {
            **{name: row[name] for name in (*AS_THEY_ARE, "changed_by", "changed_at")},
            "split": row["split"] or "",
            "note": row["note"][:40],
        }
        for row in c.execute(select(table).order_by(table.c.id)).mappings()
    ]
    kept = [dict(row) for row in c.execute(select(facts).order_by(facts.c.id)).mappings()]
    tags = {row[0]: row[1] for row in c.execute(select(table.c.id, table.c.tags))}
    for row in kept:
        assert row.pop("tags") == str(tags[row["id"]]).replace("'", '"')[:40]
    assert kept == said
