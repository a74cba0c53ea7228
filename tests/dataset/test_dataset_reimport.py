"""A file is imported again: what it changes is shown before, and only what was chosen is taken."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ftcore.dataset import curation, reimport
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.intake import take_in
from ftcore.dataset.reimport import Choice, Difference, Kind
from ftcore.dataset.targets import ExportRow, export_rows, find
from ftcore.records import Example, Mapping, Project
from ftcore.store import examples, imports, journal, projects
from ftcore.store.database import Database, open_database
from tests.conftest import times

COLUMNS = Mapping(input="q", output="a", tags="tags", key="id")
ALL = Choice(new=True, changed=True, both=True, missing=True)
Row = tuple[str, str, str, str]


def put(folder: Path, rows: list[Row], name: str = "tickets.csv") -> Path:
    path = folder / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "q", "a", "tags"), *rows])
    return path


def rows_of(db: Database, project: Project) -> dict[str, Example]:
    with db.read() as c:
        return {row.key: row for row in examples.every(c, project.id)}


def first_import(db: Database, project: Project, path: Path) -> None:
    take_in(db, project.id, path, name="tickets.csv", who="t", mapping=COLUMNS)


def compared(db: Database, project: Project, path: Path, name: str = "tickets.csv") -> Difference:
    return reimport.compare(db, project.id, path, COLUMNS, name)


def numbers(found: Difference) -> tuple[int, int, int, int, int]:
    return found.new, found.changed, found.both, found.unchanged, found.missing


@pytest.fixture
def tickets(tmp_path: Path) -> list[Row]:
    return [(f"T-{i}", f"Where is parcel {chr(97 + i)}{i}?", f"It is in hall {i}.", "post") for i in range(10)]


def test_the_same_file_again_changes_nothing(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    found = compared(db, project, put(tmp_path, tickets))
    assert (found.by, numbers(found), found.is_nothing, found.same_file) == ("key", (0, 0, 0, 10, 0), True, True)


def test_new_changed_missing_and_edited_rows_are_told_apart(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    here = rows_of(db, project)
    edits = [CellEdit(here[key].id, None, {"response": f"Edited here, {key}."}) for key in ("T-3", "T-4")]
    curation.save(db, project.id, edits, who="Dana")
    later = [(k, q, "In the office." if k in ("T-2", "T-3") else a, t) for k, q, a, t in tickets if k != "T-9"]
    path = put(tmp_path, [*later, ("T-10", "A new one?", "Yes, a new one.", "")])
    found = compared(db, project, path)
    assert numbers(found) == (1, 1, 1, 7, 1)
    assert found.edited_here == 1, "T-4 says in the file what it said"
    (changed,), (both,), (new,), (gone,) = (found.first[kind] for kind in ("changed", "both", "new", "missing"))
    assert (changed.key, changed.line, changed.fields) == ("T-2", 4, ("training",))
    assert ("It is in hall 2." in changed.old, "In the office." in changed.new) == (True, True)
    assert (both.key, "Edited here, T-3." in both.old, "In the office." in both.new) == ("T-3", True, True)
    assert (new.key, new.example_id, gone.key) == ("T-10", None, "T-9")
    assert rows_of(db, project)["T-2"].training.response == "It is in hall 2.", "nothing is taken by looking"
    assert Difference.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_what_was_not_chosen_is_not_taken_and_one_undo_takes_the_changes_back(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    before = rows_of(db, project)
    curation.save(db, project.id, [CellEdit(before["T-3"].id, None, {"response": "Edited here."})], who="Dana")
    path = put(
        tmp_path, [(k, q, f"Anew {k}.", t) for k, q, _, t in tickets[:9]] + [("T-10", "New?", "Yes, it is new.", "")]
    )
    taken = reimport.take(db, project.id, path, COLUMNS, "tickets.csv", Choice(), who="t")
    here = rows_of(db, project)
    assert (taken.new, taken.changed, taken.trashed) == (1, 8, 0)
    assert here["T-3"].training.response == "Edited here."
    assert here["T-2"].training.response == "Anew T-2."
    assert {"T-9", "T-10"} <= set(here)
    with db.read() as c:
        change = journal.next_undo(c, project.id)
        assert change is not None
        assert (change.id, change.examples) == (taken.change_id, 8)
        assert imports.get(c, taken.import_id).notes[0].startswith("Compared with what was here: 10 read, 8 changed")
    curation.undo(db, project.id, who="t")
    assert rows_of(db, project)["T-2"].training == before["T-2"].training


def test_a_file_taken_twice_is_the_files_word_and_no_edit_of_a_person(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    second = put(tmp_path, [(k, q, "Second word.", t) for k, q, _, t in tickets])
    reimport.take(db, project.id, second, COLUMNS, "tickets.csv", Choice(), who="t")
    third = put(tmp_path, [(k, q, "Third word.", t) for k, q, _, t in tickets])
    assert numbers(compared(db, project, third)) == (0, 10, 0, 0, 0)


def test_missing_rows_go_to_the_trash_only_when_chosen_and_only_from_the_same_source(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    other = put(tmp_path, [("B-1", "Of another list?", "Yes, of another one.", "")], "other.csv")
    take_in(db, project.id, other, name="other.csv", who="t", mapping=COLUMNS)
    path = put(tmp_path, tickets[:4])
    assert reimport.take(db, project.id, path, COLUMNS, "tickets.csv", Choice(), who="t").trashed == 0
    taken = reimport.take(db, project.id, path, COLUMNS, "tickets.csv", Choice(missing=True), who="t")
    assert taken.trashed == 6
    assert sorted(rows_of(db, project)) == ["B-1", "T-0", "T-1", "T-2", "T-3"]
    curation.undo(db, project.id, who="t")
    assert len(rows_of(db, project)) == 11


def test_new_rows_are_not_taken_for_missing_ones(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    path = put(tmp_path, [*tickets[5:], ("T-20", "A new one?", "Yes, a new one.", "")])
    taken = reimport.take(db, project.id, path, COLUMNS, "tickets.csv", ALL, who="t")
    assert (taken.new, taken.trashed) == (1, 5)
    assert sorted(rows_of(db, project)) == ["T-20", "T-5", "T-6", "T-7", "T-8", "T-9"]


def test_rows_without_a_key_column_are_known_by_their_conversation(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    mapping = Mapping(input="q", output="a")
    take_in(db, project.id, put(tmp_path, tickets), name="tickets.csv", who="t", mapping=mapping)
    path = put(tmp_path, [*tickets, ("", "Something new?", "Yes, something new.", "")], "other name.csv")
    found = reimport.compare(db, project.id, path, mapping, "other name.csv")
    assert (found.by, numbers(found)) == ("conversation", (1, 0, 0, 10, 0))
    reimport.take(db, project.id, path, mapping, "other name.csv", Choice(), who="t")
    assert reimport.compare(db, project.id, path, mapping, "other name.csv").is_nothing
    with db.read() as c:
        assert examples.counts(c, project.id).total == 11


def test_a_key_that_comes_twice_is_taken_once(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    twice = [
        ("T-1", "Changed?", "Yes, changed.", ""),
        ("T-1", "Other?", "Another.", ""),
        *[("N", f"New {i}?", "It is.", "") for i in (1, 2)],
    ]
    found = compared(db, project, put(tmp_path, twice))
    assert (found.changed, found.new, found.repeated) == (1, 1, 2)
    reimport.take(db, project.id, put(tmp_path, twice), COLUMNS, "tickets.csv", Choice(), who="t")
    here = rows_of(db, project)
    assert (here["T-1"].training.prompt, here["N"].training.prompt, len(here)) == ("Changed?", "New 1?", 11)


@pytest.mark.parametrize("target", ["csv", "xlsx"])
def test_our_own_table_comes_back_by_its_ids_and_changes_only_what_a_person_changed(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row], target: str
) -> None:
    hard = [("=1+1", "@sum(a)\r\nwith a line", " -answer\twith a tab ", "x; y"), ("", "No key?", "None at all.", "")]
    first_import(db, project, put(tmp_path, [*tickets, *hard]))
    curation.approve_clean(db, project.id, who="t")
    path = exported(db, project, tmp_path, target)
    found = reimport.compare(db, project.id, path, None, path.name)
    assert (found.by, numbers(found)) == ("id", (0, 0, 0, 12, 0)), found.first
    here = rows_of(db, project)
    curation.save(
        db, project.id, [CellEdit(here["T-1"].id, None, {"response": "Edited after the export."})], who="Dana"
    )
    found = reimport.compare(db, project.id, path, None, path.name)
    assert (numbers(found), found.edited_here) == ((0, 0, 0, 12, 0), 1), "an older state of ours is no news"
    if target == "csv":
        text = path.read_text(encoding="utf-8-sig").replace("It is in hall 2.", "A colleague's answer.")
        path.write_text(text, encoding="utf-8-sig", newline="")
        found = reimport.compare(db, project.id, path, None, path.name)
        assert (found.changed, found.first["changed"][0].example_id) == (1, here["T-2"].id)
        reimport.take(db, project.id, path, None, path.name, Choice(), who="t")
        assert rows_of(db, project)["T-2"].training.response == "A colleague's answer."
        assert rows_of(db, project)["T-1"].training.response == "Edited after the export."


def test_the_ids_of_another_project_are_not_taken_for_rows_of_this_one(
    db: Database, project: Project, tmp_path: Path, tickets: list[Row]
) -> None:
    first_import(db, project, put(tmp_path, tickets))
    path = exported(db, project, tmp_path, "csv")
    elsewhere = open_database(tmp_path / "elsewhere.db")
    with elsewhere.write() as c:
        other = projects.create(c, "Another workspace")
    letters = put(
        tmp_path, [(f"L-{i}", f"A letter, {i}?", f"Yes, a letter {i}.", "") for i in range(10)], "letters.csv"
    )
    take_in(elsewhere, other.id, letters, name="letters.csv", who="t", mapping=COLUMNS)
    found = reimport.compare(elsewhere, other.id, path, None, path.name)
    assert numbers(found) == (10, 0, 0, 0, 0)
    elsewhere.close()


def exported(db: Database, project: Project, folder: Path, target: str) -> Path:
    with db.read() as c:
        rows = [
            ExportRow(
                row.id,
                row.training,
                row.split,
                row.status,
                row.tags,
                row.note,
                row.key,
                row.grouping,
                None,
                row.source,
                row.line,
            )
            for row in examples.every(c, project.id)
        ]
    return export_rows(find(target), rows, folder / "exports", name="table").files[0].path


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1, max_size=12).filter(
    lambda text: bool(text.strip(" \t\n\u200b\u200c\u200d\u2060\ufeff\xa0").strip())
)
KEYS = st.sampled_from([f"k{i}" for i in range(8)])
FILES = st.dictionaries(KEYS, st.tuples(TEXTS, TEXTS), min_size=1, max_size=8)


@settings(max_examples=times(6, 100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=FILES, second=FILES, edited=st.dictionaries(KEYS, TEXTS, max_size=3), data=st.data())
def test_after_all_is_taken_the_file_says_nothing_new(
    db: Database,
    tmp_path: Path,
    first: dict[str, tuple[str, str]],
    second: dict[str, tuple[str, str]],
    edited: dict[str, str],
    data: st.DataObject,
) -> None:
    with db.write() as c:
        project = projects.create(c, "p")
    path = tmp_path / "f.jsonl"
    write_lines(path, first)
    mapping = Mapping(input="q", output="a", key="id")
    take_in(db, project.id, path, name="f.jsonl", who="t", mapping=mapping)
    here = rows_of(db, project)
    edits = [CellEdit(here[key].id, None, {"response": text}) for key, text in edited.items() if key in here]
    curation.save(db, project.id, edits, who="Dana")
    assert reimport.compare(db, project.id, path, mapping, "f.jsonl").is_nothing, "the same file has no news"
    write_lines(path, second)
    found = reimport.compare(db, project.id, path, mapping, "f.jsonl")
    assert found.new + found.changed + found.both + found.unchanged == len(second)
    chosen = ALL if data.draw(st.booleans()) else Choice()
    taken = reimport.take(db, project.id, path, mapping, "f.jsonl", chosen, who="t")
    again = reimport.compare(db, project.id, path, mapping, "f.jsonl")
    here = rows_of(db, project)
    assert (again.new, again.changed) == (0, 0)
    if chosen is ALL:
        assert again.is_nothing
        assert taken.trashed == found.missing
        assert set(here) == set(second)
    else:
        assert (again.both, again.missing) == (found.both, found.missing)
        assert all(here[one.key].training.response == edited[one.key] for one in found.first.get(Kind.BOTH, ()))


def write_lines(path: Path, rows: dict[str, tuple[str, str]]) -> None:
    path.write_text(
        "\n".join(json.dumps({"id": key, "q": q, "a": a}) for key, (q, a) in rows.items()), encoding="utf-8"
    )
