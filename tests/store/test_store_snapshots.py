"""Versions: the same hash anywhere, compared, restored, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from ftcore.dataset import curation, versions
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.freeze import rows_to_freeze, take_snapshot
from ftcore.dataset.snapshots import digest
from ftcore.records import Filter, Project, SnapshotRow, Split, Status, TrainingExample
from ftcore.store import examples, imports, journal, projects, snapshots
from ftcore.store.database import Database, open_database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit
from ftcore.store.schema import examples as table


def talk(prompt: str, response: str, system: str = "") -> TrainingExample:
    above = [{"role": "system", "content": system}] if system else []
    return TrainingExample([*above, {"role": "user", "content": prompt}, {"role": "assistant", "content": response}])


def fill(db: Database, project_id: int, rows: list[tuple[str, str]], **values: object) -> list[int]:
    """Approved rows, four of five in train."""
    with db.write() as c:
        import_id = imports.start(c, project_id, file_name="f.csv", sha256="", shape="", who="t")
        new = [
            NewExample(talk(*row), Split.TEST if n % 5 == 4 else Split.TRAIN, status=Status.APPROVED, tokens=3)
            for n, row in enumerate(rows)
        ]
        examples.add(c, project_id, new, import_id=import_id, source="f.csv", who="t")
        return examples.ids_of_import(c, import_id)


def take(db: Database, project: Project, name: str = "") -> int:
    with db.write() as c:
        return take_snapshot(c, project.id, who="DK", name=name).id


def state(db: Database, project: Project) -> list[tuple[object, ...]]:
    with db.read() as c:
        every = [*examples.every(c, project.id), *_trash(c, project.id)]
    return sorted(
        (row.id, str(row.training), str(row.status), str(row.split), row.trashed, row.private) for row in every
    )


def _trash(c, project_id: int) -> list:  # type: ignore[no-untyped-def, type-arg]
    return [row for part in examples.stream(c, project_id, Filter(trashed=True)) for row in part]


ROWS = [(f"Where is the thing {n}?", f"In aisle {n}.") for n in range(10)]


def test_a_snapshot_has_the_same_hash_in_another_process_and_with_other_ids(tmp_path: Path) -> None:
    rows = [("naïve café", "日本"), ("b", "line\nbreak"), ("a", "1")]
    ours = digest(SnapshotRow(n, Split.TRAIN, talk(*row)) for n, row in enumerate(rows))
    program = (
        "import json, sys\n"
        "from ftcore.dataset.snapshots import digest\n"
        "from ftcore.records import SnapshotRow, Split, TrainingExample\n"
        "rows = json.load(sys.stdin)\n"
        "print(digest(SnapshotRow(900 - n, Split.TRAIN, TrainingExample(m)) for n, m in enumerate(rows)))\n"
    )
    asked = json.dumps([talk(*row).messages for row in reversed(rows)])
    for seed in ("0", "1", "4711"):
        theirs = subprocess.run(
            [sys.executable, "-c", program],
            input=asked,
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert theirs.stdout.strip() == ours


def test_the_split_is_part_of_the_hash() -> None:
    one, other = (digest([SnapshotRow(1, side, talk("a", "b"))]) for side in (Split.TRAIN, Split.TEST))
    assert one != other


def test_a_version_taken_by_hand_has_a_name_and_is_taken_once(db: Database, project: Project) -> None:
    fill(db, project.id, ROWS)
    first, again = take(db, project, "Before the holidays"), take(db, project)
    assert first == again
    with db.read() as c:
        (kept,) = snapshots.of_project(c, project.id)
    assert (kept.name, kept.train, kept.test, kept.created_by) == ("Before the holidays", 8, 2, "DK")
    assert take(db, project, "A better name") == first
    with db.read() as c:
        assert snapshots.get(c, first).name == "A better name"


def test_a_snapshot_of_many_rows_is_taken_in_parts(db: Database, project: Project) -> None:
    answer = "An answer of some length. " * 20
    fill(db, project.id, [(f"Question {n}", f"{n} {answer}") for n in range(9_000)])
    with db.read() as c:
        tracemalloc.start()
        rows_to_freeze(c, project.id)
        whole = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    with db.write() as c:
        tracemalloc.start()
        taken = take_snapshot(c, project.id, who="t")
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert taken.train + taken.test == 9_000
    assert most < whole * 0.7  # all rows at once are many parts of 2,000


def test_a_draw_is_the_same_each_time_holds_no_row_of_the_test_and_does_not_follow_the_file(
    db: Database, project: Project
) -> None:
    fill(db, project.id, [(f"Question {n}", f"Answer {n}") for n in range(300)])
    with db.read() as c:
        every = snapshots.drawn_ids(c, project.id, 1_000, private=True)
        few = snapshots.drawn_ids(c, project.id, 30, private=True)
        test = set(c.execute(select(table.c.id).where(table.c.split == "test")).scalars())
    assert few == every[:30]
    assert test
    assert not test & set(every)
    assert len(every) == len(set(every)) == 300 - len(test)
    assert few != sorted(few)
    assert max(few) > 150


def test_two_versions_are_compared_row_by_row(db: Database, project: Project) -> None:
    ids = fill(db, project.id, ROWS)
    one = take(db, project)
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "In aisle 99."})], who="DK")
    curation.move(db, project.id, [ids[1]], Split.TEST, who="DK")
    curation.decide(db, project.id, [ids[2], ids[3]], Status.REJECTED, who="DK")
    fill(db, project.id, [("Something new?", "Yes.")])
    other = take(db, project)
    with db.read() as c:
        found = versions.compare(c, one, other)
        back = versions.compare(c, other, one)
        assert versions.compare(c, one, one).empty
    assert (found.added.number, found.removed.number, found.number_changed, found.same) == (1, 2, 2, 6)
    assert found.added.rows[0].training.prompt == "Something new?"
    assert {row.example_id for row in found.removed.rows} == {ids[2], ids[3]}
    edited, moved = found.changed
    assert (edited.before.training.response, edited.after.training.response) == ("In aisle 0.", "In aisle 99.")
    assert (edited.moved, moved.moved) == (False, True)
    assert (back.added.number, back.removed.number, back.number_changed) == (2, 1, 2)


def test_the_same_conversation_under_another_id_is_the_same(db: Database, project: Project) -> None:
    ids = fill(db, project.id, [*ROWS, ROWS[0]])
    one = take(db, project)
    curation.decide(db, project.id, ids, Status.REJECTED, who="DK")
    fill(db, project.id, [*ROWS, ROWS[0]])
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[-1] + 1, {"split": "validation"})], who="t", label="Moved")
    other = take(db, project)
    with db.read() as c:
        found = versions.compare(c, one, other)
    assert (found.added.number, found.removed.number, found.number_changed, found.same) == (0, 0, 1, 10)
    assert found.changed[0].moved


def test_only_a_hundred_differences_are_kept_and_all_are_counted(db: Database, project: Project) -> None:
    one = take(db, project)
    fill(db, project.id, [(f"q{n}", f"a{n}") for n in range(250)])
    other = take(db, project)
    with db.read() as c:
        found = versions.compare(c, one, other)
    assert (found.added.number, len(found.added.rows)) == (250, 100)


def test_restoring_is_one_change_and_one_undo(db: Database, project: Project) -> None:
    ids = fill(db, project.id, ROWS)
    version = take(db, project, "Good")
    with db.read() as c:
        wanted = snapshots.get(c, version).digest
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "Spoilt."})], who="DK")
    curation.decide(db, project.id, [ids[1]], Status.REJECTED, who="DK")
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[2], {"trashed": True})], who="DK", label="Trashed")
    fill(db, project.id, [("Something new?", "Yes.")])
    before = state(db, project)
    restored = versions.restore(db, project.id, version, who="DK")
    assert (restored.back, restored.added, restored.drafts) == (10, 0, 1)
    with db.write() as c:
        assert take_snapshot(c, project.id, who="DK").digest == wanted
    assert state(db, project) != before
    undone = curation.undo(db, project.id, who="DK")
    assert undone is not None
    assert undone.label == "Restored version “Good”"
    assert state(db, project) == before


def test_a_row_that_exists_no_more_is_added_again_and_the_undo_puts_it_into_the_trash(
    db: Database, project: Project
) -> None:
    ids = fill(db, project.id, ROWS)
    version = take(db, project)
    with db.write() as c:
        c.execute(delete(table).where(table.c.id.in_(ids[:3])))
        wanted = snapshots.get(c, version).digest
    restored = versions.restore(db, project.id, version, who="DK")
    assert restored.added == 3
    with db.write() as c:
        assert take_snapshot(c, project.id, who="DK").digest == wanted
        assert examples.counts(c, project.id).approved == 10
    curation.undo(db, project.id, who="DK")
    with db.read() as c:
        counts = examples.counts(c, project.id)
    assert (counts.approved, counts.trashed) == (7, 3)
    curation.redo(db, project.id, who="DK")
    with db.read() as c:
        assert examples.counts(c, project.id).approved == 10


def test_the_short_prompt_is_not_written_into_rows_that_had_none(db: Database, project: Project) -> None:
    with db.write() as c:
        projects.set_prompts(c, project.id, base="Long.", tuned="Say the aisle.")
    ids = fill(db, project.id, ROWS)
    version = take(db, project)
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "Spoilt."})], who="DK")
    versions.restore(db, project.id, version, who="DK")
    with db.read() as c:
        assert all(row.training.system == "" for row in examples.every(c, project.id))
        assert examples.get(c, ids[0]).training.response == "In aisle 0."


def test_a_version_of_another_project_is_not_restored(db: Database, project: Project) -> None:
    with db.write() as c:
        other = projects.create(c, "Other")
    fill(db, other.id, ROWS)
    with pytest.raises(LookupError, match="not one of this project"):
        versions.restore(db, project.id, take(db, other), who="DK")


@settings(deadline=None, max_examples=15)
@given(st.data())
def test_a_restored_version_has_the_hash_it_had(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    db = open_database(tmp_path_factory.mktemp("laws") / "t.db")
    with db.write() as c:
        project = projects.create(c, "p")
        projects.set_prompts(c, project.id, base="", tuned=data.draw(st.sampled_from(["", "Be brief."])))
    texts = st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"]))
    ids = fill(db, project.id, data.draw(st.lists(texts, max_size=8)))
    version = take(db, project)
    for id_ in ids:
        values = data.draw(
            st.dictionaries(st.sampled_from(["status", "split", "trashed", "training"]), st.integers(0, 1), max_size=3)
        )
        choices = {
            "status": ("draft", "rejected"),
            "split": ("train", "test"),
            "trashed": (True, False),
            "training": (examples.to_json(talk("x", "y")), examples.to_json(talk("a", "1", "Be brief."))),
        }
        with db.write() as c:
            edits = [Edit(id_, {name: choices[name][at] for name, at in values.items()})]
            journal.save(c, project.id, edits, who="t", label="x")
    before = state(db, project)
    with db.read() as c:
        last = journal.next_undo(c, project.id)
    versions.restore(db, project.id, version, who="t")
    with db.write() as c:
        assert take_snapshot(c, project.id, who="t").digest == snapshots.get(c, version).digest
        now = journal.next_undo(c, project.id)
    if now != last:
        curation.undo(db, project.id, who="t")
    assert state(db, project) == before
    db.close()
