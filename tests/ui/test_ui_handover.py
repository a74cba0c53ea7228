"""Projects in the Overview: archived, erased, handed over, taken in; the workspace's fold; review packs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from ftcore.handover import pack, project_file
from ftcore.records import Filter, Project
from ftcore.store import carrying, examples, journal, projects, tasks, tombstones
from ftcore.store.database import Database
from ftcore.store.journal import Edit
from ftcore.worker.loop import _end
from ftcore.worker.watch import Watch
from ftcore.workspace import open_workspace
from tests.handover.conftest import rich

Open = Callable[..., AppTest]
PACKS = """
from ftcore.records import Filter
from ftcore.ui import page, session
from ftcore.ui.split import pack_panel
page.show_flash()
pack_panel.draw(session.current_project(), Filter())
"""


@pytest.fixture
def shelves(db: Database) -> tuple[Project, list[int]]:
    return rich(db)


def work(db: Database) -> None:
    """What the worker would do."""
    while True:
        with db.write() as c:
            task = tasks.lease(c)
        if task is None:
            return
        with Watch(db, task) as watch:
            _end(db, task, open_workspace(), watch)


def texts(test: AppTest) -> str:
    return "\n".join(str(element.value) for kind in (test.text, test.markdown, test.toast) for element in kind)


def choose(test: AppTest, project_id: int, what: str) -> None:
    test.menu_button(key=f"menu-{project_id}").click(what).run()
    assert not test.exception


def test_an_archived_project_is_out_of_sight_and_comes_back(db: Database, shelves: Any, open_page: Open) -> None:
    with db.write() as c:
        projects.create(c, "Other")
    test = open_page("overview")
    choose(test, 1, "Archive")
    assert not test.exception
    assert "Archived: 1" in [one.label for one in test.expander]
    assert "open-1" not in [button.key for button in test.button]
    assert "Shelves" not in open_page("overview").selectbox[0].options
    test.button(key="back-1").click().run()
    assert "open-1" in [button.key for button in test.button]


def test_the_only_project_can_be_archived_and_brought_back_from_the_welcome(
    db: Database, shelves: Any, open_page: Open
) -> None:
    test = open_page("overview")
    choose(test, 1, "Archive")
    test = open_page("overview")
    assert "Answer the five questions" in [button.label for button in test.button]
    test.button(key="back-1").click().run()
    assert not test.exception
    assert "Shelves" in texts(test)


def test_a_project_is_renamed_in_its_quiet_menu(db: Database, shelves: Any, open_page: Open) -> None:
    test = open_page("overview")
    test.session_state["name-1-Shelves"] = " Other   shelves "
    choose(test, 1, "Rename …")
    test.button(key="name-save-1").click().run()
    with db.read() as c:
        assert projects.get(c, 1).name == "Other shelves"


def test_erasing_wants_the_name_typed_and_then_nothing_is_left(db: Database, shelves: Any, open_page: Open) -> None:
    test = open_page("overview")
    for typed, refused in (("", True), ("Shelf", True), (" Shelves ", False)):
        test.session_state["erase-name-1"] = typed  # the test bench draws a dialog in the run that opens it only
        choose(test, 1, "Erase everywhere …")
        assert test.button(key="erase-sure-1").disabled is refused
    test.button(key="erase-sure-1").click().run()
    assert not test.exception
    with db.read() as c:
        assert projects.every(c) == []
    assert "is being erased" in texts(open_page("overview"))
    work(db)
    with db.read() as c:
        assert projects.archived(c) == []
        assert tombstones.every(c)[0].finished
    assert "(12 examples, 2 versions, 0 comparisons) was erased on" in texts(open_page("overview"))


def test_a_project_is_handed_over_without_its_private_rows_unless_they_are_wanted(
    db: Database, shelves: Any, open_page: Open
) -> None:
    with db.write() as c:
        journal.save(c, 1, [Edit(shelves[1][5], {"private": True})], who="t", label="x")
    test = open_page("overview")
    for _ in range(2):
        choose(test, 1, "Hand over …")
        assert test.checkbox(key="leave-1").value is True
        assert test.checkbox(key="leave-1").label == "Leave the 1 private row out"
        test.button(key="hand-over-1").click().run()
    with db.read() as c:
        (task,) = carrying.tasks_of(c, "hand_over")
    assert task.payload == {"project_id": 1, "private": False}
    work(db)
    test = open_page("overview")
    assert not test.exception
    assert "“Shelves”: 11 rows, 0 versions; 1 private left out, and 2 versions that hold one" in texts(test)


def test_a_project_file_that_was_taken_in_is_told_and_opened(
    db: Database, shelves: Any, open_page: Open, tmp_path: Path
) -> None:
    uploads = open_workspace().folder("uploads")
    project_file.hand_over(db, 1, uploads / "take-over-1.tuneworthy")
    with db.write() as c:
        tasks.put(c, "take_over", {"file": "take-over-1.tuneworthy", "name": "s.tuneworthy", "who": "EM"})
    assert "A project file is being taken in" in texts(open_page("overview"))
    work(db)
    assert list(uploads.iterdir()) == []
    test = open_page("overview", project="1")
    assert "“Shelves” was taken in: 12 rows, 2 versions." in texts(test)
    test.button(key="take-over-open").click().run()
    assert test.query_params["project"] == "2"


def test_a_project_file_that_is_none_is_told_in_words(db: Database, shelves: Any, open_page: Open) -> None:
    (open_workspace().folder("uploads") / "take-over-1.tuneworthy").write_text("no")
    with db.write() as c:
        tasks.put(c, "take_over", {"file": "take-over-1.tuneworthy", "name": "s", "who": "EM"})
    work(db)
    test = open_page("overview")
    assert "not a project file" in test.error[0].value.replace("\\", "")


def test_the_workspaces_fold_tells_sizes_and_makes_a_backup(db: Database, shelves: Any, open_page: Open) -> None:
    test = open_page("overview")
    test.session_state["workspace-fold"] = True
    test.run()
    assert not test.exception
    assert "Database" in str(test.table[0].value)
    test.button(key="make-backup").click().run()
    assert not test.exception
    (made,) = open_workspace().folder("exports").glob("backup-*.zip")
    assert made.stat().st_size > 1_000
    assert f"tuneworthy restore {made.name}" in test.code[0].value


def test_whose_rows_go_into_a_pack_is_said_and_chosen(db: Database, shelves: Any, open_page: Open) -> None:
    shown = PACKS.replace("Filter())", 'Filter(text="aisle", status=Status.REJECTED))')
    test = AppTest.from_string(shown.replace("import Filter", "import Filter, Status"), default_timeout=30).run()
    assert not test.exception
    rows = test.selectbox(key="pack-rows-1")
    assert [one.split(" (")[0] for one in rows.options] == ["The table’s: Words: aisle, Status: rejected", "All rows"]
    rows.set_value(rows.options[-1]).run()
    test.button(key="pack-make").click().run()
    assert "11 rows" in texts(test)


def test_a_pack_is_made_filled_and_taken_under_the_colleagues_initials(
    db: Database, shelves: Any, open_page: Open
) -> None:
    test = AppTest.from_string(PACKS, default_timeout=30).run()
    test.button(key="pack-make").click().run()
    assert not test.exception
    (made,) = open_workspace().folder("exports").glob("project-1-pack-*.xlsx")
    assert "11 rows" in texts(test)
    book = openpyxl.load_workbook(made)
    book["Rows"]["E2"], book["Rows"]["F2"] = "reject", "Better."
    book.save(made)
    test.file_uploader[0].upload("pack.xlsx", made.read_bytes(), "application/octet-stream").run()
    assert not test.exception
    assert "1 rejected, 1 corrected" in texts(test).replace("\\", "")
    assert test.button(key="pack-take").disabled
    test.text_input(key="pack-who").set_value("FK").run()
    test.button(key="pack-take").click().run()
    assert not test.exception
    with db.read() as c:
        row = examples.get(c, shelves[1][0])
    assert (row.training.response, row.status, row.changed_by) == ("Better.", "rejected", "FK")
    assert list(open_workspace().folder("uploads").iterdir()) == []


def test_a_pack_of_another_project_is_refused_on_the_screen(
    db: Database, shelves: Any, open_page: Open, tmp_path: Path
) -> None:
    other, _ = rich(db, "harbour", "Another")
    made = pack.pack(db, 1, Filter(), tmp_path / "p.xlsx").path
    test = AppTest.from_string(PACKS, default_timeout=30)
    test.query_params["project"] = str(other.id)
    test.run()
    test.file_uploader[0].upload("p.xlsx", made.read_bytes(), "application/octet-stream").run()
    assert "another project" in test.error[0].value
