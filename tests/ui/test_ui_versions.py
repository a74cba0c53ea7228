"""Versions on the screen: kept under a name, compared, restored."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.records import Project, Status
from ftcore.store import examples, projects, snapshots
from ftcore.store.database import Database
from tests.handover.conftest import rich

SCREEN = """
from ftcore.ui import page, session
from ftcore.ui.split import versions_panel
page.show_flash()
versions_panel.draw(session.current_project())
"""


@pytest.fixture
def shelves(db: Database) -> tuple[Project, list[int]]:
    return rich(db)


def screen() -> AppTest:
    test = AppTest.from_string(SCREEN, default_timeout=30).run()
    assert not test.exception
    return test


def texts(test: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (test.text, test.markdown, test.toast) for element in kind)


def test_a_version_is_kept_under_its_name(db: Database, shelves: Any) -> None:
    curation.decide(db, 1, shelves[1][5:6], Status.REJECTED, who="DK")
    test = screen()
    test.text_input(key="version-name-1").set_value("  Before   the holidays ")
    test.button(key="version-keep").click().run()
    assert not test.exception
    with db.read() as c:
        assert [one.name for one in snapshots.of_project(c, 1)] == ["Before the holidays", "Second", "First aisle"]
    assert "Before the holidays" in texts(test)
    test.button(key="version-keep").click().run()
    assert "Give the version a name first" in texts(test)


def test_a_version_of_nothing_is_not_kept(db: Database) -> None:
    with db.write() as c:
        projects.create(c, "Empty")
    test = screen()
    test.text_input(key="version-name-1").set_value("x")
    test.button(key="version-keep").click().run()
    assert "Nothing is approved yet" in texts(test)
    assert "There are no versions yet." in texts(test)


def test_two_versions_are_compared_with_their_differences(db: Database, shelves: Any) -> None:
    test = screen()
    test.toggle(key="compare-show-1").set_value(True).run()
    assert not test.exception
    assert "1 changed, 0 added, 2 removed, 9 the same." in texts(test)
    (marked,) = [one.value for one in test.markdown if "Corrected" in str(one.value)]
    assert marked.startswith(":red-background[~~In~~]:green-background[**Corrected**]")
    test.button_group(key="compare-which-1").set_value("Removed (2)").run()
    assert not test.exception
    assert "Where is the aisle thing 2?" in texts(test)


def test_a_version_is_restored_and_the_undo_takes_it_back(db: Database, shelves: Any) -> None:
    test = screen()
    test.button(key="restore-1").click().run()
    assert not test.exception
    assert "12 examples are as in “First aisle”." in texts(test).replace("\\", "")
    with db.read() as c:
        assert examples.counts(c, 1).approved == 12
    curation.undo(db, 1, who="DK")
    with db.read() as c:
        assert examples.counts(c, 1).approved == 10


def test_what_people_wrote_is_no_markdown_in_a_difference(db: Database, shelves: Any) -> None:
    hostile = "![x](http://evil.example/a.png) :red[no] $5$ <b>i</b>"
    curation.save(db, 1, [CellEdit(shelves[1][6], None, {"response": hostile})], who="DK")
    test = screen()
    test.text_input(key="version-name-1").set_value(hostile)
    test.button(key="version-keep").click().run()
    test = screen()
    test.toggle(key="compare-show-1").set_value(True).run()
    assert not test.exception
    assert not [one for one in test.markdown if "](http" in str(one.value) or ":red[" in str(one.value)]
