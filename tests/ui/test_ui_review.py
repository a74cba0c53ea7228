"""The review queue: one example at a time, where one stopped, and nothing decided that was not seen."""

from __future__ import annotations

import pytest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit
from ftcore.dataset.deciding import ASK
from ftcore.dataset.triage import GOOD, Queue
from ftcore.records import Filter, Status
from ftcore.store import examples, journal, problems, projects
from ftcore.store.database import Database
from ftcore.store.journal import Edit
from ftcore.ui.review import review_moves
from tests.reviewing import fill
from tests.ui.review_page import Open, choose, opened, press, queue_of, row_of, shown, statuses


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests press faster than anybody reads."""
    monkeypatch.setattr(review_moves, "TOO_QUICK", 0.0)


def test_the_queue_goes_through_what_needs_a_look_and_back(db: Database, open_page: Open) -> None:
    _, ids = fill(db, with_problem=3)
    test = opened(open_page)
    for key in ("Approve", "skip", "Reject"):
        press(test, key)
    assert statuses(db, ids[:3]) == [Status.APPROVED, Status.DRAFT, Status.REJECTED]
    assert any("1 were passed over" in m.value or "1 was passed over" in m.value for m in test.markdown)
    press(test, "undo")
    assert statuses(db, ids[:3]) == [Status.APPROVED, Status.DRAFT, Status.DRAFT]
    assert shown(test) == ids[2]
    press(test, "previous")
    assert shown(test) == ids[1]
    press(test, "previous")
    assert shown(test) == ids[0], "a row that is decided by now can be come back to"


def test_where_one_stopped_is_where_one_resumes_and_each_person_has_their_own(db: Database, open_page: Open) -> None:
    _, ids = fill(db, with_problem=5)
    test = opened(open_page)
    press(test, "Approve")
    press(test, "skip")
    assert shown(test) == ids[2]
    assert shown(opened(open_page)) == ids[2]
    other = opened(open_page, who="AB")
    assert shown(other) == ids[1]
    press(other, "skip")
    press(other, "skip")
    press(other, "Reject")
    assert shown(opened(open_page, who="DK")) == ids[2]
    assert shown(opened(open_page, who="AB")) == ids[4]


def test_the_queue_one_was_in_is_opened_again_with_its_place(db: Database, open_page: Open) -> None:
    fill(db, with_problem=2, clean=12)
    test = opened(open_page)
    choose(test, Queue.SAMPLE)
    first = shown(test)
    press(test, "Approve")
    second = shown(test)
    again = opened(open_page)
    assert queue_of(again) is Queue.SAMPLE
    assert shown(again) == second != first


def test_the_tables_filter_is_a_queue_and_is_kept_for_another_session(db: Database, open_page: Open) -> None:
    project, ids = fill(db, with_problem=2, clean=6)
    curation.decide(db, project.id, ids[3:6], Status.APPROVED, who="AB")
    test = open_page("curate", curate="Review", project=str(project.id), status="approved")
    if test.session_state[f"review-{project.id}"]["table"] != Filter(status=Status.APPROVED):
        test.session_state[f"review-{project.id}"]["table"] = Filter(status=Status.APPROVED)
    choose(test, Queue.TABLE)
    assert shown(test) == ids[3]
    press(test, "skip")
    again = opened(open_page)
    assert (queue_of(again), shown(again)) == (Queue.TABLE, ids[4])


def test_asking_tags_the_row_leaves_its_status_and_moves_on(db: Database, open_page: Open) -> None:
    _, ids = fill(db, with_problem=3)
    test = opened(open_page)
    press(test, "Ask")
    row = row_of(db, ids[0])
    assert (row.status, row.tags, row.changed_by) == (Status.DRAFT, (ASK,), "DK")
    assert shown(test) == ids[1]
    choose(test, Queue.ASKED)
    assert shown(test) == ids[0]
    press(test, "Approve")
    row = row_of(db, ids[0])
    assert (row.status, row.tags) == (Status.APPROVED, ()), "a decision answers the question"
    press(test, "undo")
    assert row_of(db, ids[0]).tags == (ASK,)


def test_numbers_toggle_the_most_used_tags_and_those_chosen_for_this_review(db: Database, open_page: Open) -> None:
    _, ids = fill(db, with_problem=2, clean=20, tags=("late", "urgent"))
    test = opened(open_page)
    assert [b.label for b in test.button if str(b.key).startswith("review-tag-")] == ["late", "urgent"]
    press(test, "tag-2")
    assert row_of(db, ids[0]).tags == ("late", "urgent")
    press(test, "tag-1")
    assert row_of(db, ids[0]).tags == ("urgent",)
    test.text_input(key="review-new-tag-0").set_value("needs a *photo*").run()
    assert not test.exception
    assert row_of(db, ids[0]).tags == ("urgent", "needs a *photo*")
    assert test.button(key="review-tag-3").label == "needs a \\*photo\\*"
    press(test, "Approve")
    press(test, "tag-3")
    assert row_of(db, ids[0]).status is Status.APPROVED
    assert row_of(db, ids[1]).tags == ("urgent", "needs a *photo*")


def test_a_note_is_saved_as_it_is_left_and_the_row_can_be_decided_after_it(db: Database, open_page: Open) -> None:
    _, ids = fill(db, with_problem=2)
    test = opened(open_page)
    test.text_input(key=f"review-note-{ids[0]}-1").set_value("Ask Ana about it").run()
    assert row_of(db, ids[0]).note == "Ask Ana about it"
    press(test, "Approve")
    assert statuses(db, ids[:1]) == [Status.APPROVED]


def test_text_in_review_is_saved_before_it_is_approved(db: Database, open_page: Open) -> None:
    _, ids = fill(db)
    test = opened(open_page)
    press(test, "Edit")
    test.text_area(key=f"review-edit-{ids[0]}-response").set_value("Green and blue.")
    press(test, "Approve")
    row = row_of(db, ids[0])
    assert (row.training.response, row.status) == ("Green and blue.", Status.APPROVED)


def test_a_row_stays_though_an_edit_took_its_problem_away(db: Database, open_page: Open) -> None:
    _, ids = fill(db, with_problem=2)
    test = opened(open_page)
    press(test, "Edit")
    test.text_area(key=f"review-edit-{ids[0]}-response").set_value("It is green and blue.").run()
    assert not row_of(db, ids[0]).problems
    assert shown(test) == ids[0]
    press(test, "Approve")
    assert row_of(db, ids[0]).status is Status.APPROVED
    assert shown(test) == ids[1]


def test_text_of_a_row_that_changed_meanwhile_is_shown_beside_theirs_and_not_lost(
    db: Database, open_page: Open
) -> None:
    project, ids = fill(db)
    test = opened(open_page)
    press(test, "Edit")
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "[insert theirs]"})], who="AB")
    test.text_area(key=f"review-edit-{ids[0]}-response").set_value("Mine.").run()
    assert not test.exception
    assert test.text_area(key=f"conflict-{ids[0]}-response").value == "Mine."
    assert row_of(db, ids[0]).training.response == "[insert theirs]"


def test_the_fields_hold_the_text_again_after_another_mode_was_open(db: Database, open_page: Open) -> None:
    _, ids = fill(db)
    test, before = opened(open_page), row_of(db, ids[0]).training
    press(test, "Edit")
    for mode in ("Table", "Review"):
        test.session_state["curate"] = mode
        test.run()
    assert test.text_area(key=f"review-edit-{ids[0]}-response").value == before.response
    press(test, "Approve")
    assert row_of(db, ids[0]).training == before


def test_a_row_that_changed_since_it_was_shown_is_not_approved(db: Database, open_page: Open) -> None:
    project, ids = fill(db)
    test = opened(open_page)
    curation.save(db, project.id, [CellEdit(ids[0], None, {"response": "[insert theirs]"})], who="AB")
    for status in (Status.DRAFT, Status.APPROVED):
        press(test, "Approve")
        assert statuses(db, ids[:1]) == [status]


def test_a_row_that_was_thrown_away_meanwhile_is_said_and_passed_over(db: Database, open_page: Open) -> None:
    project, ids = fill(db, with_problem=2)
    test = opened(open_page)
    with db.write() as c:
        journal.save(c, project.id, [Edit(ids[0], {"trashed": True})], who="AB", label="Into the trash")
    press(test, "Approve")
    assert any("not in the project any more" in toast.value for toast in test.toast)
    assert shown(test) == ids[1]


def test_undo_in_review_leaves_what_another_person_did(db: Database, open_page: Open) -> None:
    project, ids = fill(db)
    curation.decide(db, project.id, ids[:1], Status.REJECTED, who="AB")
    test = opened(open_page)
    press(test, "undo")
    assert any("AB" in toast.value for toast in test.toast)
    assert statuses(db, ids[:1]) == [Status.REJECTED]


def test_undo_takes_ones_own_decision_back_though_another_person_decided_since(db: Database, open_page: Open) -> None:
    project, ids = fill(db, with_problem=3)
    test = opened(open_page)
    press(test, "Reject")
    curation.decide(db, project.id, ids[1:2], Status.APPROVED, who="AB")
    press(test, "undo")
    assert statuses(db, ids[:2]) == [Status.DRAFT, Status.APPROVED]
    assert shown(test) == ids[0]


def test_a_problem_is_ignored_at_one_row_only(db: Database, open_page: Open) -> None:
    project, _ = fill(db, with_problem=3)
    test = opened(open_page)
    next(b for b in test.button if b.label == "Ignore here").click().run()
    assert not test.exception
    with db.read() as c:
        assert {code: number for code, _, number in problems.tally(c, project.id)}["placeholder"] == 2


def test_duplicates_are_decided_together_as_one_change(db: Database, open_page: Open) -> None:
    _, ids = fill(db, with_problem=0, pairs=2)
    test = opened(open_page)
    choose(test, Queue.GROUPS)
    assert shown(test) == ids[0]
    test.button(key=f"review-keep-{ids[0]}").click().run()
    assert not test.exception
    assert statuses(db, ids[:4]) == [Status.APPROVED, Status.REJECTED, Status.DRAFT, Status.DRAFT]
    assert shown(test) == ids[2]
    press(test, "undo")
    assert set(statuses(db, ids[:4])) == {Status.DRAFT}
    assert shown(test) == ids[0]
    test.button(key=f"review-all-rejected-{ids[0]}").click().run()
    assert statuses(db, ids[:2]) == [Status.REJECTED] * 2


def test_similar_rows_are_found_and_decided_together(db: Database, open_page: Open) -> None:
    project, ids = fill(db, with_problem=3)
    for id_, day in ((ids[0], "Monday"), (ids[9], "Friday")):
        text = f"Where is my parcel with the yellow umbrella that I ordered on {day}?"
        curation.save(db, project.id, [CellEdit(id_, None, {"prompt": text})], who="DK")
    with db.write() as c:
        found = problems.of_example(c, ids[1])
        problems.replace(c, project.id, {ids[0]: found}, codes=["placeholder"])
    test = opened(open_page)
    assert shown(test) == ids[0]
    test.button(key=f"review-similar-{ids[0]}").click().run()
    test.button(key=f"review-all-approved-{ids[0]}").click().run()
    assert not test.exception
    assert statuses(db, [ids[0], ids[9]]) == [Status.APPROVED] * 2


def test_an_empty_stage_says_so_and_gives_way_to_the_next(db: Database, open_page: Open) -> None:
    fill(db, with_problem=1, clean=5)
    test = opened(open_page)
    press(test, "Approve")
    test.button(key="review-go-on").click().run()
    assert not test.exception
    assert queue_of(test) is Queue.SAMPLE


def test_the_sample_ends_with_its_sentence_and_the_offer_to_approve_the_rest(db: Database, open_page: Open) -> None:
    project, ids = fill(db, with_problem=1, clean=12)
    test = opened(open_page)
    choose(test, Queue.SAMPLE)
    for at in range(12):
        press(test, "Reject" if at == 3 else "Approve")
    said = " ".join(m.value.replace("\\", "") for m in test.markdown)
    assert "You looked at all 12 and changed 1. These were all drafts without a problem" in said
    with db.write() as c:
        more = [r.training for r in examples.get_many(c, ids[3:6])]
        examples.add(c, project.id, [examples.NewExample(t) for t in more], import_id=1, source="b.csv", who="DK")
    test.run()
    assert any("3 of the others came after the sample was drawn" in m.value for m in test.markdown)
    assert test.button(key="review-approve-rest").label == "Approve the other 3"
    test.button(key="review-approve-rest").click().run()
    assert not test.exception
    with db.read() as c:
        counts = examples.counts(c, project.id)
        assert (counts.approved, counts.rejected, counts.draft) == (14, 1, 1)


def test_what_good_looks_like_is_written_in_place_and_two_examples_are_pinned(db: Database, open_page: Open) -> None:
    project, ids = fill(db, with_problem=3)
    test = opened(open_page)
    test.text_area(key="review-good-note").set_value("Friendly.\nTwo *sentences*.").run()
    for id_ in ids[:2]:
        test.button(key=f"review-pin-{id_}").click().run()
        press(test, "skip")
    assert not test.exception
    assert any(t.value == "Friendly.\nTwo *sentences*." for t in test.text)
    assert f"review-pin-{ids[2]}" not in {button.key for button in test.button}
    test.button(key=f"unpin-{ids[0]}").click().run()
    assert test.button(key=f"review-pin-{ids[2]}")
    with db.read() as c:
        assert projects.get(c, project.id).good_note == "Friendly.\nTwo *sentences*."
        assert examples.ids(c, project.id, Filter(tag=GOOD)) == ids[1:2]


def test_a_fix_is_shown_before_it_is_taken(db: Database, open_page: Open) -> None:
    project, ids = fill(db)
    curation.save(
        db, project.id, [CellEdit(ids[0], None, {"response": "  It is on its way, day two of seven.  "})], who="DK"
    )
    with db.write() as c:
        found = [*problems.of_example(c, ids[0]), *problems.of_example(c, ids[1])]
        problems.replace(c, project.id, {ids[0]: found})
    test = opened(open_page)
    assert shown(test) == ids[0]
    test.button(key=f"show-fix-{ids[0]}-outer_spaces").click().run()
    assert row_of(db, ids[0]).training.response.startswith(" ")
    test.button(key=f"take-fix-{ids[0]}-outer_spaces").click().run()
    assert not test.exception
    assert row_of(db, ids[0]).training.response == "It is on its way, day two of seven."
