"""Groups that are alike and contradictions, settled: one change, one undo, nothing deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset import curation, dropped_checks, resolving
from ftcore.dataset.checks import Limits
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.intake import recheck, take_in
from ftcore.records import Example, Filter, Project, Status
from ftcore.store import examples, journal, problems, projects, tasks
from ftcore.store.database import Database
from tests.conftest import write_csv

ASKED = "My parcel with the blue tent has not arrived at the address in Leeds, where is it now please"
SHOUTED = ASKED.upper()
ROWS = [
    (ASKED, "label_parcel"),
    (f"{ASKED} thank you", "label_parcel"),
    (SHOUTED, "label_parcel"),
    ("How do I wash the red jacket that I bought in your shop last winter, by hand or not", "label_wash"),
    ("How do I wash the red jacket that I bought in your shop last winter, by hand or not", "label_care"),
    ("When do you open on Sunday", "label_hours"),
    ("Which size of bike fits a child", "label_size"),
    # Enough answers that come again and again for them to be labels.
    *(
        (f"{what} is {how}", f"label_{how}")
        for what in ("lamp", "stove", "pump", "zip")
        for how in ("lost", "late", "old")
    ),
]
Rows = dict[str, Example]


@pytest.fixture
def ids(db: Database, project: Project, tmp_path: Path) -> list[int]:
    take_in(db, project.id, write_csv(tmp_path / "rows.csv", ROWS), name="rows.csv", who="AB")
    with db.read() as c:
        return examples.ids(c, project.id)


def _rows(db: Database, ids: list[int]) -> list[Example]:
    with db.read() as c:
        return examples.get_many(c, ids)


def _groups(db: Database, project: Project, codes: tuple[str, ...] = resolving.ALIKE) -> list[tuple[int, ...]]:
    with db.read() as c:
        return resolving.groups(c, project.id, codes)


def test_rows_that_are_alike_are_one_group(db: Database, project: Project, ids: list[int]) -> None:
    assert _groups(db, project) == [tuple(ids[:3])]
    assert _groups(db, project, resolving.CONTRADICTION) == [tuple(ids[3:5])]


def test_keeping_one_rejects_the_others_merges_the_tags_and_is_one_undo(
    db: Database, project: Project, ids: list[int]
) -> None:
    with db.write() as c:
        edits = [journal.Edit(ids[0], {"tags": ["late"]}), journal.Edit(ids[2], {"tags": ["angry", "late"]})]
        journal.save(c, project.id, edits, who="AB", label="Tagged")
    before = _rows(db, ids)
    resolving.keep_one(db, project.id, ids[:3], ids[1], who="CD")
    first, kept, last = _rows(db, ids[:3])
    assert (first.status, kept.status, last.status) == (Status.REJECTED, Status.DRAFT, Status.REJECTED)
    assert kept.tags == ("late", "angry")
    assert not set(kept.problems) & set(resolving.ALIKE)
    assert _groups(db, project) == []
    curation.undo(db, project.id, who="CD")
    assert [(row.status, row.tags, row.problems, row.ignored) for row in _rows(db, ids)] == [
        (row.status, row.tags, row.problems, row.ignored) for row in before
    ]
    assert _groups(db, project) == [tuple(ids[:3])]


def test_a_settled_group_stays_settled_when_everything_is_checked_again(
    db: Database, project: Project, ids: list[int]
) -> None:
    resolving.keep_one(db, project.id, ids[:3], ids[1], who="CD")
    recheck(db, project.id)
    assert _groups(db, project) == []
    with db.read() as c:
        assert not [code for code, *_ in problems.tally(c, project.id) if code in resolving.ALIKE]


def test_nothing_is_settled_over_the_head_of_somebody_who_edited(
    db: Database, project: Project, ids: list[int]
) -> None:
    seen = {row.id: row.version for row in _rows(db, ids)}
    curation.save(db, project.id, [CellEdit(ids[2], None, {"note": "mine"})], who="EF")
    with pytest.raises(resolving.ResolvingError, match=f"EF changed row {ids[2]}"):
        resolving.keep_one(db, project.id, ids[:3], ids[0], who="CD", versions=seen)
    assert all(row.status is Status.DRAFT for row in _rows(db, ids))


def test_rows_that_are_different_after_all_are_not_shown_again(db: Database, project: Project, ids: list[int]) -> None:
    resolving.different(db, project.id, ids[:3], resolving.ALIKE, who="CD")
    assert _groups(db, project) == []
    recheck(db, project.id)
    assert _groups(db, project) == []
    curation.undo(db, project.id, who="CD")
    assert _groups(db, project) == [tuple(ids[:3])]


def test_the_best_is_the_approved_one_then_the_edited_one_then_the_longer_answer(
    db: Database, project: Project, ids: list[int]
) -> None:
    def best() -> int:
        with db.read() as c:
            return resolving.best(c, examples.get_many(c, ids[:3])).id

    assert best() == ids[0]  # its capitals are a problem of the third one
    curation.save(db, project.id, [CellEdit(ids[1], None, {"response": "label_parcel_late"})], who="AB")
    assert best() == ids[1]
    curation.decide(db, project.id, [ids[2]], Status.APPROVED, who="AB")
    assert best() == ids[2]


def test_the_best_of_every_group_is_one_undo(db: Database, project: Project, ids: list[int]) -> None:
    before = [row.status for row in _rows(db, ids)]
    assert resolving.keep_best(db, project.id, who="CD") == 1
    assert [row.status for row in _rows(db, ids[:3])] == [Status.DRAFT, Status.REJECTED, Status.REJECTED]
    curation.undo(db, project.id, who="CD")
    assert [row.status for row in _rows(db, ids)] == before


def test_keeping_the_best_leaves_what_says_something_else_and_what_somebody_approved(
    db: Database, project: Project, ids: list[int]
) -> None:
    curation.save(db, project.id, [CellEdit(ids[1], None, {"response": "label_late"})], who="AB")
    curation.decide(db, project.id, [ids[0], ids[2]], Status.APPROVED, who="AB")
    recheck(db, project.id)
    resolving.keep_best(db, project.id, who="CD")
    assert [row.status for row in _rows(db, ids[:3])] == [Status.APPROVED, Status.DRAFT, Status.APPROVED]


def test_the_worker_begun_again_keeps_the_best_once(
    db: Database, project: Project, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.write() as c:
        task = tasks.put(c, "keep_best", {}, project_id=project.id)

    class Killed(BaseException):
        pass

    def die(done: int, total: int, what: str) -> None:
        raise Killed

    finish = resolving.long_changes.finish
    monkeypatch.setattr(resolving.long_changes, "finish", lambda c, p, change, label: change)
    with pytest.raises(Killed):
        resolving.keep_best(db, project.id, who="CD", task_id=task.id, progress=die)
    monkeypatch.setattr(resolving.long_changes, "finish", finish)
    resolving.keep_best(db, project.id, who="CD", task_id=task.id)
    with db.read() as c:
        change = journal.of_task(c, task.id)
        assert change is not None
        assert (change.state, change.examples) == ("done", 2)
    assert _groups(db, project) == []
    curation.undo(db, project.id, who="CD")
    assert _groups(db, project) == [tuple(ids[:3])]


def test_the_right_answer_is_given_to_the_others(db: Database, project: Project, ids: list[int]) -> None:
    rows = _rows(db, ids[3:5])
    assert [answer.ids for answer in resolving.answers(rows)] == [(ids[3],), (ids[4],)]
    resolving.give_answer(db, project.id, ids[3:5], ids[4], who="CD")
    one, other = _rows(db, ids[3:5])
    assert one.training.response == other.training.response == "label_care"
    assert _groups(db, project, resolving.CONTRADICTION) == []
    assert "exact_duplicate" in other.problems
    assert "contradiction" not in one.problems + other.problems
    curation.undo(db, project.id, who="CD")
    assert _groups(db, project, resolving.CONTRADICTION) == [tuple(ids[3:5])]


def test_or_the_others_are_rejected(db: Database, project: Project, ids: list[int]) -> None:
    resolving.reject_others(db, project.id, ids[3:5], ids[4], who="CD")
    one, other = _rows(db, ids[3:5])
    assert (one.status, other.status) == (Status.REJECTED, Status.DRAFT)
    assert "contradiction" not in other.problems
    recheck(db, project.id)
    assert _groups(db, project, resolving.CONTRADICTION) == []
    curation.undo(db, project.id, who="CD")
    assert _groups(db, project, resolving.CONTRADICTION) == [tuple(ids[3:5])]


def test_a_tool_call_is_not_put_into_another_conversation(db: Database, project: Project, ids: list[int]) -> None:
    with db.write() as c:
        wire = examples.to_json(examples.get(c, ids[4]).training)
        call = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        wire["messages"][-1] = {"role": "assistant", "content": None, "tool_calls": [call]}
        journal.save(c, project.id, [journal.Edit(ids[4], {"training": wire})], who="AB", label="Edited")
    with pytest.raises(resolving.ResolvingError, match="calls a tool"):
        resolving.give_answer(db, project.id, ids[3:5], ids[4], who="CD")


def test_an_edit_makes_a_repeat_and_another_takes_it_away_at_once(
    db: Database, project: Project, ids: list[int]
) -> None:
    curation.save(db, project.id, [CellEdit(ids[5], None, {"prompt": f"{ASKED} now"})], who="AB")
    assert "near_duplicate" in _rows(db, ids)[5].problems
    curation.undo(db, project.id, who="AB")
    assert "near_duplicate" not in _rows(db, ids)[5].problems
    # An earlier row makes the later one a copy, and the later one is told of it.
    curation.save(db, project.id, [CellEdit(ids[5], None, {"prompt": ROWS[6][0], "response": ROWS[6][1]})], who="AB")
    assert "exact_duplicate" in _rows(db, ids)[6].problems
    curation.save(db, project.id, [CellEdit(ids[5], None, {"prompt": "Something else altogether"})], who="AB")
    assert "exact_duplicate" not in _rows(db, ids)[6].problems


def test_an_edit_makes_a_contradiction_at_both_rows(db: Database, project: Project, ids: list[int]) -> None:
    curation.save(db, project.id, [CellEdit(ids[6], None, {"prompt": ROWS[5][0]})], who="AB")
    rows = _rows(db, ids)
    assert "contradiction" in rows[5].problems
    assert "contradiction" in rows[6].problems
    curation.save(db, project.id, [CellEdit(ids[6], None, {"response": ROWS[5][1]})], who="AB")
    rows = _rows(db, ids)
    assert "contradiction" not in rows[5].problems + rows[6].problems


WORDS = ("parcel", "tent", "zip", "lamp", "card", "stove", "wheel", "bike")


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.lists(st.sampled_from(WORDS), min_size=2, max_size=5).map(" ".join),
            st.sampled_from(("yes_label", "no_label")),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_after_edits_the_rows_in_a_pair_are_those_that_the_check_of_the_whole_finds(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[int, str, str]]
) -> None:
    from ftcore.store.database import open_database

    folder = tmp_path_factory.mktemp("pairs")
    db = open_database(folder / "t.db")
    with db.write() as c:
        project = projects.create(c, "Pairs")
    rows = [(f"{a} {b} {a}", "yes_label") for a, b in zip(WORDS[:6], WORDS[2:], strict=True)]
    take_in(db, project.id, write_csv(folder / "rows.csv", rows), name="rows.csv", who="AB")
    with db.read() as c:
        ids = examples.ids(c, project.id)
    for at, prompt, answer in edits:
        curation.save(db, project.id, [CellEdit(ids[at], None, {"prompt": prompt, "response": answer})], who="AB")
    at_once = _paired(db, ids)
    recheck(db, project.id)
    assert at_once == _paired(db, ids)
    db.close()


def _paired(db: Database, ids: list[int]) -> dict[int, set[str]]:
    return {row.id: set(row.problems) & {*resolving.ALIKE, *resolving.CONTRADICTION} for row in _rows(db, ids)}


def test_what_a_project_ignores_goes_and_comes_back(db: Database, project: Project, ids: list[int]) -> None:
    with db.write() as c:
        projects.set_limits(c, project.id, {"test_unlocked": {"job": 7}})
    dropped_checks.drop(db, project.id, "near_duplicate")
    with db.read() as c:
        limits = projects.get(c, project.id).limits
        assert examples.count(c, project.id, Filter(problem="near_duplicate")) == (0, False)
    assert Limits.from_json(limits).off == {"near_duplicate"}
    assert limits["test_unlocked"] == {"job": 7}
    recheck(db, project.id)
    with db.read() as c:
        assert examples.count(c, project.id, Filter(problem="near_duplicate")) == (0, False)
    dropped_checks.look_again(db, project.id, "near_duplicate")
    with db.read() as c:
        assert [task.kind for task in tasks.open_tasks(c, project.id)] == ["check"]
    recheck(db, project.id)
    assert _groups(db, project) == [tuple(ids[:3])]
