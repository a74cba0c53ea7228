"""Editing in the review where answers are labels: the known ones to choose from, and a new one that is asked about first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import labels
from ftcore.dataset.intake import take_in
from ftcore.records import Example, Problem, Severity, Status
from ftcore.store import examples, problems, projects
from ftcore.store.database import Database
from ftcore.ui.review import review_moves
from tests.conftest import write_csv
from tests.reviewing import fill

Open = Callable[..., AppTest]
Typed = Callable[[int, str], AppTest]
LOOK = Problem("placeholder", Severity.WARNING, "Something was left to be filled in.", "prompt", 5, 18)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests press faster than anybody reads."""
    monkeypatch.setattr(review_moves, "TOO_QUICK", 0.0)


@pytest.fixture
def ids(db: Database, tmp_path: Path) -> list[int]:
    rows = [("Dear [insert name], where is the parcel that I sent on Monday", "late")]
    rows += [(f"{what} is {how}", how) for what in ("lamp", "stove", "pump", "zip") for how in ("lost", "late", "old")]
    with db.write() as c:
        project = projects.create(c, "Letters")
        projects.remember_person(c, "DK")
    take_in(db, project.id, write_csv(tmp_path / "rows.csv", rows), name="rows.csv", who="DK")
    with db.write() as c:
        ids = examples.ids(c, project.id)
        problems.replace(c, project.id, {id_: [] for id_ in ids[1:]} | {ids[0]: [LOOK]})
    return ids


@pytest.fixture
def typed(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Opens the fields and types a label. The test bench takes nothing that is not in the list, so it is there while it is
    drawn, and not known any more when it is chosen."""

    def type_(example_id: int, label: str) -> AppTest:
        known = labels.known
        with monkeypatch.context() as patched:
            patched.setattr(labels, "known", lambda c, project_id: (*known(c, project_id), label))
            test = _editing(open_page)
        _answer(test, example_id).set_value(label)
        return test

    return type_


def test_the_known_labels_are_a_list_and_one_of_them_is_saved_at_once(
    db: Database, ids: list[int], open_page: Open
) -> None:
    test = _editing(open_page)
    assert _answer(test, ids[0]).options == ["late", "lost", "old"]
    _answer(test, ids[0]).set_value("lost").run()
    assert not test.exception
    assert _row(db, ids[0]).training.response == "lost"
    assert not test.warning


def test_a_new_label_is_asked_about_before_it_is_saved(db: Database, ids: list[int], typed: Typed) -> None:
    test = typed(ids[0], "losst").run()
    assert _row(db, ids[0]).training.response == "late"
    assert "none of the 3 labels" in test.warning[0].value
    assert "“lost”" in test.warning[0].value, "the one that is written most like it"
    for key in ("Approve", "skip", "Edit"):
        test.button(key=f"review-{key}").click().run()
        assert any("new label" in toast.value for toast in test.toast), key
        assert (_row(db, ids[0]).status, _row(db, ids[0]).training.response) == (Status.DRAFT, "late")
    test.button(key=f"label-allow-{ids[0]}").click().run()
    assert not test.exception
    assert _row(db, ids[0]).training.response == "losst"
    assert not test.warning
    test.button(key="review-Approve").click().run()
    assert _row(db, ids[0]).status is Status.APPROVED


def test_instead_of_a_new_label_the_closest_one_is_taken_or_the_old_one_stays(
    db: Database, ids: list[int], typed: Typed
) -> None:
    for key, label in (("back", "late"), ("near", "lost")):
        test = typed(ids[0], "losst").run()
        test.button(key=f"label-{key}-{ids[0]}").click().run()
        assert not test.exception
        assert _row(db, ids[0]).training.response == _answer(test, ids[0]).value == label
        assert not test.warning


def test_what_else_was_typed_is_saved_though_a_new_label_waits(db: Database, ids: list[int], typed: Typed) -> None:
    test = typed(ids[0], "stolen")
    test.text_input(key=f"review-edit-{ids[0]}-note").set_value("Ask Ana").run()
    assert (_row(db, ids[0]).note, _row(db, ids[0]).training.response) == ("Ask Ana", "late")
    assert test.warning


def test_answers_that_are_texts_stay_a_field(db: Database, open_page: Open) -> None:
    _, ids = fill(db)
    test = _editing(open_page)
    assert test.text_area(key=f"review-edit-{ids[0]}-response").value
    with db.read() as c:
        assert labels.known(c, 1) == ()


def test_the_closest_label_is_found_whatever_its_case_and_its_joints() -> None:
    known = ("card_arrival", "lost_or_stolen_card", "top_up_failed")
    assert labels.closest("Card Arrival", known) == "card_arrival"
    assert labels.closest("lost or stolen", known) == "lost_or_stolen_card"
    assert labels.closest("zebra", known) == ""


def _editing(open_page: Open) -> AppTest:
    test = open_page("curate", curate="Review")
    if not any(str(area.key).startswith("review-edit") for area in test.text_area):
        test.button(key="review-Edit").click().run()
    assert not test.exception
    return test


def _answer(test: AppTest, example_id: int):  # type: ignore[no-untyped-def]
    return test.selectbox(key=f"review-edit-{example_id}-response")


def _row(db: Database, example_id: int) -> Example:
    with db.read() as c:
        return examples.get(c, example_id)
