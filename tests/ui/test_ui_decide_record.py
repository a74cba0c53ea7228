"""The decision record on the screen: proposed, written as versions, compared, and questioned by new evidence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.decision import load
from ftcore.journey import deciding
from ftcore.records import Action
from ftcore.store import decision_records, decisions, projects
from ftcore.store.database import Database
from ftcore.ui import sidebar
from ftcore.ui.decide import decide_mode, decide_state, decide_versions
from ftcore.ui.decide.decide_record import months_later
from tests.ui.journeys import HOSTILE, begin

Open = Callable[..., AppTest]


@pytest.fixture
def project_id(db: Database) -> int:
    with db.write() as c:
        projects.remember_person(c, "DK")
        made = projects.create(c, "Tickets").id
    decide_state.answer(db, made, "best_base_model", "no", who="DK")
    return made


def open_record(open_page: Open) -> AppTest:
    return open_page("decide", decide=decide_mode.RECORD)


def go(test: AppTest, mode: str) -> None:
    test.segmented_control(key=decide_mode.MODE).set_value(mode).run()
    assert not test.exception


def record(db: Database, project_id: int, **changes: str) -> int:
    said = {"choice": "try_better_model", "why": "Cheap.", "review_on": "2199-01-01", "who": "DK", **changes}
    return deciding.record(db, project_id, load(), **said)[0].number  # type: ignore[arg-type]


def versions(db: Database, project_id: int) -> list[int]:
    with db.read() as c:
        return [one.number for one in decision_records.of_project(c, project_id)]


def said(test: AppTest) -> str:
    boxes = (*test.markdown, *test.text, *test.caption, *test.warning, *test.info)
    return "\n".join(one.value for one in boxes).replace("\\", "")


def test_the_advice_is_proposed_and_the_review_in_three_months(project_id: int, open_page: Open) -> None:
    test = open_record(open_page)
    assert not test.exception
    choice = test.selectbox(key=f"decision-choice-{project_id}")
    assert choice.value == "try_better_model"
    assert "Try a stronger model (as advised)" in choice.options
    assert test.text_input(key=f"decision-by-{project_id}").value == "DK"
    assert test.date_input(key=f"decision-review-{project_id}").value == months_later(date.today(), 3)


def test_what_is_proposed_follows_the_advice_until_somebody_chooses(project_id: int, open_page: Open) -> None:
    test = open_record(open_page)
    assert test.selectbox(key=f"decision-choice-{project_id}").value == "try_better_model"
    go(test, decide_mode.QUESTIONS)
    test.session_state["question"] = "best_base_model"
    test.run()
    test.radio(key=f"reply-{project_id}-best_base_model").set_value("yes").run()
    go(test, decide_mode.RECORD)
    assert test.selectbox(key=f"decision-choice-{project_id}").value == "measure_first"
    test.selectbox(key=f"decision-choice-{project_id}").set_value("use_rag").run()
    test.text_input(key=f"decision-by-{project_id}").set_value("The board").run()
    go(test, decide_mode.QUESTIONS)
    test.radio(key=f"reply-{project_id}-best_base_model").set_value("no").run()
    go(test, decide_mode.RECORD)
    assert test.selectbox(key=f"decision-choice-{project_id}").value == "use_rag"
    assert test.text_input(key=f"decision-by-{project_id}").value == "The board"


def test_a_project_that_nobody_named_is_named_where_it_is_recorded(db: Database, open_page: Open) -> None:
    with db.write() as c:
        made = projects.create(c, sidebar.UNNAMED).id
    test = open_record(open_page)
    test.text_input(key=f"decision-name-{made}").set_value(f" Letters {HOSTILE} ").run()
    assert not test.exception
    with db.read() as c:
        assert projects.get(c, made).name == f"Letters {HOSTILE}"
    assert not [one for one in test.text_input if one.key == f"decision-name-{made}"]


def test_recording_writes_a_version_and_keeps_the_decision(db: Database, project_id: int, open_page: Open) -> None:
    test = open_record(open_page)
    test.selectbox(key=f"decision-choice-{project_id}").set_value("improve_prompt")
    test.text_area(key=f"decision-note-{project_id}").set_value(f"We try it. {HOSTILE}")
    test.text_input(key=f"decision-by-{project_id}").set_value("The board")
    test.date_input(key=f"decision-review-{project_id}").set_value(date(2199, 2, 3))
    test.button(key="record-decision").click().run()
    assert not test.exception
    assert any("Recorded as version 1" in toast.value for toast in test.toast)
    with db.read() as c:
        kept, standing = decision_records.latest(c, project_id), decisions.latest(c, project_id)
    assert kept is not None
    assert standing is not None
    assert (standing.choice, standing.review_on) == ("improve_prompt", "2199-02-03")
    assert kept.document["decided"] == {
        "choice": "improve_prompt",
        "name": "Improve the prompt",
        "why": f"We try it. {HOSTILE}",
        "by": "The board",
    }
    assert kept.document["recommendation"]["action"] == "try_better_model"
    assert "by The board: Improve the prompt" in said(test)


def test_recording_the_same_again_writes_nothing(db: Database, project_id: int, open_page: Open) -> None:
    test = open_record(open_page)
    test.button(key="record-decision").click().run()
    test.button(key="record-decision").click().run()
    assert not test.exception
    assert versions(db, project_id) == [1]
    assert any("Nothing has changed since version 1" in toast.value for toast in test.toast)


def test_any_two_versions_are_compared_in_sentences(db: Database, project_id: int, open_page: Open) -> None:
    record(db, project_id)
    decide_state.answer(db, project_id, "best_base_model", "yes", who="EM")
    record(db, project_id, choice="measure_first", why=HOSTILE)
    decide_state.tick(db, project_id, "following_hype", True, who="EM")
    record(db, project_id, choice="measure_first", why=HOSTILE)
    test = open_record(open_page)
    assert not test.exception
    assert "What changed from version 2 to version 3" in said(test)
    assert "New reason: “Because others do it”." in said(test)
    test.selectbox(key=f"decision-shown-{project_id}").set_value(2).run()
    test.selectbox(key=f"decision-older-{project_id}").set_value(1).run()
    assert not test.exception
    assert "What changed from version 1 to version 2" in said(test)
    assert "Best model tried: “no” became “yes”." in said(test)
    assert not any("![x](" in one.value for one in test.markdown)


def test_a_version_never_changes_whatever_comes_after(db: Database, project_id: int) -> None:
    record(db, project_id)
    with db.read() as c:
        first = decision_records.latest(c, project_id)
    decide_state.answer(db, project_id, "best_base_model", "yes", who="EM")
    record(db, project_id, choice="use_rag")
    with db.read() as c:
        assert decision_records.of_project(c, project_id)[-1] == first


def test_of_very_many_versions_the_newest_are_listed(db: Database, project_id: int, open_page: Open) -> None:
    for number in range(104):
        record(db, project_id, why=f"Reason {number}.")
    test = open_record(open_page)
    assert not test.exception
    assert (
        "These are the 10 newest of 104. The 100 newest are in the list below. The command tuneworthy decide"
        in said(test)
    )
    assert len(test.selectbox(key=f"decision-shown-{project_id}").options) == 100


def test_evidence_that_changes_the_advice_of_a_record_is_told(db: Database, open_page: Open) -> None:
    journey = begin(db, train=60, test=30)
    ready = {
        "best_base_model": "yes",
        "prompt_optimized": "yes",
        "rag_would_solve": "no",
        "high_volume_narrow": "yes",
        "quality_training_data": "no",
    }
    decide_state.fill(db, journey.project_id, ready, ("format_reliability",), who="DK")  # type: ignore[arg-type]
    record(db, journey.project_id, choice="collect_data")
    assert "Since version 1" not in said(open_record(open_page))
    decide_state.attach(db, journey.project_id, "quality_training_data", ["checks"], (), who="DK")
    found = decide_state.read(db, journey.project_id)
    assert found.advice.action is Action.FINE_TUNE
    test = open_record(open_page)
    assert "Since version 1, evidence has changed the advice" in said(test)
    assert "The case against" in said(test)
    record(db, journey.project_id, choice="fine_tune")
    decide_state.attach(db, journey.project_id, "quality_training_data", [], ["checks"], who="DK")
    told = said(open_record(open_page))
    assert "Version 2 rests on measurements that are not in this project." in told
    assert "has changed the advice" not in told


def test_a_review_that_is_due_is_told(db: Database, project_id: int, open_page: Open) -> None:
    record(db, project_id, review_on=(date.today() - timedelta(days=1)).isoformat())
    test = open_record(open_page)
    assert "The review of version 1 was due" in said(test)
    assert test.date_input(key=f"decision-review-{project_id}").value > date.today()


def test_a_record_of_a_run_names_its_ways_and_examples(db: Database) -> None:
    journey = begin(db)
    run = journey.run()
    decide_state.answer(db, journey.project_id, "best_base_model", "no", who="DK")
    record(db, journey.project_id)
    with db.read() as c:
        kept = decision_records.latest(c, journey.project_id)
    assert kept is not None
    measured = [one for one in kept.document["evidence"] if one["measured"]]
    assert {one["run"] for one in measured} == {run.id}
    assert all(len(one["arms"]) == 64 and len(one["snapshot"]) == 64 for one in measured)
    assert all(one["practice"] and one["comparison"]["n"] == 30 for one in measured)


def test_the_files_of_a_version_hold_hostile_texts_harmlessly(db: Database, project_id: int) -> None:
    record(db, project_id, why=HOSTILE)
    with db.read() as c:
        kept = decision_records.latest(c, project_id)
    assert kept is not None
    text = decide_versions.file_of(kept, "md")().decode()
    assert "![x](" not in text
    assert "<b>" not in text
    document = json.loads(decide_versions.file_of(kept, "json")())
    assert (document["number"], document["sha256"]) == (1, kept.digest)
    assert document["decided"]["why"] == HOSTILE


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 11, 28), date(2027, 2, 28)),
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2026, 1, 31), date(2026, 4, 30)),
        (date(2026, 12, 1), date(2027, 3, 1)),
    ],
)
def test_three_months_later_is_a_day_that_exists(day: date, later: date) -> None:
    assert months_later(day, 3) == later
