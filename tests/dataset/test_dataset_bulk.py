"""Actions on many rows: one change, one undo, in parts or at once, and never twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ftcore.dataset import bulk, curation
from ftcore.dataset.bulk import Selection
from ftcore.dataset.bulk_actions import Action, Replacement
from ftcore.dataset.intake import take_in
from ftcore.dataset.patterns import PatternError
from ftcore.records import Example, Filter, Project, Split, Status
from ftcore.store import examples, journal, long_changes
from ftcore.store.database import Database

ALL = Selection(where=Filter())
SIZED = bulk._sized


@pytest.fixture(autouse=True)
def _even_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts as large as the first, whatever the machine does meanwhile."""
    monkeypatch.setattr(bulk, "_sized", lambda size, held: size)
    monkeypatch.setattr(bulk, "PAUSE", 0)


class Stopped(Exception):
    """Somebody pulled the plug."""


@pytest.fixture
def ids(db: Database, project: Project, shared_data: Path) -> list[int]:
    """Three hundred real questions to a bank."""
    take_in(db, project.id, shared_data / "banking77" / "train.csv", name="train.csv", who="DK", rows=300)
    with db.read() as c:
        return examples.ids(c, project.id)


def test_everything_that_matches_is_rejected_as_one_change_with_one_undo(
    db: Database, project: Project, ids: list[int]
) -> None:
    with db.read() as c:
        matching = examples.ids(c, project.id, Filter(text="card"))
    assert 20 < len(matching) < 300
    done = bulk.carry_out(db, project.id, Selection(where=Filter(text="card")), Action("status", "rejected"), who="DK")
    assert done.changed == len(matching)
    assert done.change is not None
    assert done.change.label == f"Rejected {len(matching)} examples"
    with db.read() as c:
        assert examples.ids(c, project.id, Filter(status=Status.REJECTED)) == matching
        assert len(journal.last(c, project.id)) == 1
    curation.undo(db, project.id, who="DK")
    with db.read() as c:
        assert examples.counts(c, project.id).draft == 300


def test_each_action_does_to_the_rows_what_it_says(db: Database, project: Project, ids: list[int]) -> None:
    some = Selection(ids=(*ids[:3], 10**9))

    def do(kind: str, value: object) -> list[Example]:
        bulk.carry_out(db, project.id, some, Action(kind, value), who="DK")
        with db.read() as c:
            return examples.get_many(c, ids[:3])

    assert {row.status for row in do("status", "approved")} == {Status.APPROVED}
    assert {row.split for row in do("split", "test")} == {Split.TEST}
    assert {row.tags for row in do("tag", "ask")} == {("ask",)}
    assert {row.tags for row in do("tag", "ask")} == {("ask",)}
    assert {row.tags for row in do("untag", "ask")} == {()}
    assert {row.training.system for row in do("system", "Answer with the label.")} == {"Answer with the label."}
    assert all(row.private for row in do("private", True))
    assert all(row.trashed for row in do("trash", True))
    assert not any(row.trashed for row in do("trash", False))
    with db.read() as c:
        assert examples.get(c, ids[3]).version == 1


def test_a_problem_is_ignored_only_where_it_is(db: Database, project: Project, ids: list[int]) -> None:
    curation.save(db, project.id, [curation.CellEdit(ids[0], None, {"response": "Dear [insert name]"})], who="DK")
    done = bulk.carry_out(db, project.id, ALL, Action("ignore", "placeholder"), who="DK")
    assert done.changed == 1
    with db.read() as c:
        assert examples.get(c, ids[0]).ignored == ("placeholder",)
        assert "placeholder" not in examples.get(c, ids[0]).problems


def test_a_replacement_is_shown_before_and_changes_only_the_texts_it_names(
    db: Database, project: Project, ids: list[int]
) -> None:
    action = Action("replace", Replacement("CARD", "cat", ("prompt",)))
    shown = bulk.preview(db, project.id, ALL, action)
    assert shown.complete
    assert shown.places >= shown.rows > bulk.SHOWN == len(shown.first)
    with db.read() as c:
        before = {row.id: row.training for row in examples.every(c, project.id)}
    done = bulk.carry_out(db, project.id, ALL, action, who="DK")
    assert done.changed == shown.rows
    with db.read() as c:
        after = {row.id: row.training for row in examples.every(c, project.id)}
        assert all("card" not in training.prompt.lower() for training in after.values())
        assert all(after[id_].response == before[id_].response for id_ in ids)
        found = set(examples.ids(c, project.id, Filter(text="cat")))
        assert {id_ for id_ in ids if after[id_].prompt.lower().startswith("cat")} <= found, (
            "the index knows the new words"
        )
        assert len(found) > 50
    curation.undo(db, project.id, who="DK")
    with db.read() as c:
        assert {row.id: row.training for row in examples.every(c, project.id)} == before


def test_a_pattern_may_name_its_groups_and_a_bad_one_changes_nothing(
    db: Database, project: Project, ids: list[int]
) -> None:
    edit = curation.CellEdit(ids[0], None, {"response": "order 17, then order 18"})
    curation.save(db, project.id, [edit], who="DK")
    good = Action("replace", Replacement(r"order (\d+)", r"#\1", pattern=True))
    assert bulk.preview(db, project.id, ALL, good).places == 2
    bulk.carry_out(db, project.id, ALL, good, who="DK")
    with db.read() as c:
        assert examples.get(c, ids[0]).training.response == "#17, then #18"
        changes = len(journal.last(c, project.id))
    for find, put in (("(", "x"), (r"#(\d)", r"\7"), ("(a+", "")):
        with pytest.raises(PatternError):
            bulk.carry_out(db, project.id, ALL, Action("replace", Replacement(find, put, pattern=True)), who="DK")
    with db.read() as c:
        assert examples.get(c, ids[0]).training.response == "#17, then #18"
        assert len(journal.last(c, project.id)) == changes
        assert long_changes.under_way(c, project.id) is None


def test_an_action_that_changes_nothing_leaves_no_trace(db: Database, project: Project, ids: list[int]) -> None:
    done = bulk.carry_out(db, project.id, ALL, Action("status", "draft"), who="DK")
    assert (done.changed, done.change) == (0, None)
    with db.read() as c:
        assert journal.last(c, project.id) == []


@pytest.mark.parametrize("after_parts", [0, 1, 3])
def test_a_task_that_is_begun_again_does_nothing_twice(
    db: Database, project: Project, ids: list[int], monkeypatch: pytest.MonkeyPatch, after_parts: int
) -> None:
    monkeypatch.setattr(bulk, "PART", 60)
    selection, action = Selection(where=Filter(status=Status.DRAFT)), Action("status", "approved")
    with pytest.raises(Stopped):
        bulk.carry_out(db, project.id, selection, action, who="DK", task_id=7, progress=_stop_after(after_parts))
    with db.read() as c:
        assert examples.counts(c, project.id).approved == 60 * (after_parts + 1)
        assert journal.next_undo(c, project.id) is None, "a change under way cannot be undone"
    for _ in range(2):
        done = bulk.carry_out(db, project.id, selection, action, who="DK", task_id=7)
        assert done.changed == 300
    with db.read() as c:
        assert [(change.examples, change.label) for change in journal.last(c, project.id)] == [
            (300, "Approved 300 examples")
        ]
        assert {row.version for row in examples.every(c, project.id)} == {2}
    curation.undo(db, project.id, who="DK")
    with db.read() as c:
        assert examples.counts(c, project.id).draft == 300


def test_rows_that_somebody_changes_meanwhile_are_left_to_them(
    db: Database, project: Project, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PART", 100)

    def meanwhile(done: int, total: int, what: str) -> None:
        if done == 100:
            curation.decide(db, project.id, [ids[250]], Status.REJECTED, who="AB")

    action = Action("status", "approved")
    done = bulk.carry_out(db, project.id, ALL, action, who="DK", task_id=1, progress=meanwhile)
    assert (done.changed, done.left) == (299, 1)
    with db.read() as c:
        assert examples.get(c, ids[250]).status is Status.REJECTED


def test_what_was_stopped_is_one_change_that_undo_takes_back(
    db: Database, project: Project, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "PART", 100)
    action = Action("tag", "later")
    with pytest.raises(Stopped):
        bulk.carry_out(db, project.id, ALL, action, who="DK", task_id=3, progress=_stop_after(1))
    bulk.stop(db, project.id, action, 3)
    with db.read() as c:
        assert examples.count(c, project.id, Filter(tag="later")) == (200, False)
        assert journal.last(c, project.id)[0].label == "Tagged 200 examples “later” (stopped)"
    curation.undo(db, project.id, who="DK")
    with db.read() as c:
        assert examples.count(c, project.id, Filter(tag="later")) == (0, False)


def test_a_long_undo_goes_on_after_an_interruption_and_keeps_what_others_changed(
    db: Database, project: Project, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk.carry_out(db, project.id, ALL, Action("status", "approved"), who="DK")
    monkeypatch.setattr(bulk, "PART", 100)
    with db.read() as c:
        change = journal.last(c, project.id)[0]
    with pytest.raises(Stopped):
        bulk.turn(db, project.id, change.id, back=True, who="DK", progress=_stop_after(0))
    curation.decide(db, project.id, [ids[5]], Status.REJECTED, who="AB")
    assert bulk.turn(db, project.id, change.id, back=True, who="DK").state == "undone"
    with db.read() as c:
        counts = examples.counts(c, project.id)
        assert (counts.draft, counts.rejected, counts.approved) == (299, 1, 0)
    assert bulk.turn(db, project.id, change.id, back=False, who="DK").state == "done"
    with db.read() as c:
        assert examples.counts(c, project.id).approved == 299


@pytest.mark.parametrize("held", [0.0, 0.01, 0.25, 9.0])
def test_parts_grow_and_shrink_with_the_time_that_they_hold_others_up(held: float) -> None:
    size = 1_000
    for _ in range(12):
        size = SIZED(size, held * size / 1_000)
    assert 100 <= size <= 4_000
    assert size == 100 or held * size / 1_000 <= bulk.HELD * 1.1


def test_selections_and_actions_survive_the_way_to_the_worker() -> None:
    for selection in (Selection(ids=(3, 1)), Selection(where=Filter(text="x", min_tokens=3)), ALL):
        assert Selection.from_json(selection.to_json()) == selection
    for action in (Action("tag", "a, b"), Action("replace", Replacement("a", "b", ("prompt", "system"), True, True))):
        assert Action.from_json(action.to_json()) == action
    with pytest.raises(ValueError, match="nothing that can be done"):
        Action("delete", None)


def _stop_after(parts: int) -> Callable[[int, int, str], None]:
    told = 0

    def progress(done: int, total: int, what: str) -> None:
        nonlocal told
        told += 1
        if told > parts:
            raise Stopped

    return progress
