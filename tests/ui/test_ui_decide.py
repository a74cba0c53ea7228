"""Decide: five questions one at a time, the reasons, and the advice that follows from them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.decision.framework import BAD_REASONS, GOOD_REASONS, QUESTIONS
from ftcore.records import Action
from ftcore.store import decisions, projects
from ftcore.store.database import Database
from ftcore.ui.decide import decide_mode, decide_state

Open = Callable[..., AppTest]
ALL_GOOD = {
    "best_base_model": "yes",
    "prompt_optimized": "yes",
    "rag_would_solve": "no",
    "high_volume_narrow": "yes",
    "quality_training_data": "yes",
}


@pytest.fixture
def project_id(db: Database) -> int:
    with db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, "Tickets").id


def test_before_any_answer_it_says_how_long_it_takes(project_id: int, open_page: Open) -> None:
    test = open_page("decide")
    assert not test.exception
    assert any("about ten minutes" in m.value for m in test.markdown)
    assert any("0 of 5 answered" in m.value for m in test.markdown)


def test_the_five_answers_are_saved_one_after_the_other_and_lead_to_advice(
    db: Database, project_id: int, open_page: Open
) -> None:
    test = open_page("decide")
    for key in QUESTIONS:
        test.radio(key=f"reply-{project_id}-{key}").set_value(ALL_GOOD[key])
        test.button(key="save-answer").click().run()
        assert not test.exception
    with db.read() as c:
        kept = decisions.latest(c, project_id)
    assert kept is not None
    assert kept.answers == ALL_GOOD
    assert kept.who == "DK"
    assert kept.recommendation["action"] == Action.FINE_TUNE
    assert any("5 of 5 answered" in m.value for m in test.markdown)
    (said,) = [m.value.replace("\\", "") for m in test.markdown if "All five are answered." in m.value]
    assert kept.recommendation["headline"] in said


def test_a_saved_decision_is_shown_again_after_a_reload(db: Database, project_id: int, open_page: Open) -> None:
    decide_state.answer(db, project_id, "rag_would_solve", "yes", who="DK")
    decide_state.tick(db, project_id, "adding_knowledge", True, who="DK")
    test = open_page("decide")
    assert not test.exception
    assert test.checkbox(key=f"reason-{project_id}-adding_knowledge").value is True
    test.session_state["question"] = "rag_would_solve"
    test.run()
    assert test.radio(key=f"reply-{project_id}-rag_would_solve").value == "yes"


def test_a_tick_is_saved_at_once_and_taken_off_again(db: Database, project_id: int, open_page: Open) -> None:
    test = open_page("decide")
    for reason in (*GOOD_REASONS, *BAD_REASONS):
        test.checkbox(key=f"reason-{project_id}-{reason}").check()
    test.run()
    assert not test.exception
    assert set(decide_state.read(db, project_id).reasons) == {*GOOD_REASONS, *BAD_REASONS}
    test.checkbox(key=f"reason-{project_id}-following_hype").uncheck().run()
    assert "following_hype" not in decide_state.read(db, project_id).reasons


def test_saving_without_an_answer_keeps_nothing(db: Database, project_id: int, open_page: Open) -> None:
    test = open_page("decide")
    test.button(key="save-answer").click().run()
    assert not test.exception
    with db.read() as c:
        assert decisions.latest(c, project_id) is None


def test_a_choice_is_kept_when_another_question_is_opened(db: Database, project_id: int, open_page: Open) -> None:
    test = open_page("decide")
    test.radio(key=f"reply-{project_id}-best_base_model").set_value("no").run()
    test.session_state["question"] = "prompt_optimized"
    test.run()
    assert not test.exception
    assert decide_state.read(db, project_id).answers == {"best_base_model": "no"}


def test_two_people_answer_different_questions_and_both_stand(db: Database, project_id: int, open_page: Open) -> None:
    one, other = open_page("decide"), open_page("decide")
    one.radio(key=f"reply-{project_id}-best_base_model").set_value("yes")
    other.session_state["question"] = "prompt_optimized"
    other.run()
    other.radio(key=f"reply-{project_id}-prompt_optimized").set_value("no")
    one.button(key="save-answer").click().run()
    other.button(key="save-answer").click().run()
    assert decide_state.read(db, project_id).answers == {"best_base_model": "yes", "prompt_optimized": "no"}


def test_not_sure_shows_how_to_find_out(project_id: int, open_page: Open) -> None:
    test = open_page("decide")
    assert not any("How to find out" in m.value for m in test.markdown)
    test.radio(key=f"reply-{project_id}-best_base_model").set_value("unsure").run()
    assert any("How to find out" in m.value for m in test.markdown)


def test_after_the_fifth_answer_the_way_leads_on_to_the_cost_and_the_record(
    db: Database, project_id: int, open_page: Open
) -> None:
    decide_state.fill(db, project_id, {**ALL_GOOD, "best_base_model": "yes"}, (), who="DK")  # type: ignore[arg-type]
    for key, shows in (("to-pay", f"pay-{project_id}-first-calls-0"), ("to-record", "record-decision")):
        test = open_page("decide")
        test.button(key=key).click().run()
        assert not test.exception
        assert shows in {one.key for one in (*test.button, *test.number_input)}
        assert not test.radio
    decide_state.answer(db, project_id, "best_base_model", "yes", who="DK")
    with db.write() as c:
        projects.create(c, "Not answered yet")
    assert not [one for one in open_page("decide", project="2").button if one.key == "to-pay"]


def test_another_project_begins_at_its_own_question(db: Database, project_id: int, open_page: Open) -> None:
    with db.write() as c:
        other = projects.create(c, "Another").id
    test = open_page("decide", project=str(project_id))
    test.session_state["question"] = "quality_training_data"
    test.run()
    assert test.radio(key=f"reply-{project_id}-quality_training_data")
    test.query_params["project"] = str(other)
    test.run()
    assert test.radio(key=f"reply-{other}-best_base_model")


def test_what_was_decided_is_kept_in_the_record(db: Database, project_id: int, open_page: Open) -> None:
    test = open_page("decide", decide=decide_mode.RECORD)
    test.text_area(key=f"decision-note-{project_id}").set_value("We wait until spring. <b>Really</b>").run()
    assert not test.exception
    assert decide_state.read(db, project_id).note == "We wait until spring. <b>Really</b>"


def test_no_answer_is_coloured_green(project_id: int, open_page: Open) -> None:
    test = open_page("decide")
    assert not any(":green" in m.value for m in test.markdown)
