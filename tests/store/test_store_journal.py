"""Edits are written through, conflicts are shown and not overwritten, and a change is taken back as a whole."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ftcore.records import Filter, Project, Status, TrainingExample
from ftcore.store import examples, imports, journal, projects
from ftcore.store.database import Database, open_database
from ftcore.store.examples import NewExample
from ftcore.store.journal import Edit


def conversation(prompt: str, response: str) -> TrainingExample:
    return TrainingExample([{"role": "user", "content": prompt}, {"role": "assistant", "content": response}])


def fill(db: Database, project_id: int, number: int) -> list[int]:
    with db.write() as c:
        import_id = imports.start(c, project_id, file_name="f.csv", sha256="", shape="columns", who="t")
        rows = [NewExample(conversation(f"question {i}", f"answer {i}"), line=i + 2) for i in range(number)]
        examples.add(c, project_id, rows, import_id=import_id, source="f.csv", who="t")
        return examples.ids_of_import(c, import_id)


def test_an_edit_raises_the_version_and_says_who(db: Database, project: Project) -> None:
    (id_,) = fill(db, project.id, 1)
    with db.write() as c:
        journal.save(c, project.id, [Edit(id_, {"note": "look"}, version=1)], who="DK", label="note")
    with db.read() as c:
        row = examples.get(c, id_)
    assert (row.note, row.version, row.changed_by) == ("look", 2, "DK")


def test_saving_what_is_already_so_journals_nothing(db: Database, project: Project) -> None:
    (id_,) = fill(db, project.id, 1)
    with db.write() as c:
        for _ in range(3):
            journal.save(c, project.id, [Edit(id_, {"note": "look"})], who="DK", label="note")
        assert len(journal.last(c, project.id)) == 1
        assert examples.get(c, id_).version == 2


def test_somebody_who_was_slower_gets_both_texts_and_overwrites_nothing(db: Database, project: Project) -> None:
    (id_,) = fill(db, project.id, 1)
    with db.write() as c:
        journal.save(c, project.id, [Edit(id_, {"note": "Dana's"}, version=1)], who="Dana", label="note")
        slower = journal.save(c, project.id, [Edit(id_, {"note": "mine"}, version=1)], who="me", label="note")
    assert slower.changed == ()
    (conflict,) = slower.conflicts
    assert (conflict.mine.values["note"], conflict.theirs.note) == ("mine", "Dana's")


def test_one_undo_takes_back_a_change_of_many_rows(db: Database, project: Project) -> None:
    ids = fill(db, project.id, 300)
    with db.write() as c:
        journal.save(c, project.id, [Edit(i, {"status": "rejected"}) for i in ids], who="DK", label="Rejected 300")
        assert examples.counts(c, project.id).rejected == 300
        change, changed = journal.undo(c, project.id, who="DK")
        assert change is not None
        assert (change.label, len(changed)) == ("Rejected 300", 300)
        assert examples.counts(c, project.id).rejected == 0


def test_a_field_that_is_not_an_examples_is_refused(db: Database, project: Project) -> None:
    (id_,) = fill(db, project.id, 1)
    with db.write() as c, pytest.raises(ValueError, match="project_id"):
        journal.save(c, project.id, [Edit(id_, {"project_id": 7})], who="DK", label="x")


def test_an_edit_reaches_no_row_of_another_project(db: Database, project: Project) -> None:
    (id_,) = fill(db, project.id, 1)
    with db.write() as c:
        other = projects.create(c, "Other")
        assert journal.save(c, other.id, [Edit(id_, {"note": "x"})], who="DK", label="x").changed == ()
        assert examples.get(c, id_).note == ""


def test_pages_by_keyset_show_every_row_once(db: Database, project: Project) -> None:
    ids = fill(db, project.id, 250)
    seen: list[int] = []
    with db.read() as c:
        page = examples.page(c, project.id, limit=100)
        seen += [row.id for row in page.rows]
        while page.has_next:
            page = examples.page(c, project.id, after=seen[-1], limit=100)
            seen += [row.id for row in page.rows]
        back = examples.page(c, project.id, before=seen[200], limit=100)
    assert seen == ids
    assert [row.id for row in back.rows] == ids[100:200]
    assert back.has_previous


@pytest.mark.parametrize("text", ["100%", "a_b", "\\", "'; DROP TABLE examples; --", "[x]", '"'])
def test_searched_text_is_taken_to_the_letter(db: Database, project: Project, text: str) -> None:
    (id_, *_) = fill(db, project.id, 3)
    with db.write() as c:
        found = examples.get(c, id_).training.with_prompt(f"before {text} after")
        journal.save(c, project.id, [Edit(id_, {"training": examples.to_json(found)})], who="DK", label="x")
        rows = examples.page(c, project.id, Filter(text=text)).rows
    assert [row.id for row in rows] == [id_]


class Undoing(RuleBasedStateMachine):
    """Edits, undo and redo against a plain list of states: what one sees is always the state at the cursor."""

    @initialize()
    def begin(self) -> None:
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.db = open_database(Path(self.folder.name) / "x.db")
        with self.db.write() as c:
            self.project = projects.create(c, "p")
        self.ids = fill(self.db, self.project.id, 4)
        self.states = [dict.fromkeys(self.ids, "draft")]
        self.at = 0

    @rule(which=st.sets(st.integers(0, 3), min_size=1), status=st.sampled_from(list(Status)))
    def decide(self, which: set[int], status: Status) -> None:
        ids = [self.ids[i] for i in which]
        with self.db.write() as c:
            saved = journal.save(
                c, self.project.id, [Edit(i, {"status": status.value}) for i in ids], who="t", label="x"
            )
        if saved.changed:
            self.states = [*self.states[: self.at + 1], self.states[self.at] | dict.fromkeys(ids, status.value)]
            self.at += 1

    @rule()
    def undo(self) -> None:
        with self.db.write() as c:
            change, _ = journal.undo(c, self.project.id, who="t")
        assert (change is None) == (self.at == 0)
        self.at = max(0, self.at - 1)

    @rule()
    def redo(self) -> None:
        with self.db.write() as c:
            change, _ = journal.redo(c, self.project.id, who="t")
        assert (change is None) == (self.at == len(self.states) - 1)
        self.at = min(len(self.states) - 1, self.at + 1)

    @invariant()
    def rows_are_as_expected(self) -> None:
        with self.db.read() as c:
            assert {row.id: row.status.value for row in examples.get_many(c, self.ids)} == self.states[self.at]

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()


TestUndoing = Undoing.TestCase
TestUndoing.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
