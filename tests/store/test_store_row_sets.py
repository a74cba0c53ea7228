"""Stored sets of rows."""

from __future__ import annotations

import pytest

from ftcore.records import Filter, Project, TrainingExample
from ftcore.store import examples, imports, row_sets
from ftcore.store.database import Database
from ftcore.store.examples import NewExample


@pytest.fixture
def ids(db: Database, project: Project) -> list[int]:
    rows = [
        NewExample(TrainingExample([{"role": "user", "content": f"q{n}"}, {"role": "assistant", "content": f"a{n}"}]))
        for n in range(12)
    ]
    with db.write() as c:
        taken = imports.start(c, project.id, file_name="f", sha256="", shape="", who="DK")
        examples.add(c, project.id, rows, import_id=taken, source="f", who="DK")
        return examples.ids(c, project.id)


def test_a_set_holds_its_rows_in_the_order_they_were_added_and_filters_by_them(
    db: Database, project: Project, ids: list[int]
) -> None:
    with db.write() as c:
        made = row_sets.create(c, project.id, kind="similar", label="like row 3", query={"row": 3}, who="DK")
        row_sets.add(c, made, [(ids[7], 0.9), (ids[2], None)])
        row_sets.add(c, made, ((id_, 0.1) for id_ in ids[4:6]))
        assert row_sets.get(c, made).state == "filling"
        found = row_sets.finish(c, made)
    assert (found.number, found.state, found.label, found.query) == (4, "done", "like row 3", {"row": 3})
    with db.read() as c:
        assert examples.ids(c, project.id, Filter(row_set=made)) == [ids[2], ids[4], ids[5], ids[7]]
        assert row_sets.scores(c, made, ids) == {ids[7]: 0.9, ids[4]: 0.1, ids[5]: 0.1}


def test_only_the_newest_sets_of_a_project_are_kept_with_their_rows(
    db: Database, project: Project, ids: list[int]
) -> None:
    made = []
    for n in range(row_sets.KEPT + 3):
        with db.write() as c:
            made.append(row_sets.create(c, project.id, kind="pattern", label=str(n), query={}, who=""))
            row_sets.add(c, made[-1], [(ids[0], None)])
            row_sets.finish(c, made[-1])
    with db.read() as c:
        assert [one.id for one in row_sets.of_project(c, project.id)] == made[:2:-1]
        with pytest.raises(LookupError, match="Search again"):
            row_sets.get(c, made[0])
        assert examples.ids(c, project.id, Filter(row_set=made[0])) == []
        assert examples.ids(c, project.id, Filter(row_set=made[-1])) == ids[:1]


def test_a_set_that_is_removed_takes_no_example_with_it(db: Database, project: Project, ids: list[int]) -> None:
    with db.write() as c:
        made = row_sets.create(c, project.id, kind="map", label="a lasso", query={}, who="DK")
        row_sets.add(c, made, [(id_, None) for id_ in ids])
        row_sets.remove(c, made)
    with db.read() as c:
        assert row_sets.of_project(c, project.id) == []
        assert examples.ids(c, project.id) == ids
