"""Rows with exactly one answer: found by how it begins, and told apart where long ones begin alike."""

from __future__ import annotations

import pytest

from ftcore.records import Filter, Project, Sort, Status, TrainingExample
from ftcore.store import examples, imports
from ftcore.store.database import Database
from ftcore.store.examples import NewExample

LONG = "The same forty characters begin both answers"
ANSWERS = ["late", "Late", "late ", "refund", f"{LONG}: one", f"{LONG}: two", "100%", "_ate", "é"]


@pytest.fixture
def answered(db: Database, project: Project) -> Project:
    with db.write() as c:
        taken = imports.start(c, project.id, file_name="t.csv", sha256="", shape="", who="DK")
        rows = [
            NewExample(
                TrainingExample(
                    [{"role": "user", "content": f"Question {n}?"}, {"role": "assistant", "content": ANSWERS[n % 9]}]
                ),
                status=Status.APPROVED if n % 2 else Status.DRAFT,
            )
            for n in range(90)
        ]
        examples.add(c, project.id, rows, import_id=taken, source="t.csv", who="DK")
    return project


@pytest.mark.parametrize("answer", [*ANSWERS, "nothing says this"])
def test_a_filter_by_answer_finds_the_rows_that_say_just_this(db: Database, answered: Project, answer: str) -> None:
    with db.read() as c:
        everything = examples.page(c, answered.id, limit=100).rows
        for where in (
            Filter(answer=answer),
            Filter(answer=answer, status=Status.DRAFT),
            Filter(answer=answer, text="question"),
        ):
            wanted = [
                row.id for row in everything if row.training.response == answer and where.status in (None, row.status)
            ]
            for sort in (Sort(), Sort("prompt"), Sort("tokens", descending=True)):
                found = [row.id for row in examples.page(c, answered.id, where, sort=sort).rows]
                assert sorted(found) == wanted
            assert examples.count(c, answered.id, where) == (len(wanted), False)
