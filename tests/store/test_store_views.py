"""Saved views, and what a filter can choose from."""

from __future__ import annotations

import pytest

from ftcore.records import Project, TrainingExample
from ftcore.store import examples, facets, imports, projects, views
from ftcore.store.database import Database
from ftcore.store.examples import NewExample


def test_a_view_is_kept_replaced_renamed_and_removed(db: Database, project: Project) -> None:
    with db.write() as c:
        one = views.save(c, project.id, "  To  ask ", {"sort": "-tokens"}, who="DK")
        views.save(c, project.id, "Another", {}, who="AB")
        again = views.save(c, project.id, "To ask", {"sort": "row"}, who="AB")
        assert (again.id, again.name, again.query) == (one.id, "To ask", {"sort": "row"})
        with pytest.raises(views.NameTaken, match="Another"):
            views.rename(c, one.id, "Another")
        views.rename(c, one.id, "zebra")
        assert [view.name for view in views.of_project(c, project.id)] == ["Another", "zebra"]
        views.remove(c, one.id)
        with pytest.raises(LookupError):
            views.rename(c, one.id, "gone")
        for empty in ("", "  \n "):
            with pytest.raises(ValueError, match="name first"):
                views.save(c, project.id, empty, {}, who="DK")


def test_views_are_of_one_project(db: Database, project: Project) -> None:
    with db.write() as c:
        other = projects.create(c, "Other")
        views.save(c, project.id, "Mine", {}, who="DK")
        views.save(c, other.id, "Mine", {}, who="DK")
        assert len(views.of_project(c, other.id)) == 1


def test_what_can_be_chosen_is_stepped_through_in_order_each_once(db: Database, project: Project) -> None:
    training = TrainingExample([{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}])
    with db.write() as c:
        for file in ("b.csv", "a.csv", "b.csv"):
            taken = imports.start(c, project.id, file_name=file, sha256="", shape="", who="DK")
            rows = [NewExample(training, tags=tags) for tags in (("x", "ask"), ("x",), ())]
            examples.add(c, project.id, rows, import_id=taken, source=file, who="DK" if file == "a.csv" else "AB")
        found = facets.of_project(c, project.id)
        assert found == facets.Facets(("ask", "x"), ("a.csv", "b.csv"), ("AB", "DK"))
        assert facets.of_project(c, project.id + 1) == facets.Facets()
