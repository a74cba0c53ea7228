"""Models: where each comes from, how long it lives, trying it out, and taking it away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.records import Model
from ftcore.store import models, projects, tasks
from ftcore.store.database import Database
from ftcore.store.schema import now
from ftcore.training import registry
from tests.ui.journeys import HOSTILE, MODEL, Journey, begin
from tests.ui.test_ui_train import buttons, said

Open = Callable[..., AppTest]


@pytest.fixture
def journey(db: Database) -> Journey:
    journey = begin(db)
    journey.run()
    return journey


@pytest.fixture
def model(db: Database, journey: Journey) -> Model:
    job = journey.job()
    with db.write() as c:
        models.keep(c, job.endpoint_id, MODEL, base_model=job.base_model, job_id=job.id)
        step = {"kind": "checkpoint", "step": 3, "metrics": {"train_loss": 1.0}}
        models.keep(c, job.endpoint_id, f"{MODEL}:ckpt-step-3", base_model=job.base_model, job_id=job.id, **step)
        return models.of_project(c, journey.project_id, kind="tuned")[0]


def test_without_a_model_the_page_says_where_they_come_from(db: Database, open_page: Open) -> None:
    with db.write() as c:
        projects.create(c, "Empty")
    test = open_page("train", train="Models")
    assert not test.exception
    assert "leaves its model here" in said(test)


def test_a_model_names_its_examples_its_training_and_what_was_measured(model: Model, open_page: Open) -> None:
    test = open_page("train", train="Models")
    assert not test.exception
    told = test.table[0].value.to_string()
    for part in ("24 examples", "smollm2", "Seed 0", "48 seconds", "step 3"):
        assert part in told, told


def test_a_note_is_kept_with_the_model(db: Database, model: Model, open_page: Open) -> None:
    test = open_page("train", train="Models")
    test.text_area(key=f"model-note-{model.id}").set_value(f"For the shop. {HOSTILE}").run()
    assert not test.exception
    with db.read() as c:
        assert models.get(c, model.id).note == f"For the shop. {HOSTILE}"


def test_a_model_that_ends_soon_says_in_how_many_days(db: Database, model: Model, open_page: Open) -> None:
    with db.write() as c:
        models.change(c, model.id, shutdown_date=(date.today() + timedelta(days=52)).isoformat())
    test = open_page("train", train="Models")
    assert any("stops answering in 52 days" in told.value for told in test.warning)


def test_a_model_that_is_gone_keeps_its_history_and_is_not_asked(db: Database, model: Model, open_page: Open) -> None:
    with db.write() as c:
        models.change(c, model.id, gone_at=now())
    test = open_page("train", train="Models")
    assert any("Its history stays here" in told.value for told in test.warning)
    assert "try-ask" not in buttons(test)


def test_deleting_asks_once_and_is_done_by_the_worker(db: Database, model: Model, open_page: Open) -> None:
    test = open_page("train", train="Models")
    test.button(key=f"model-away-{model.id}-there").click().run()
    with db.read() as c:
        assert tasks.last(c, 1, registry.DELETE) is None
    test.button(key=f"model-away-{model.id}-yes").click().run()
    assert not test.exception
    with db.read() as c:
        task = tasks.last(c, 1, registry.DELETE)
    assert task is not None
    assert task.payload == {"model_id": model.id}


def test_a_model_taken_off_the_list_takes_its_checkpoints_with_it(db: Database, model: Model, open_page: Open) -> None:
    test = open_page("train", train="Models")
    test.button(key=f"model-away-{model.id}-here").click().run()
    test.button(key=f"model-away-{model.id}-yes").click().run()
    assert not test.exception
    assert "No models yet" in said(test)
    with db.read() as c:
        assert models.of_project(c, 1) == []


def test_a_test_example_goes_into_the_box_with_its_own_answer(model: Model, open_page: Open) -> None:
    test = open_page("train", train="Models")
    test.button(key="try-example").click().run()
    assert not test.exception
    assert test.text_area(key="try-question").value.startswith("Ticket 30")
    assert any("category" in code.value for code in test.code)
    first = test.text_area(key="try-question").value
    test.button(key="try-example").click().run()
    assert test.text_area(key="try-question").value != first


def test_a_server_that_is_away_is_told_in_words_on_both_sides(model: Model, open_page: Open) -> None:
    test = open_page("train", train="Models")
    test.text_area(key="try-question").set_value("My tent is torn").run()
    test.button(key="try-ask").click().run()
    assert not test.exception
    assert [error.value.startswith("The server cannot be reached") for error in test.error] == [True, True]
