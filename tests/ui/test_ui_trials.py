"""Try it, on Decide and on Evaluate: what is offered, what is begun, what is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.evaluation.trials import plan_trial
from ftcore.records import Answer, Split
from ftcore.store import endpoints, projects, runs, snapshots, tasks
from ftcore.store.database import Database
from ftcore.store.runs import Run
from ftcore.store.schema import now
from ftcore.ui.decide import trial_panel
from ftcore.ui.decide.decide_form import ALL, CURRENT, MODE
from ftcore.ui.train.local_training import Readiness
from ftcore.worker.evaluate import score_again
from ftcore.workspace import Workspace
from tests.ui.journeys import Journey, begin

Open = Callable[..., AppTest]
QUESTION = "prompt_optimized"


@pytest.fixture(autouse=True)
def ready() -> Any:
    with patch("ftcore.ui.train.launch_place.readiness", return_value=Readiness(True)):
        yield


@pytest.fixture
def journey(db: Database) -> Journey:
    found = begin(db, train=48, validation=4, test=12)
    found.endpoint()
    return found


def asks(open_page: Open, question: str = QUESTION) -> AppTest:
    test = open_page("decide")
    test.session_state[CURRENT] = question
    return test.run()


def finished(journey: Journey, *, helps: bool) -> Run:
    """A trial in which examples in the prompt are right eight times in ten, the others one time in ten."""
    db = journey.db
    with db.read() as c:
        place = endpoints.find(c)
    assert place is not None
    with patch.object(tasks, "put"):
        run = plan_trial(db, journey.project_id, QUESTION, place, "smollm2-135m-instruct", who="DK")
    with db.write() as c:
        for at, row in enumerate(snapshots.rows(c, run.snapshot_id, Split.TEST)):
            for plan in run.arms:
                right = at % 10 < (8 if helps and plan["kind"] == "few_shot" else 1)
                text = row.training.response if right else "No idea."
                said = Answer(str(row.example_id), plan["name"], plan["model"], text)
                runs.keep_call(c, run.id, Split.TEST, f"{at}{plan['name']}", said)
    found = score_again(db, Workspace(db.path.parent), run.id)
    with db.write() as c:
        runs.change(c, run.id, state="done", result=found, finished_at=now())
        return runs.get(c, run.id)


def said(test: AppTest) -> str:
    return " ".join(element.value for element in (*test.markdown, *test.caption, *test.text))


def test_the_prompt_can_be_tried_and_what_it_takes_is_said_before(journey: Journey, open_page: Open) -> None:
    test = asks(open_page)
    assert not test.exception
    told = said(test)
    assert "on 30 of your examples" in told
    assert "free on this computer" in told
    assert "The examples kept for the test stay unseen" in told


def test_one_click_begins_one_trial_and_a_second_no_other(journey: Journey, open_page: Open) -> None:
    test = asks(open_page)
    test.button(key=f"trial-{QUESTION}").click().run()
    assert not test.exception
    with patch("ftcore.ui.session.db", return_value=journey.db):
        place = trial_panel.Place(journey.endpoint(), "smollm2-135m-instruct", Readiness(True))
        trial_panel._start(journey.project_id, QUESTION, place, "")
    with journey.db.read() as c:
        (run,) = runs.trials(c, journey.project_id)
        assert [task.payload for task in tasks.open_tasks(c, journey.project_id)] == [{"run_id": run.id}]
    assert any("of 90 answers" in bar.proto.text for bar in test.get("progress"))


def test_what_was_found_stands_beside_the_question_with_its_stamp(journey: Journey, open_page: Open) -> None:
    finished(journey, helps=True)
    told = said(asks(open_page))
    assert "did better than" in told
    assert "the advice does not change" in told


def test_new_instructions_make_an_old_trial_old(db: Database, journey: Journey, open_page: Open) -> None:
    finished(journey, helps=False)
    assert "The instructions have changed since" not in said(asks(open_page))
    with db.write() as c:
        projects.set_prompts(c, journey.project_id, base="Answer with JSON, and mind the urgency.", tuned="")
    assert "The instructions have changed since" in said(asks(open_page))


def test_the_answers_of_a_trial_can_be_read(journey: Journey, open_page: Open) -> None:
    run = finished(journey, helps=True)
    test = asks(open_page)
    test.session_state[f"trial-answers-{run.id}"] = True
    test.run()
    assert not test.exception
    assert "Where the two differ most: 5 of 30." in said(test)


def test_a_strong_model_needs_a_connection_and_the_page_says_so(journey: Journey, open_page: Open) -> None:
    test = asks(open_page, "best_base_model")
    assert "once there is a connection" in said(test)
    assert not [button for button in test.button if button.key == "trial-best_base_model"]


def test_a_trial_that_failed_says_why_and_can_be_tried_again(journey: Journey, open_page: Open) -> None:
    run = finished(journey, helps=True)
    with journey.db.write() as c:
        runs.change(c, run.id, state="failed", error="The server did not answer.")
    test = asks(open_page)
    assert any("The server did not answer" in warning.value for warning in test.warning)
    assert not test.button(key=f"trial-{QUESTION}").disabled


def test_evaluate_offers_trials_before_there_is_a_model(journey: Journey, open_page: Open) -> None:
    test = open_page("evaluate")
    assert not test.exception
    assert "on 30 of your examples" in said(test)
    assert "There are no documents to look things up in" in said(test)


def test_all_questions_at_once_draw_every_trial(journey: Journey, open_page: Open) -> None:
    with journey.db.write() as c:
        endpoints.add(c, "office", base_url="https://models.example.org/v1", key_source="env:KEY")
    test = open_page("decide")
    test.session_state[MODE] = ALL
    test.run()
    assert not test.exception
    assert all(test.button(key=f"trial-{question}") for question in trial_panel.TRIABLE)
