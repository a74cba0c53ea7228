"""A review pack: filled by a colleague in a spreadsheet, shown as a difference, taken as one change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.handover import pack, unpack
from ftcore.handover.errors import HandoverError
from ftcore.records import Filter, Project, Status
from ftcore.store import examples, journal
from ftcore.store.database import Database, open_database
from ftcore.store.journal import Edit
from tests.handover.conftest import fill, rich

Shelves = tuple[Project, list[int]]


def filled(path: Path, write: Callable[[Any], None]) -> Path:
    """The workbook as a person would fill and save it."""
    book = openpyxl.load_workbook(path)
    write(book[pack.ROWS])
    book.save(path)
    return path


def line_of(sheet: Any, prompt: str) -> int:
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 2).value == prompt)


def put(sheet: Any, prompt: str, **cells: Any) -> None:
    column = {"answer": 3, "decision": 5, "corrected": 6, "comment": 7}
    for name, value in cells.items():
        sheet.cell(line_of(sheet, prompt), column[name]).value = value


@pytest.fixture
def packed(db: Database, shelves: Shelves, tmp_path: Path) -> Path:
    return pack.pack(db, shelves[0].id, Filter(), tmp_path / "pack.xlsx").path


def asked(n: int) -> str:
    return f"Where is the aisle thing {n}?"


def test_a_pack_is_a_workbook_that_people_can_fill(packed: Path, shelves: Shelves) -> None:
    book = openpyxl.load_workbook(packed)
    assert book.sheetnames == ["Read me first", "Rows"]
    told = "\n".join(str(row[0]) for row in book["Read me first"].iter_rows(values_only=True))
    assert "Good answers name the aisle." in told
    sheet = book["Rows"]
    assert [cell.value for cell in sheet[1]] == list(pack.COLUMNS)
    assert sheet.freeze_panes == "B2"
    assert sheet.max_row == 12  # eleven rows: one is in the trash
    (choice,) = sheet.data_validations.dataValidation
    assert choice.formula1 == '"approve,reject,ask"'
    assert sheet["B2"].alignment.wrap_text
    assert sheet.column_dimensions["C"].width == 60


def test_what_a_colleague_wrote_comes_back_as_one_change_with_one_undo(
    db: Database, shelves: Shelves, packed: Path
) -> None:
    project, ids = shelves

    def write(sheet: Any) -> None:
        put(sheet, asked(3), decision="reject", comment="Out of date.")
        put(sheet, asked(5), corrected="In aisle five.")
        put(sheet, asked(6), answer="In aisle six.", decision="Approve ")
        put(sheet, asked(7), decision="ask", comment="Who knows?")
        put(sheet, asked(0), comment="Fine.")

    proposal = unpack.propose(db, project.id, filled(packed, write))
    assert (len(proposal.rows), proposal.conflicts, proposal.unknown, proposal.nothing) == (5, (), (), 6)
    assert unpack.summary(proposal.rows) == {"approved": 0, "rejected": 1, "asked": 1, "corrected": 2, "commented": 3}
    with db.read() as c:
        before = examples.get_many(c, ids)
        assert all(row.changed_by != "FK" for row in before)
    saved = unpack.accept(db, proposal, who="FK")
    assert len(saved.changed) == 5
    with db.read() as c:
        rows = {n: examples.get(c, ids[n]) for n in (0, 3, 5, 6, 7)}
        last = journal.next_undo(c, project.id)
    assert (rows[3].status, rows[3].note, rows[3].changed_by) == (Status.REJECTED, "note 3\nOut of date.", "FK")
    assert rows[5].training.response == "In aisle five."
    assert rows[6].training.response == "In aisle six."
    assert (rows[7].tags, rows[7].note) == (("shelf", "ask"), "Who knows?")
    assert rows[0].note == "note 0\nFine."
    assert last is not None
    assert (last.label, last.who) == ("Review pack of FK: 5 examples", "FK")
    curation.undo(db, project.id, who="DK")
    with db.read() as c:
        after = examples.get_many(c, ids)
    assert [(r.training, r.status, r.tags, r.note) for r in after] == [
        (r.training, r.status, r.tags, r.note) for r in before
    ]


@pytest.mark.parametrize(("typed", "status"), [(" OK", "approved"), ("yes", "approved"), ("No ", "rejected")])
def test_what_people_type_for_a_decision_is_understood(
    db: Database, shelves: Shelves, packed: Path, typed: str, status: str
) -> None:
    with db.write() as c:
        journal.save(
            c, shelves[0].id, [Edit(id_, {"status": "draft"}) for id_ in shelves[1]], who="DK", label="All drafts"
        )
    path = pack.pack(db, shelves[0].id, Filter(), packed.with_name("again.xlsx")).path
    filled(path, lambda sheet: put(sheet, asked(5), decision=typed))
    (one,) = unpack.propose(db, shelves[0].id, path).rows
    assert one.values == {"status": status}


def test_taking_a_pack_twice_changes_nothing_the_second_time(db: Database, shelves: Shelves, packed: Path) -> None:
    filled(packed, lambda sheet: put(sheet, asked(5), decision="reject", corrected="New.", comment="Look."))
    unpack.accept(db, unpack.propose(db, shelves[0].id, packed), who="FK")
    again = unpack.propose(db, shelves[0].id, packed)
    assert (again.rows, again.nothing) == ((), 11)


def test_a_row_that_was_changed_here_since_is_a_conflict_with_both_texts(
    db: Database, shelves: Shelves, packed: Path
) -> None:
    project, ids = shelves
    filled(packed, lambda sheet: (put(sheet, asked(5), corrected="Theirs."), put(sheet, asked(6), decision="reject")))  # type: ignore[func-returns-value]
    curation.save(db, project.id, [CellEdit(ids[5], None, {"response": "Ours."})], who="EM")
    curation.decide(db, project.id, [ids[6]], Status.DRAFT, who="EM")
    curation.save(db, project.id, [CellEdit(ids[7], None, {"note": "no conflict"})], who="EM")
    proposal = unpack.propose(db, project.id, packed)
    first, second = proposal.conflicts
    assert (first.row.training.response, first.line.answer) == ("Ours.", "Theirs.")
    assert first.since == "EM changed the text after the pack was made."
    assert second.since == "EM made it “draft” after the pack was made."
    assert unpack.accept(db, proposal, who="FK").changed == ()
    taken = unpack.accept(db, proposal, who="FK", conflicts=[ids[5]])
    assert taken.changed == (ids[5],)
    with db.read() as c:
        assert examples.get(c, ids[5]).training.response == "Theirs."


def test_a_row_changed_between_looking_and_taking_is_not_overwritten(
    db: Database, shelves: Shelves, packed: Path
) -> None:
    project, ids = shelves
    proposal = unpack.propose(db, project.id, filled(packed, lambda s: put(s, asked(5), corrected="Theirs.")))
    curation.save(db, project.id, [CellEdit(ids[5], None, {"response": "Ours."})], who="EM")
    saved = unpack.accept(db, proposal, who="FK")
    assert saved.changed == ()
    assert saved.conflicts[0].theirs.training.response == "Ours."


def test_lines_that_belong_to_no_row_are_listed_with_their_reason(db: Database, shelves: Shelves, packed: Path) -> None:
    project, ids = shelves

    def write(sheet: Any) -> None:
        put(sheet, asked(3), decision="maybe")
        key = str(sheet.cell(line_of(sheet, asked(5)), 1).value)
        sheet.cell(line_of(sheet, asked(5)), 1).value = "9" + key
        sheet.cell(line_of(sheet, asked(6)), 1).value = "row six"
        sheet.cell(line_of(sheet, asked(7)), 1).value = None
        put(sheet, asked(8), decision="reject")
        twice = [cell.value for cell in sheet[line_of(sheet, asked(8))]]
        sheet.append(twice)
        put(sheet, asked(9), decision="reject")
        sheet.cell(line_of(sheet, asked(10)), 2).value = "Another question?"

    filled(packed, write)
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[9], {"trashed": True})], who="EM", label="Trashed")
    proposal = unpack.propose(db, project.id, packed)
    assert [one.reason for one in proposal.unknown] == [
        "The decision “maybe” is none of approve, reject and ask.",
        "The key was changed, or belongs to another project: its check digits do not fit.",
        "“row six” is no key of a review pack.",
        "The key is missing, so its row is not known.",
        "This row is no longer in the project.",
        "What they write was changed; that does not come back. Change it in the app.",
        "The same row stands twice in the sheet; the first one counts.",
    ]
    assert [one.row.id for one in proposal.rows] == [ids[8]]


def test_a_pack_of_another_project_and_what_is_none_are_refused_in_words(
    db: Database, shelves: Shelves, packed: Path, tmp_path: Path
) -> None:
    other, _ = rich(db, "harbour", "Another")
    with pytest.raises(HandoverError, match="another project"):
        unpack.propose(db, other.id, packed)
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.save(tmp_path / "sums.xlsx")
    with pytest.raises(HandoverError, match="no review pack"):
        unpack.propose(db, shelves[0].id, tmp_path / "sums.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(HandoverError, match="damaged"):
        unpack.propose(db, shelves[0].id, tmp_path / "broken.xlsx")


def test_private_rows_and_what_no_cell_holds_stay_out(db: Database, shelves: Shelves, tmp_path: Path) -> None:
    project, ids = shelves
    long = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "x" * 40_000}]}
    with db.write() as c:
        journal.save(
            c, project.id, [Edit(ids[5], {"private": True}), Edit(ids[6], {"training": long})], who="t", label="x"
        )
    made = pack.pack(db, project.id, Filter(), tmp_path / "p.xlsx")
    assert (made.rows, made.private, made.too_long) == (9, 1, 1)
    assert pack.pack(db, project.id, Filter(), tmp_path / "p.xlsx", private=True).rows == 10
    with pytest.raises(HandoverError, match="No row matches"):
        pack.pack(db, project.id, Filter(tag="nowhere"), tmp_path / "none.xlsx")
    assert not (tmp_path / "none.xlsx").exists()


def test_a_pack_holds_the_rows_of_its_filter(db: Database, shelves: Shelves, tmp_path: Path) -> None:
    assert pack.pack(db, shelves[0].id, Filter(tag="shelf"), tmp_path / "p.xlsx").rows == 6


HOSTILE = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0") | st.sampled_from(list("=+-@'\t\r\n_x000D_#")),
    max_size=30,
)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(HOSTILE, HOSTILE), min_size=1, max_size=4))
def test_a_pack_that_nobody_touched_says_nothing_whatever_stands_in_it(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("laws")
    db = open_database(folder / "t.db")
    from ftcore.store import projects

    with db.write() as c:
        project = projects.create(c, "p")
    ids = fill(db, project.id, len(texts))
    for id_, (prompt, response) in zip(ids, texts, strict=True):
        wire = {"messages": [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]}
        with db.write() as c:
            journal.save(c, project.id, [Edit(id_, {"training": wire})], who="t", label="x")
    path = filled(pack.pack(db, project.id, Filter(), folder / "p.xlsx").path, lambda sheet: None)
    sheet = openpyxl.load_workbook(path)[pack.ROWS]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    proposal = unpack.propose(db, project.id, path)
    assert (proposal.rows, proposal.unknown, proposal.nothing) == ((), (), len(texts))
    db.close()


def test_a_formula_in_a_filled_cell_is_text(db: Database, shelves: Shelves, packed: Path) -> None:
    filled(packed, lambda sheet: put(sheet, asked(5), corrected='=HYPERLINK("http://evil.example")', comment=42))
    (one,) = unpack.propose(db, shelves[0].id, packed).rows
    assert (one.line.answer, one.line.comment) == ('=HYPERLINK("http://evil.example")', "42")
