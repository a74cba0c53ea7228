"""Triage: what is looked at first, decisions as they were seen, and what a sample says about the rest."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset import curation, deciding, similar, triage
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.deciding import Decided, Taken
from ftcore.dataset.triage import Queue
from ftcore.records import Project, Status
from ftcore.store import examples, journal, reviews
from ftcore.store.database import Database
from ftcore.store.journal import Edit
from ftcore.workspace import Workspace
from tests.reviewing import fill

Pairs = list[tuple[int, int]]


def test_a_decision_settles_the_question_about_the_row_in_one_change(db: Database) -> None:
    project, ids = fill(db)
    with db.write() as c:
        asked = deciding.toggle_tag(c, project.id, ids[0], deciding.ASK, who="DK", version=1, on=True)
        assert examples.get(c, ids[0]).status is Status.DRAFT
        assert asked.change_id == reviews.last_change(c, project.id)
        deciding.decide(c, project.id, ids[0], Status.APPROVED, who="DK", version=2)
        row = examples.get(c, ids[0])
    assert (row.status, row.tags) == (Status.APPROVED, ())
    deciding.take_back(db, project.id, who="DK")
    with db.read() as c:
        row = examples.get(c, ids[0])
    assert (row.status, row.tags) == (Status.DRAFT, (deciding.ASK,))


def test_a_row_that_changed_since_it_was_seen_is_not_decided(db: Database) -> None:
    project, ids = fill(db)
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "Theirs."})], who="AB")
    with db.write() as c:
        decided = deciding.decide(c, project.id, ids[0], Status.APPROVED, who="DK", version=1)
    assert not decided.stands
    assert decided.conflict is not None
    assert decided.conflict.changed_by == "AB"
    with db.read() as c:
        assert examples.get(c, ids[0]).status is Status.DRAFT


def test_a_row_in_the_trash_is_not_decided(db: Database) -> None:
    project, ids = fill(db)
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[0], {"trashed": True})], who="AB", label="x")
        assert deciding.decide(c, project.id, ids[0], Status.APPROVED, who="DK", version=2) == Decided(gone=True)
        assert deciding.decide(c, project.id, 999_999, Status.APPROVED, who="DK", version=1) == Decided(gone=True)


def test_rows_are_decided_together_or_not_at_all(db: Database) -> None:
    project, ids = fill(db)
    wanted = {ids[0]: Status.APPROVED, ids[1]: Status.REJECTED, ids[2]: Status.REJECTED}
    curation.save(db, project.id, [CellEdit(ids[2], None, {"note": "Theirs"})], who="AB")
    with db.write() as c:
        seen = dict.fromkeys(wanted, 1)
        assert not deciding.decide_together(c, project.id, wanted, who="DK", versions=seen, label="Kept 1").stands
        assert examples.get(c, ids[0]).status is Status.DRAFT
        seen[ids[2]] = 2
        assert deciding.decide_together(c, project.id, wanted, who="DK", versions=seen, label="Kept 1").stands
    assert _statuses(db, wanted) == list(wanted.values())
    deciding.take_back(db, project.id, who="DK")
    assert set(_statuses(db, wanted)) == {Status.DRAFT}


def test_ones_own_decision_is_taken_back_though_somebody_decided_another_row_since(db: Database) -> None:
    project, ids = fill(db)
    with db.write() as c:
        mine = deciding.decide(c, project.id, ids[0], Status.REJECTED, who="DK", version=1).change_id
        deciding.decide(c, project.id, ids[1], Status.APPROVED, who="AB", version=1)
    taken = deciding.take_back(db, project.id, who="DK", own=mine)
    assert (taken.mine, taken.ids) == (True, (ids[0],))
    assert _statuses(db, ids[:2]) == [Status.DRAFT, Status.APPROVED]


def test_what_somebody_changed_after_me_is_not_taken_back_with_mine(db: Database) -> None:
    project, ids = fill(db)
    with db.write() as c:
        mine = deciding.decide(c, project.id, ids[0], Status.REJECTED, who="DK", version=1).change_id
        deciding.decide(c, project.id, ids[0], Status.APPROVED, who="AB", version=2)
    taken = deciding.take_back(db, project.id, who="DK", own=mine)
    assert not taken.mine
    assert _statuses(db, ids[:1]) == [Status.APPROVED]
    empty, _ = fill(db, "Another", clean=1, with_problem=0)
    assert deciding.take_back(db, empty.id, who="DK") == Taken(None)


def test_the_sample_holds_only_drafts_without_a_problem_and_stays_as_it_was_drawn(db: Database) -> None:
    project, ids = fill(db, clean=300, with_problem=10)
    triage.prepare(db, project.id, Queue.SAMPLE, who="DK")
    first = _walk(db, project, Queue.SAMPLE)
    assert len(set(first)) == 200
    assert set(first) <= set(ids[10:])
    assert first != sorted(first)
    triage.prepare(db, project.id, Queue.SAMPLE, who="AB")
    assert _walk(db, project, Queue.SAMPLE) == first
    triage.prepare(db, project.id, Queue.SAMPLE, who="AB", again=True)
    with db.read() as c:
        drawn = triage.sample_of(c, project.id)
    assert drawn is not None
    assert (drawn.of, drawn.number, drawn.whole) == (300, 200, False)


def test_the_sentence_counts_what_was_rejected_or_edited_among_what_was_looked_at(db: Database) -> None:
    project, _ = fill(db, clean=300, with_problem=0)
    triage.prepare(db, project.id, Queue.SAMPLE, who="DK")
    order = _walk(db, project, Queue.SAMPLE)
    curation.save(db, project.id, [CellEdit(order[0], None, {"response": "Corrected."})], who="DK")
    curation.save(db, project.id, [CellEdit(order[1], None, {"note": "Only a note"})], who="DK")
    with db.write() as c:
        set_id = triage.course(c, project.id, Queue.SAMPLE).set_id
        for at, id_ in enumerate(order):
            status = Status.REJECTED if at in (5, 9) else Status.APPROVED
            version = 2 if at < 2 else 1
            assert deciding.decide(c, project.id, id_, status, who="DK", version=version, sample=set_id).stands
        sample = triage.sample_of(c, project.id)
    assert sample is not None
    assert (sample.seen, sample.changed, sample.left) == (200, 3, 0)
    assert triage.told(sample) == "You changed 3 of 200 (1.5%; could be 4.3%)."


def test_rows_that_were_approved_unseen_do_not_count_as_looked_at(db: Database) -> None:
    project, _ = fill(db, clean=30, with_problem=0)
    triage.prepare(db, project.id, Queue.SAMPLE, who="DK")
    order = _walk(db, project, Queue.SAMPLE)
    with db.write() as c:
        set_id = triage.course(c, project.id, Queue.SAMPLE).set_id
        deciding.decide(c, project.id, order[0], Status.APPROVED, who="DK", version=1, sample=set_id)
    curation.approve_clean(db, project.id, who="DK")
    with db.read() as c:
        sample = triage.sample_of(c, project.id)
    assert sample is not None
    assert (sample.seen, sample.left, sample.whole) == (1, 0, True)


def test_duplicate_groups_stand_beside_each_other_and_go_when_they_are_decided(db: Database) -> None:
    project, ids = fill(db, with_problem=0, pairs=3, clean=5)
    triage.prepare(db, project.id, Queue.GROUPS, who="DK")
    assert _walk(db, project, Queue.GROUPS) == ids[:6]
    with db.write() as c:
        set_id = triage.course(c, project.id, Queue.GROUPS).set_id or 0
        assert reviews.groups_left(c, set_id) == 3
        assert triage.grouped(c, project.id, ids[3]) == [ids[2]]
        wanted = {ids[2]: Status.APPROVED, ids[3]: Status.REJECTED}
        deciding.decide_together(c, project.id, wanted, who="DK", versions=dict.fromkeys(wanted, 1), label="Kept 1")
        assert reviews.groups_left(c, set_id) == 2
    curation.ignore(db, project.id, [ids[5]], "near_duplicate", who="DK")
    triage.prepare(db, project.id, Queue.GROUPS, who="DK")
    assert _walk(db, project, Queue.GROUPS) == ids[:2]


def test_rows_that_ask_nearly_the_same_are_found_without_a_check(db: Database, workspace: Workspace) -> None:
    project, ids = fill(db, with_problem=0, clean=6)
    asked = "Where is my parcel with the yellow umbrella that I ordered on Monday?"
    for id_, text in zip(ids[:3], (asked, asked.replace("Monday", "Friday"), "Yellow umbrella parcel"), strict=True):
        curation.save(db, project.id, [CellEdit(id_, None, {"prompt": text})], who="DK")
    with db.read() as c:
        assert ids[1] in triage.alike(c, workspace, project.id, examples.get(c, ids[0]))
        assert ids[4] not in triage.alike(c, workspace, project.id, examples.get(c, ids[0]))


def test_rows_that_mean_nearly_the_same_are_found_once_they_were_read(db: Database, workspace: Workspace) -> None:
    project, ids = fill(db, with_problem=0, clean=6)
    for id_, text in zip(
        ids[:2], ("Can I get a refund for my order?", "How do I get refunded for an order?"), strict=True
    ):
        curation.save(db, project.id, [CellEdit(id_, None, {"prompt": text})], who="DK")
    with db.read() as c:
        first = examples.get(c, ids[0])
        assert triage.alike(c, workspace, project.id, first) == []
        similar.read(db, workspace, project.id)
        assert triage.alike(c, workspace, project.id, first) == [ids[1]]
    curation.decide(db, project.id, ids[1:2], Status.REJECTED, who="DK")
    with db.read() as c:
        assert triage.alike(c, workspace, project.id, first) == []


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda pair: pair[0] != pair[1]), max_size=15))
def test_connected_rows_are_one_group_and_no_row_is_in_two(pairs: Pairs) -> None:
    groups = triage.groups_of(pairs)
    of = {id_: at for at, group in enumerate(groups) for id_ in group}
    assert sorted(of) == sorted({id_ for pair in pairs for id_ in pair})
    assert sum(map(len, groups)) == len(of)
    assert all(of[one] == of[other] for one, other in pairs)
    for group in groups:
        assert _reached(group[0], pairs) == set(group)


def _reached(start: int, pairs: Pairs) -> set[int]:
    found, before = {start}, 0
    while len(found) != before:
        before = len(found)
        found |= {id_ for pair in pairs if set(pair) & found for id_ in pair}
    return found


def _walk(db: Database, project: Project, queue: Queue) -> list[int]:
    found: list[int] = []
    with db.read() as c:
        course = triage.course(c, project.id, queue)
        while (id_ := reviews.ahead(c, project.id, course, found[-1] if found else None)) is not None:
            found.append(id_)
    return found


def _statuses(db: Database, ids: Iterable[int]) -> list[Status]:
    with db.read() as c:
        return [examples.get(c, id_).status for id_ in ids]
