"""Where people stand in a review queue, and the way through it."""

from __future__ import annotations

from pathlib import Path

from ftcore.records import Filter, Status
from ftcore.store import examples, journal, reviews, row_sets
from ftcore.store.database import Database, open_database
from ftcore.store.journal import Edit
from ftcore.store.reviews import Course, Place
from tests.reviewing import fill

DRAFTS = Course("problems", Filter(status=Status.DRAFT, problem="any"))


def test_a_place_survives_a_restart_and_is_each_persons_own(db: Database, tmp_path: Path) -> None:
    project, ids = fill(db)
    with db.write() as c:
        reviews.move(c, project.id, "DK", "problems", query={"queue": "problems"}, at_id=ids[2], decided=1, seconds=4.0)
        reviews.move(c, project.id, "DK", "problems", query={"queue": "problems"}, at_id=ids[3], decided=1, seconds=2.5)
        reviews.move(c, project.id, "AB", "asked", query={"queue": "asked"}, at_id=ids[0])
    again = open_database(db.path)
    with again.read() as c:
        assert reviews.place(c, project.id, "DK", "problems") == Place(ids[3], 2, 6.5)
        assert reviews.place(c, project.id, "AB", "problems") == Place()
        assert reviews.last_queue(c, project.id, "DK") == {"queue": "problems"}
        assert reviews.last_queue(c, project.id, "AB") == {"queue": "asked"}
        assert reviews.last_queue(c, project.id, "XY") == {}
    again.close()


def test_taking_back_more_than_was_decided_counts_to_nothing_not_below(db: Database) -> None:
    project, _ = fill(db)
    with db.write() as c:
        for by in (1, -1, -1, -1):
            reviews.move(c, project.id, "DK", "problems", query={}, at_id=None, decided=by)
        assert reviews.place(c, project.id, "DK", "problems").decided == 0


def test_a_filter_is_walked_forwards_and_backwards_and_passes_over_what_was_decided(db: Database) -> None:
    project, ids = fill(db, with_problem=4)
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[1], {"status": "approved"})], who="DK", label="x")
        assert reviews.ahead(c, project.id, DRAFTS, None) == ids[0]
        assert reviews.ahead(c, project.id, DRAFTS, ids[0]) == ids[2]
        assert reviews.ahead(c, project.id, DRAFTS, ids[1], itself=True) == ids[2]
        assert reviews.ahead(c, project.id, DRAFTS, ids[2], itself=True) == ids[2]
        assert reviews.ahead(c, project.id, DRAFTS, ids[3]) is None
        assert reviews.behind(c, project.id, DRAFTS, ids[2]) == ids[0]
        assert reviews.behind(c, project.id, DRAFTS, ids[0]) is None


def test_a_set_is_walked_in_its_own_order(db: Database) -> None:
    project, ids = fill(db)
    order = [ids[9], ids[5], ids[20], ids[7]]
    with db.write() as c:
        set_id = row_sets.create(c, project.id, kind="sample", label="", query={}, who="DK")
        row_sets.add(c, set_id, ((id_, None) for id_ in order))
        course = Course("sample", set_id=set_id)
        journal.save(c, project.id, [Edit(order[1], {"status": "rejected"})], who="DK", label="x")
        assert reviews.ahead(c, project.id, course, None) == order[0]
        assert reviews.ahead(c, project.id, course, order[0]) == order[2]
        assert reviews.behind(c, project.id, course, order[3]) == order[2]
        assert reviews.ahead(c, project.id, course, order[3]) is None
        assert reviews.left_in_set(c, set_id) == 3


def test_what_is_left_is_counted_from_the_row_where_one_stands(db: Database) -> None:
    project, ids = fill(db, with_problem=4, clean=16)
    with db.read() as c:
        assert reviews.left_from(c, project.id, Filter(), None) == (20, False)
        assert reviews.left_from(c, project.id, Filter(), ids[15]) == (5, False)
        assert reviews.left_from(c, project.id, DRAFTS.where, ids[3]) == (1, False)


def test_tags_are_named_by_how_often_they_are_used(db: Database) -> None:
    project, ids = fill(db, tags=("late", "urgent"))
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[0], {"tags": ["urgent", "vip"]})], who="DK", label="x")
        assert reviews.most_used_tags(c, project.id, 9) == ["urgent", "late", "vip"]
        assert reviews.most_used_tags(c, project.id, 1) == ["urgent"]
        assert examples.get(c, ids[0]).tags == ("urgent", "vip")
