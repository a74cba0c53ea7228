"""How an answer is known: notes, links, follow-ups and evidence of the project, kept as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.decision import load
from ftcore.journey import deciding
from ftcore.records import Action
from ftcore.store import decisions, preferences, projects, runs
from ftcore.store.database import Database
from ftcore.ui.decide import decide_form, decide_state
from tests.ui.journeys import HOSTILE, begin

Open = Callable[..., AppTest]


@pytest.fixture
def project_id(db: Database) -> int:
    with db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, "Tickets").id


def at(question: str, open_page: Open) -> AppTest:
    test = open_page("decide")
    test.session_state["question"] = question
    return test.run()


def texts(test: AppTest) -> list[str]:
    return [one.value for one in (*test.markdown, *test.text, *test.caption)]


def test_follow_ups_come_after_not_sure_only(project_id: int, open_page: Open) -> None:
    test = at("high_volume_narrow", open_page)
    assert not test.number_input
    test.radio(key=f"reply-{project_id}-high_volume_narrow").set_value("unsure").run()
    assert not test.exception
    assert test.number_input(key=f"detail-{project_id}-calls_a_month").value is None
    test.radio(key=f"reply-{project_id}-high_volume_narrow").set_value("yes").run()
    assert not test.number_input


def test_a_follow_up_is_kept_as_soon_as_it_is_answered(db: Database, project_id: int, open_page: Open) -> None:
    decide_state.answer(db, project_id, "high_volume_narrow", "unsure", who="DK")
    test = at("high_volume_narrow", open_page)
    test.number_input(key=f"detail-{project_id}-calls_a_month").set_value(8000).run()
    test.number_input(key=f"detail-{project_id}-error_cost").set_value(2.5).run()
    test.selectbox(key=f"detail-{project_id}-lasts").set_value("years").run()
    assert not test.exception
    found = {"calls_a_month": 8000, "error_cost": 2.5, "lasts": "years"}
    assert decide_state.read(db, project_id).details == found
    again = at("high_volume_narrow", open_page)
    assert again.number_input(key=f"detail-{project_id}-calls_a_month").value == 8000
    assert again.selectbox(key=f"detail-{project_id}-lasts").value == "years"


def test_three_failures_are_pasted_one_by_one(db: Database, project_id: int, open_page: Open) -> None:
    decide_state.answer(db, project_id, "best_base_model", "unsure", who="DK")
    test = at("best_base_model", open_page)
    test.text_area(key=f"detail-{project_id}-failures-2").set_value(HOSTILE).run()
    test.text_area(key=f"detail-{project_id}-failures-0").set_value("First").run()
    assert not test.exception
    assert decide_state.read(db, project_id).details["failures"] == ["First", "", HOSTILE]
    test.text_area(key=f"detail-{project_id}-failures-2").set_value(" ").run()
    test.text_area(key=f"detail-{project_id}-failures-0").set_value("").run()
    assert "failures" not in decide_state.read(db, project_id).details


def test_a_note_and_a_link_stand_under_their_answer(db: Database, project_id: int, open_page: Open) -> None:
    decide_state.answer(db, project_id, "best_base_model", "yes", who="DK")
    test = at("best_base_model", open_page)
    test.text_area(key=f"known-{project_id}-best_base_model-note").set_value(HOSTILE).run()
    test.text_input(key=f"known-{project_id}-best_base_model-link").set_value("https://wiki.example/a").run()
    assert not test.exception
    known = decide_state.read(db, project_id).known["best_base_model"]
    assert (known["note"], known["link"]) == (HOSTILE, "https://wiki.example/a")
    assert any("a note, a link" in one for one in texts(test))
    assert not any("![x](" in one.value or "<b>i</b>" in one.value for one in test.markdown)


def test_what_is_no_web_address_is_not_kept_and_said_so(db: Database, project_id: int, open_page: Open) -> None:
    decide_state.answer(db, project_id, "best_base_model", "yes", who="DK")
    test = at("best_base_model", open_page)
    test.text_input(key=f"known-{project_id}-best_base_model-link").set_value("javascript:alert(1)").run()
    assert decide_state.read(db, project_id).known == {}
    assert any("no web address" in toast.value for toast in test.toast)


def test_the_checks_are_attached_and_the_answer_is_measured(db: Database, open_page: Open) -> None:
    project_id = begin(db, train=60, test=30).project_id
    decide_state.answer(db, project_id, "quality_training_data", "unsure", who="DK")
    test = at("quality_training_data", open_page)
    assert ":material/chat_bubble: Believed" in badges(test)
    test.multiselect(key=f"known-{project_id}-quality_training_data-attached").set_value(["checks"]).run()
    assert not test.exception
    (evidence,) = decide_state.read(db, project_id).evidence
    assert evidence.measured
    assert "approved" in evidence.claim
    assert evidence.source == "the checks"
    assert evidence.claim in "\n".join(texts(test))
    assert "It was measured: yes. The advice goes by the measurement." in texts(test)


def test_the_volume_is_a_claim_from_the_follow_up(db: Database, project_id: int, open_page: Open) -> None:
    decide_state.answer(db, project_id, "high_volume_narrow", "yes", who="DK")
    decide_state.detail(db, project_id, "calls_a_month", 8000, who="DK")
    test = at("high_volume_narrow", open_page)
    test.multiselect(key=f"known-{project_id}-high_volume_narrow-attached").set_value(["volume"]).run()
    assert not test.exception
    (evidence,) = decide_state.read(db, project_id).evidence
    assert (evidence.claim, evidence.measured) == ("8,000 questions a month.", False)


def test_a_run_that_speaks_to_a_question_can_be_attached(db: Database, open_page: Open) -> None:
    journey = begin(db)
    run = journey.run()
    decide_state.answer(db, journey.project_id, "prompt_optimized", "yes", who="DK")
    test = at("prompt_optimized", open_page)
    offered = test.multiselect(key=f"known-{journey.project_id}-prompt_optimized-attached")
    assert any(f"run {run.id}" in one for one in offered.options)
    offered.set_value([f"run:{run.id}"]).run()
    assert not test.exception
    found = decide_state.read(db, journey.project_id)
    assert {item.source for item in found.about("prompt_optimized")} == {f"run {run.id}"}
    assert len(set(found.evidence)) == len(found.evidence)


def test_a_trial_that_speaks_to_a_question_can_be_attached_and_recorded(db: Database, open_page: Open) -> None:
    journey = begin(db)
    run = journey.run()
    with db.write() as c:
        runs.change(c, run.id, settings={**run.settings, "trial": "prompt_optimized"})
    decide_state.answer(db, journey.project_id, "prompt_optimized", "unsure", who="DK")
    test = at("prompt_optimized", open_page)
    offered = test.multiselect(key=f"known-{journey.project_id}-prompt_optimized-attached")
    assert any(one.startswith(f"Trial, run {run.id}: ") for one in offered.options)
    offered.set_value([f"run:{run.id}"]).run()
    assert not test.exception
    (evidence,) = decide_state.read(db, journey.project_id).about("prompt_optimized")
    assert evidence.source == f"trial, run {run.id}"
    said = {"choice": "measure_first", "why": "", "review_on": "", "who": "DK"}
    kept, _ = deciding.record(db, journey.project_id, load(), **said)
    assert [one["run"] for one in kept.document["evidence"]] == [run.id]


def test_a_name_of_what_is_gone_is_told_and_counts_for_nothing(db: Database, project_id: int, open_page: Open) -> None:
    decide_state.answer(db, project_id, "prompt_optimized", "yes", who="DK")
    names = ["run:99", "run:99999999999999999999", "soup"]
    decide_state.attach(db, project_id, "prompt_optimized", names, (), who="DK")
    test = at("prompt_optimized", open_page)
    assert not test.exception
    assert "run:99: no longer in this project" in texts(test)
    assert decide_state.read(db, project_id).evidence == ()


def test_what_an_answer_rests_on_stands_beside_it(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.run()
    test = at("quality_training_data", open_page)
    assert any("Measured on the practice model" in one for one in badges(test))
    decide_state.answer(db, journey.project_id, "prompt_optimized", "yes", who="DK")
    test = at("prompt_optimized", open_page)
    assert ":material/chat_bubble: Believed" in badges(test)


def test_two_people_at_one_question_and_its_follow_up_lose_nothing(db: Database, project_id: int) -> None:
    def detail(number: int) -> None:
        decide_state.detail(db, project_id, f"d{number}", number, who="DK")

    def know(number: int) -> None:
        decide_state.know(db, project_id, f"q{number}", "note", str(number), who="DK")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(detail, range(1, 9)))
        list(pool.map(know, range(8)))
    found = decide_state.read(db, project_id)
    assert found.details == {f"d{number}": number for number in range(1, 9)}
    assert len(found.known) == 8


def test_two_tabs_at_one_fold_take_nothing_from_each_other(db: Database, open_page: Open) -> None:
    project_id = begin(db, train=60, test=30).project_id
    decide_state.answer(db, project_id, "best_base_model", "unsure", who="DK")
    decide_state.answer(db, project_id, "high_volume_narrow", "yes", who="DK")
    older, newer = at("best_base_model", open_page), at("best_base_model", open_page)
    newer.text_area(key=f"detail-{project_id}-failures-0").set_value("Theirs").run()
    older.text_area(key=f"detail-{project_id}-failures-1").set_value("Mine").run()
    assert decide_state.read(db, project_id).details["failures"] == ["Theirs", "Mine"]
    decide_state.answer(db, project_id, "quality_training_data", "yes", who="DK")
    older = at("quality_training_data", open_page)
    decide_state.attach(db, project_id, "quality_training_data", ["run:1"], (), who="FK")
    older.run()
    chosen = older.multiselect(key=f"known-{project_id}-quality_training_data-attached")
    chosen.set_value(["checks"]).run()
    assert not older.exception
    assert attached(db, project_id) == ["run:1", "checks"]
    chosen.set_value([]).run()
    assert attached(db, project_id) == ["run:1"]


def attached(db: Database, project_id: int) -> list[str]:
    return decide_state.read(db, project_id).known["quality_training_data"]["attached"]


def test_who_attaches_something_to_anothers_note_has_not_written_it(db: Database, project_id: int) -> None:
    decide_state.answer(db, project_id, "quality_training_data", "yes", who="DK")
    decide_state.know(db, project_id, "quality_training_data", "note", "I read them all.", who="DK")
    decide_state.attach(db, project_id, "quality_training_data", ["checks"], (), who="FK")
    assert decide_state.read(db, project_id).known["quality_training_data"]["who"] == "DK"
    decide_state.know(db, project_id, "quality_training_data", "note", "Half of them.", who="FK")
    assert decide_state.read(db, project_id).known["quality_training_data"]["who"] == "FK"


def test_all_at_once_shows_every_question_and_is_remembered(db: Database, project_id: int, open_page: Open) -> None:
    test = open_page("decide")
    test.segmented_control(key=decide_form.MODE).set_value(decide_form.ALL).run()
    assert not test.exception
    assert len(test.radio) == 5
    with db.read() as c:
        assert preferences.get(c, decide_form.PREFERENCE) == decide_form.ALL
    for question in ("best_base_model", "prompt_optimized"):
        test.radio(key=f"reply-{project_id}-{question}").set_value("no")
        test.run()
    assert len(open_page("decide").radio) == 5
    assert decide_state.read(db, project_id).answers == {"best_base_model": "no", "prompt_optimized": "no"}


def test_answers_of_an_unknown_kind_do_not_stop_the_page(db: Database, project_id: int, open_page: Open) -> None:
    advice = decide_state.read(db, project_id).advice
    with db.write() as c:
        decisions.save(
            c,
            project_id,
            answers={"soup": "yes", "best_base_model": "perhaps"},
            reasons=["soup"],
            recommendation=advice,
            who="",
        )
    test = open_page("decide")
    assert not test.exception
    assert decide_state.read(db, project_id).advice.action is Action.MEASURE_FIRST


def badges(test: AppTest) -> list[str]:
    """A badge is drawn as Markdown: `:gray-badge[...]`."""
    return [
        one.value.removeprefix(":gray-badge[").removesuffix("]")
        for one in test.markdown
        if one.value.startswith(":gray-badge[")
    ]
