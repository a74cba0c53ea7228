"""Keys of the review that come too soon decide nothing; those that do not, count."""

from __future__ import annotations

import pytest

from ftcore.records import Status
from ftcore.store.database import Database
from ftcore.ui.review import review_moves, review_state, review_words
from tests.reviewing import fill
from tests.ui.review_page import Open, opened, press, row_of, statuses


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests press faster than anybody reads."""
    monkeypatch.setattr(review_moves, "TOO_QUICK", 0.0)


def test_a_decision_that_comes_before_the_row_can_have_been_read_does_not_count(
    db: Database, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ids = fill(db)
    test = opened(open_page)
    monkeypatch.setattr(review_moves, "TOO_QUICK", 60.0)
    press(test, "Approve")
    assert statuses(db, ids[:1]) == [Status.DRAFT]
    assert any(said.value == review_words.HASTY for said in test.text)


def test_a_key_between_a_decision_and_the_next_drawing_decides_nothing(
    db: Database, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ids = fill(db, tags=("late",))
    test = opened(open_page)
    monkeypatch.setattr(review_state, "drawn", lambda project, example_id: None)  # a drawing that was cut short
    monkeypatch.setattr(review_moves, "TOO_QUICK", 0.001)
    for key in ("Approve", "Approve", "Ask", "tag-1"):
        press(test, key)
    assert statuses(db, ids[:2]) == [Status.APPROVED, Status.DRAFT]
    assert row_of(db, ids[1]).tags == ("late",)
    assert any(said.value == review_words.HASTY for said in test.text)


def test_a_key_that_is_held_down_does_not_count_again(
    db: Database, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ids = fill(db)
    test = opened(open_page)
    monkeypatch.setattr(review_moves, "TOO_QUICK", 0.2)
    monkeypatch.setattr(review_state, "on_screen", lambda project, example_id: 10.0)
    for still, first in ((0.03, Status.DRAFT), (0.5, Status.APPROVED)):
        monkeypatch.setattr(review_state, "still", lambda project, still=still: still)
        press(test, "Approve")
        assert statuses(db, ids[:1]) == [first]
        assert any(said.value == review_words.HASTY for said in test.text) == (first is Status.DRAFT)


def test_a_click_right_behind_a_field_that_was_left_counts(
    db: Database, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ids = fill(db)
    test = opened(open_page)
    press(test, "Edit")
    test.text_area(key=f"review-edit-{ids[0]}-response").set_value("It is green and blue.").run()
    monkeypatch.setattr(review_moves, "HELD", 5.0)
    monkeypatch.setattr(review_moves, "TOO_QUICK", 5.0)
    monkeypatch.setattr(review_state, "on_screen", lambda project, example_id: 10.0)
    test.session_state["review-1"].pop("last_drawn", None)  # the key before was long ago
    test.text_area(key=f"review-edit-{ids[0]}-response").set_value("It is green.").run()
    press(test, "Approve")
    assert row_of(db, ids[0]).status is Status.APPROVED
    assert row_of(db, ids[0]).training.response == "It is green."
