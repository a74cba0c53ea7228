"""A rating pack: blind in the file, and back by key, whatever a spreadsheet program or a colleague did to it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ftcore.evaluation.corrections import correct, leave_out
from ftcore.handover import rating_pack, rating_unpack
from ftcore.handover.errors import HandoverError
from ftcore.handover.rating_pack import HELP, ROWS, WORDS
from ftcore.store import examples
from ftcore.store.database import Database
from ftcore.store.runs import Run
from tests.finished_run import HOSTILE, MODEL, finished
from tests.rating import ARMS, bench_of, kept, rate


@pytest.fixture
def run(db: Database) -> Run:
    return finished(db, private=(1, 2))


@pytest.fixture
def packed(db: Database, run: Run, tmp_path: Path) -> Path:
    return rating_pack.pack(db, run.id, ARMS, "EM", tmp_path / "pack.xlsx").path


def filled(path: Path, write: Callable[[Any], None]) -> Path:
    """The pack as a colleague saves it."""
    book = openpyxl.load_workbook(path)
    write(book[ROWS])
    other = path.with_name("filled.xlsx")
    book.save(other)
    return other


def choose(path: Path, *choices: str) -> Path:
    def write(sheet: Any) -> None:
        for number, choice in enumerate(choices, 2):
            sheet.cell(number, 5).value = choice

    return filled(path, write)


def better_is(path: Path, text: Callable[[str, str], bool]) -> Path:
    """Says of every row which side is better: left where `text(left, right)`."""

    def write(sheet: Any) -> None:
        for number in range(2, sheet.max_row + 1):
            left, right = sheet.cell(number, 3).value, sheet.cell(number, 4).value
            sheet.cell(number, 5).value = "left" if text(left, right) else "Right "

    return filled(path, write)


def private_of(db: Database, run: Run) -> set[str]:
    with db.read() as c:
        return {str(id_) for id_ in examples.private_ids(c, run.project_id)}


def propose(db: Database, run: Run, path: Path, who: str = "EM") -> rating_unpack.Proposal:
    return rating_unpack.propose(db, run.id, ARMS, path, who=who)


def test_nothing_in_the_file_tells_the_arms(db: Database, run: Run, packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        content = b"\n".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "replace")
    assert not [word for word in ("fine_tuned", "Fine tuned", "few_shot", MODEL, "smollm2") if word in content]
    book = openpyxl.load_workbook(packed)
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [(HELP, "visible"), (ROWS, "visible")]
    assert not any(str(cell.value).strip().lower() in ("base", "base model") for row in book[ROWS] for cell in row)
    assert not list(book.defined_names)


def test_texts_are_no_formulas_and_the_choice_is_a_list(packed: Path) -> None:
    sheet = openpyxl.load_workbook(packed)[ROWS]
    assert not any(cell.data_type == "f" for row in sheet for cell in row)
    assert any(str(cell.value).startswith("'=HYPERLINK") for row in sheet for cell in row)
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == f'"{",".join(WORDS)}"'


def test_private_rows_stay_here_unless_asked_for(db: Database, run: Run, tmp_path: Path) -> None:
    without = rating_pack.pack(db, run.id, ARMS, "EM", tmp_path / "a.xlsx")
    everything = rating_pack.pack(db, run.id, ARMS, "EM", tmp_path / "b.xlsx", private=True)
    assert (without.rows + without.same + 2, without.private, everything.private) == (30, 2, 0)
    assert everything.rows == without.rows + 2


def test_the_choices_come_back_to_the_arms_that_were_meant(db: Database, run: Run, packed: Path) -> None:
    proposal = propose(db, run, better_is(packed, lambda left, right: HOSTILE[:8] not in left))
    assert (proposal.unknown, proposal.empty, proposal.missing) == ((), 0, 0)
    assert rating_unpack.accept(db, proposal) == len(proposal.rows) == len(kept(db, run))
    assert {one.choice for one in kept(db, run)} == {"second"}  # the tuned model's answer, on whichever side it was
    assert {one.left_arm for one in kept(db, run)} == set(ARMS)
    assert {one.via for one in kept(db, run)} == {"pack"}
    again = propose(db, run, packed.with_name("filled.xlsx"))
    assert (again.rows, again.nothing) == ((), len(proposal.rows))


def test_whom_it_was_made_for_is_read_from_it(packed: Path, tmp_path: Path) -> None:
    assert rating_unpack.header(packed).who == "EM"
    assert rating_unpack.header(packed).rows == openpyxl.load_workbook(packed)[ROWS].max_row - 1
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK nothing")
    assert rating_unpack.header(broken) == rating_unpack.Header()


def test_sorted_lines_are_as_good(db: Database, run: Run, packed: Path) -> None:
    def turn(sheet: Any) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)][::-1]
        for number, row in enumerate(rows, 2):
            for column, value in enumerate([*row[:4], "same", "ok"], 1):
                sheet.cell(number, column).value = value

    proposal = propose(db, run, filled(packed, turn))
    rating_unpack.accept(db, proposal)
    assert {(one.choice, one.note) for one in kept(db, run)} == {("tie", "ok")}


def test_what_was_tampered_with_doubled_or_taken_out_is_told(db: Database, run: Run, packed: Path) -> None:
    def spoil(sheet: Any) -> None:
        for number in range(2, sheet.max_row + 1):
            sheet.cell(number, 5).value = "left"
        left, right = sheet.cell(2, 3).value, sheet.cell(2, 4).value
        sheet.cell(2, 3).value, sheet.cell(2, 4).value = right, left  # sides changed
        sheet.cell(3, 1).value = sheet.cell(3, 1).value[:-1] + ("0" if sheet.cell(3, 1).value[-1] != "0" else "1")
        sheet.cell(4, 1).value = None
        sheet.cell(5, 1).value = "=1+1"
        for column in range(1, 5):
            sheet.cell(7, column).value = sheet.cell(6, column).value  # doubled
        sheet.cell(8, 5).value = "the blue one"
        sheet.cell(9, 5).value = None
        sheet.delete_rows(12, 2)

    rows = openpyxl.load_workbook(packed)[ROWS].max_row - 1
    proposal = propose(db, run, filled(packed, spoil))
    reasons = {line.line: line.reason for line in proposal.unknown}
    assert set(reasons) == {2, 3, 4, 5, 7, 8}
    assert "changed or moved" in reasons[2]
    assert "key was changed" in reasons[3]
    assert "key is missing" in reasons[4]
    assert "is no key" in reasons[5]
    assert "stands twice" in reasons[7]
    assert "“the blue one” is none of left, right, same, both bad" in reasons[8]
    assert (proposal.empty, proposal.missing) == (1, 2)
    assert len(proposal.rows) == rows - 6 - 1 - 2
    assert kept(db, run) == []


def test_what_was_said_otherwise_before_is_replaced_only_when_asked_for(db: Database, run: Run, packed: Path) -> None:
    rate(db, run, "EM", ["neither", "neither"])
    proposal = propose(db, run, better_is(packed, lambda left, right: True))
    assert len(proposal.conflicts) == 2
    rating_unpack.accept(db, proposal)
    assert sum(one.choice == "neither" for one in kept(db, run)) == 2
    rating_unpack.accept(db, proposal, replace=True)
    assert sum(one.choice == "neither" for one in kept(db, run)) == 0
    assert len(kept(db, run)) == len(proposal.rows)


def test_a_pack_made_before_a_correction_comes_back_to_the_corrected_run(db: Database, run: Run, packed: Path) -> None:
    first, second = (pair.case_id for pair in bench_of(db, run).pairs[:2])
    leave_out(db, run.id, first, "DK")
    new = correct(db, run.id, second, "something else", "DK")
    proposal = propose(db, run, better_is(packed, lambda left, right: True))
    assert proposal.run_id == new.id
    assert [line.reason for line in proposal.unknown if "taken out of the test since" in line.reason]
    rating_unpack.accept(db, proposal)
    assert second in {one.case_id for one in kept(db, new)}
    assert first not in {one.case_id for one in kept(db, new)}


def test_a_pack_holds_what_is_not_rated_yet_and_at_most_what_is_wanted(db: Database, run: Run, tmp_path: Path) -> None:
    rate(db, run, "EM", ["base"] * 4)
    made = rating_pack.pack(db, run.id, ARMS, "EM", tmp_path / "a.xlsx", most=5)
    assert (made.rows, made.rated) == (5, len({one.case_id for one in kept(db, run)} - private_of(db, run)))
    other = rating_pack.pack(db, run.id, ARMS, "DK", tmp_path / "b.xlsx")
    assert other.rated == 0


def test_files_that_are_no_pack_of_this_comparison_are_refused(
    db: Database, run: Run, packed: Path, tmp_path: Path
) -> None:
    elsewhere = finished(db, test=12)
    with pytest.raises(HandoverError, match="pack of another comparison"):
        propose(db, elsewhere, choose(packed, "left"))
    plain = tmp_path / "plain.xlsx"
    openpyxl.Workbook().save(plain)
    with pytest.raises(HandoverError, match="is no rating pack"):
        propose(db, run, plain)
    plain.write_bytes(b"PK\x03\x04 and nothing")
    with pytest.raises(HandoverError):
        propose(db, run, plain)
    with pytest.raises(HandoverError, match="initials"):
        rating_pack.pack(db, run.id, ARMS, " ", tmp_path / "x.xlsx")


def test_no_pack_is_made_when_there_is_nothing_to_rate(db: Database, tmp_path: Path) -> None:
    run = finished(db, say=lambda arm, at, expected: expected)
    with pytest.raises(HandoverError, match="nothing to rate"):
        rating_pack.pack(db, run.id, ARMS, "EM", tmp_path / "x.xlsx")
    assert not (tmp_path / "x.xlsx").exists()
