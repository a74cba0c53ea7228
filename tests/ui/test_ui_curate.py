"""Curate: import, table, review, problems, split and export; and the core of the editable grid."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ftcore.dataset.intake import take_in
from ftcore.records import Example, Filter, Rejected, Split, Status, TrainingExample
from ftcore.store import examples, imports, journal, projects, tasks
from ftcore.store.database import Database
from ftcore.store.examples import Counts
from ftcore.ui.curate import curate_head
from ftcore.ui.imports import importing
from ftcore.ui.split import split_panel
from ftcore.ui.table import grid, grid_edits
from ftcore.worker.loop import work
from ftcore.workspace import open_workspace

Open = Callable[..., AppTest]
TICKETS = [
    (f"Where is parcel number {n}? I ordered it {n} days ago.", f"It is on its way, day {n} of seven.")
    for n in range(1, 41)
]


@pytest.fixture
def project_id(db: Database) -> int:
    with db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, "Tickets").id


@pytest.fixture
def filled(db: Database, project_id: int, tmp_path: Path) -> int:
    """Forty good tickets, three with something left to be filled in, and one empty answer."""
    extra = [(f"Which colours does tent {c} come in?", f"Dear [insert name], tent {c} comes in green.") for c in "ABC"]
    file = tmp_path / "tickets.csv"
    file.write_bytes(_csv([*TICKETS, *extra, ("Nothing said", "")]))
    take_in(db, project_id, file, name="tickets.csv", who="DK")
    return project_id


@pytest.fixture
def worker(db: Database) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(open_workspace(), stop), daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(10)


def test_an_empty_project_begins_with_import(project_id: int, open_page: Open) -> None:
    test = open_page("curate")
    assert not test.exception
    assert test.file_uploader[0].label.startswith("Drop a spreadsheet")
    assert not any("Nothing is approved" in said.value for said in (*test.markdown, *test.subheader, *test.text)), (
        "another mode is drawn too"
    )
    for mode in ("Review", "Table", "Problems", "Split and export"):
        test = open_page("curate", curate=mode)
        assert not test.exception
        assert any(button.label == "Go to Import" for button in test.button)


def test_the_line_counts_what_is_ready_needs_a_look_and_was_set_aside(filled: int, open_page: Open) -> None:
    test = open_page("curate")
    assert [header.value for header in test.header] == ["40 ready · 3 need a look · 1 set aside"]
    assert curate_head.headline(Counts(total=1, draft=1, need_a_look=1), 0) == "0 ready · 1 needs a look · 0 set aside"


def test_every_mode_is_drawn_with_at_most_one_primary_action(db: Database, filled: int, open_page: Open) -> None:
    for mode in ("Import", "Review", "Table", "Problems", "Split and export"):
        test = open_page("curate", curate=mode)
        assert not test.exception, mode
        assert sum(_is_primary(button) for button in test.button) <= 1, mode


def test_approving_the_clean_ones_is_one_change_and_one_undo(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table")
    test.button(key="approve-clean").click().run()
    assert not test.exception
    with db.read() as c:
        assert examples.counts(c, filled).approved == 40
    assert test.button(key="review-them").label == "Review the 3"
    test.button(key="undo").click().run()
    with db.read() as c:
        assert examples.counts(c, filled).approved == 0
    test.button(key="redo").click().run()
    assert not test.exception
    with db.read() as c:
        assert examples.counts(c, filled).approved == 40


def test_ticked_rows_are_approved_rejected_and_moved(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table")
    test.text_input(key="find-text").set_value("parcel number 7?").run()
    test.button(key="tick-page").click().run()
    test.button(key="reject-ticked").click().run()
    assert not test.exception
    with db.read() as c:
        (rejected,) = examples.page(c, filled, Filter(status=Status.REJECTED)).rows
    assert rejected.training.prompt.startswith("Where is parcel number 7?")
    assert rejected.changed_by == "DK"
    test.text_input(key="find-text").set_value("parcel number 8?").run()
    test.button(key="tick-page").click().run()
    test.button(key="move-test-ticked").click().run()
    with db.read() as c:
        assert examples.page(c, filled, Filter(text="parcel number 8?")).rows[0].split is Split.TEST


def test_the_table_turns_its_pages_without_losing_or_repeating_a_row(
    db: Database, project_id: int, open_page: Open, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    file.write_bytes(_csv([(f"Question number {n} of many", f"This is answer number {n}.") for n in range(250)]))
    take_in(db, project_id, file, name="many.csv", who="DK")
    test = open_page("curate", curate="Table")
    seen: list[list[int]] = []
    for forward in (True, True, False, False):
        seen.append(_ids(test, project_id))
        next(b for b in test.button if b.label == ("Next" if forward else "Previous")).click().run()
        assert not test.exception
    assert [len(ids) for ids in seen[:3]] == [100, 100, 50]
    assert len({id_ for ids in seen[:3] for id_ in ids}) == 250
    assert seen[3] == seen[1]
    assert _ids(test, project_id) == seen[0]


def test_an_edit_that_comes_after_next_lands_on_the_row_it_was_typed_in(
    db: Database, project_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "many.csv"
    file.write_bytes(_csv([(f"Question number {n} of many", f"This is answer number {n}.") for n in range(150)]))
    take_in(db, project_id, file, name="many.csv", who="DK")
    with db.read() as c:
        ids, project = examples.ids(c, project_id), projects.get(c, project_id)
    held: dict[str, object] = {"editor-old": {"edited_rows": {0: {"response": "Late."}}}, "who": "DK"}
    monkeypatch.setattr(grid.st, "session_state", held)
    held[f"grid-{project_id}"] = {
        "ids": ids[100:],
        "nonce": 2,
        "editors": {
            "editor-old": {"ids": ids[:100], "handled": {}, "versions": dict.fromkeys(ids[:100], 1)},
            f"editor-{project_id}-2": {"ids": ids[100:], "handled": {}, "versions": dict.fromkeys(ids[100:], 1)},
        },
    }
    for _ in range(2):
        grid._edited(project, "editor-old")
    with db.read() as c:
        assert examples.get(c, ids[0]).training.response == "Late."
        assert [examples.get(c, id_).version for id_ in (ids[0], ids[100])] == [2, 1]
        assert len(journal.last(c, project_id)) == 1


def test_filters_show_what_matches_and_their_counts(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table")
    test.session_state["filter-fold"] = True
    test.run()
    test.selectbox(key="find-problem").set_value("placeholder").run()
    assert not test.exception
    assert any(text.value.endswith("3 rows match") for text in test.text)
    test.session_state["filter-fold"] = True
    test.button_group(key="find-status").set_value("approved").run()
    assert not test.exception
    assert any(text.value.endswith("0 rows match") for text in test.text)
    assert test.button(key="chip-problem").label == "Problem: Placeholder · 3".replace(":", r"\:")
    test.button(key="chip-status").click().run()
    assert any(text.value.endswith("3 rows match") for text in test.text)


def test_show_these_leads_from_a_problem_to_its_rows(filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Problems")
    test.button(key="show-placeholder").click().run()
    assert not test.exception
    assert test.session_state["curate"] == "Table"
    assert test.query_params["problem"] == "placeholder"
    assert any(text.value.endswith("3 rows match") for text in test.text)


def test_all_rows_set_aside_can_be_downloaded_with_formulas_escaped(
    db: Database, project_id: int, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.write() as c:
        taken = imports.start(c, project_id, file_name="f.csv", sha256="", shape="columns", who="DK")
        bad = [Rejected(n, "The answer is empty.", "=1+1" + "x" * 2_000) for n in range(1_200)]
        imports.finish(c, taken, accepted=0, rejected=bad)
    test = open_page("curate", curate="Import")
    assert not test.exception
    assert any(text.value.startswith("The first 1,000 of 1,200") for text in test.text)
    monkeypatch.setattr(importing.session, "db", lambda: db)
    rows = list(csv.reader(io.StringIO(importing.rejected_file(taken).decode("utf-8-sig"))))
    assert len(rows) == 1_201
    assert rows[-1] == ["1199", "The answer is empty.", "'=1+1" + "x" * 2_000]


def test_a_file_is_looked_at_imported_and_its_rejected_rows_are_listed(
    db: Database, project_id: int, open_page: Open, worker: None
) -> None:
    test = open_page("curate", curate="Import")
    content = _csv([*TICKETS, ("No answer", "")])
    test.file_uploader[0].set_value(("../../my tickets.csv", content, "text/csv")).run()
    assert not test.exception
    assert any("Recognised: a table" in m.value for m in test.markdown)
    test.button(key="import-file").click().run()
    assert not test.exception
    _until(lambda: _imported(db, project_id) == 1)
    test = open_page("curate", curate="Import")
    assert any("41 read: 40 kept, 1 set aside." in m.value for m in test.markdown)
    with db.read() as c:
        assert projects.get(c, project_id).tuned_prompt
        (one,) = imports.of_project(c, project_id)
        assert imports.rejected(c, one.id)[0].line == 42
    stored = list(open_workspace().folder("uploads").iterdir())
    assert [path.name.endswith(".upload") and "tickets" not in path.name for path in stored] == [True]


def test_a_mapping_that_was_changed_is_what_is_imported(
    db: Database, project_id: int, open_page: Open, worker: None
) -> None:
    rows = "left,middle,right\n" + "".join(f"The question {n},something,The answer {n} to it\n" for n in range(20))
    test = open_page("curate", curate="Import")
    test.file_uploader[0].set_value(("odd.csv", rows.encode(), "text/csv")).run()
    for part, column in (("input", "right"), ("output", "left")):
        next(s for s in test.selectbox if str(s.key).startswith(f"map-{part}-")).set_value(column)
    test.run()
    test.button(key="import-file").click().run()
    assert not test.exception
    _until(lambda: _imported(db, project_id) == 1)
    with db.read() as c:
        first = examples.page(c, project_id).rows[0].training
    assert (first.prompt, first.response) == ("The answer 0 to it", "The question 0")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "empty"),
        ("binary.csv", bytes(range(256)) * 64, "isn't a spreadsheet"),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(200), "isn't a spreadsheet"),
        ("broken.json", b'[{"a": 1}, ', "Nothing was imported"),
        ("page.csv", b"<!doctype html><html></html>", "web page"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    db: Database, filled: int, open_page: Open, name: str, content: bytes, says: str
) -> None:
    test = open_page("curate", curate="Import")
    test.file_uploader[0].set_value((name, content, "text/csv")).run()
    assert not test.exception
    said = " ".join(error.value.replace("\\", "") for error in test.error)
    assert says in said
    with db.read() as c:
        assert examples.count(c, filled) == (43, False)
        assert not tasks.open_tasks(c, filled, "import")


def test_the_split_page_says_what_the_test_rows_can_show(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Split and export")
    assert any("Nothing is approved yet" in s.value for s in test.subheader)
    test.button(key="approve-clean").click().run()
    assert not test.exception
    assert any("test rows can show differences above about" in m.value for m in test.markdown)
    with db.read() as c:
        before = examples.counts(c, filled)
    test.selectbox(key="move-from").set_value(Split.TRAIN)
    test.selectbox(key="move-to").set_value(Split.TEST).run()
    next(n for n in test.number_input if str(n.key).startswith("move-number")).set_value(5).run()
    test.button(key="move-some").click().run()
    assert not test.exception
    with db.read() as c:
        after = examples.counts(c, filled)
    assert (after.train, after.test) == (before.train - 5, before.test + 5)


def test_the_exported_file_holds_the_approved_examples_under_the_short_instructions(
    db: Database, filled: int, open_page: Open
) -> None:
    test = open_page("curate", curate="Table")
    test.button(key="approve-clean").click().run()
    lines = split_panel._file(filled, Split.TRAIN).decode("utf-8").splitlines()
    with db.read() as c:
        counts, project = examples.counts(c, filled), projects.get(c, filled)
    assert len(lines) == counts.train
    assert all(json.loads(line)["messages"][0] == {"role": "system", "content": project.tuned_prompt} for line in lines)


def test_an_edit_is_journaled_once_however_often_the_editor_reports_it() -> None:
    edits = {5: {"response": "new"}}
    fresh = grid_edits.new_edits(edits, {})
    assert fresh == edits
    assert grid_edits.new_edits(edits, fresh) == {}
    assert grid_edits.new_edits({5: {"response": "newer"}}, fresh) == {5: {"response": "newer"}}


def test_edits_find_their_row_by_id_and_strange_places_are_left_out() -> None:
    edited = {0: {"status": "approved"}, "2": {"note": None}, 7: {"note": "x"}, -1: {"note": "x"}}
    assert grid_edits.by_id(edited, [11, 12, 13]) == {11: {"status": "approved"}, 13: {"note": ""}}


def test_a_status_that_is_none_of_ours_is_not_stored() -> None:
    assert grid_edits.storable({"status": None, "split": "nowhere", "tokens": 4, "note": "yes"}) == {"note": "yes"}
    assert grid_edits.storable({"status": "rejected", "split": "test"}) == {"status": "rejected", "split": "test"}


def test_an_undone_edit_makes_the_editor_out_of_date() -> None:
    row = _example("old")
    assert not grid_edits.out_of_date({1: {"response": "old"}}, {1: row}, set())
    assert grid_edits.out_of_date({1: {"response": "new"}}, {1: row}, set())
    assert grid_edits.out_of_date({1: {"ticked": True}}, {1: row}, set())
    assert not grid_edits.out_of_date({1: {"ticked": True}}, {1: row}, {1})


@given(st.text(max_size=9000))
def test_a_text_is_shown_whole_or_cut_and_then_not_edited_in_its_cell(text: str) -> None:
    row = _example(text)
    shown = grid_edits.cell(row, "response")
    assert (shown == text) is not grid_edits.too_long(row, "response")
    assert len(shown) <= grid_edits.LONGEST + 100


def test_history_names_what_undo_takes_back_and_who_did_it(db: Database, filled: int, open_page: Open) -> None:
    test = open_page("curate", curate="Table")
    test.button(key="approve-clean").click().run()
    assert test.button(key="undo").label == "Undo: Approved the 40 with no probl…"
    assert "DK" in test.button(key="undo").help
    with db.read() as c:
        assert journal.last(c, filled)[0].label == "Approved the 40 with no problems"


def _csv(rows: list[tuple[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("input", "output"), *rows])
    return out.getvalue().encode("utf-8")


def _example(response: str) -> Example:
    messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": response}]
    return Example(1, 1, 1, TrainingExample(messages))


def _ids(test: AppTest, project_id: int) -> list[int]:
    return list(test.session_state[f"grid-{project_id}"]["ids"])


def _imported(db: Database, project_id: int) -> int:
    with db.read() as c:
        return 0 if tasks.open_tasks(c, project_id, "import") else len(imports.of_project(c, project_id))


def _is_primary(button: object) -> bool:
    return getattr(getattr(button, "proto", None), "type", "") == "primary"


def _until(true: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)
