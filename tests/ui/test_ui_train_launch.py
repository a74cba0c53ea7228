"""The form before a launch: what it costs, what stops it, what has to be said yes to, and the settings in three depths."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation
from ftcore.records import Endpoint, Job, JobState, Problem, Severity, Status
from ftcore.store import endpoints, examples, imports, jobs, problems, projects
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.store.schema import endpoints as endpoint_table
from ftcore.store.schema import examples as example_table
from ftcore.trainer import library, starter
from ftcore.training.launch import launch
from ftcore.training.outlook import load_of, look
from ftcore.training.settings import Care
from ftcore.workspace import open_workspace
from tests.training.launching import MODEL, paid
from tests.ui.journeys import HOSTILE, Journey, begin, listening


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch, db: Database) -> Iterator[str]:
    monkeypatch.setattr(starter, "is_ready", lambda: True)
    with listening() as address:
        open_workspace().trainer_address.write_text(address)
        yield address


def form() -> None:
    from ftcore.store import jobs as known
    from ftcore.ui import page, session
    from ftcore.ui.train import launch_form

    project = page.header("train")
    with session.db().read() as c:
        past = known.of_project(c, project.id)
    launch_form.draw(project, past)


def open_form() -> AppTest:
    test = AppTest.from_function(form, default_timeout=30).run()
    assert not test.exception
    return test


def there(test: AppTest, name: str = "cloud", model: str = MODEL) -> AppTest:
    """Chooses an endpoint and its base model."""
    test.selectbox(key="endpoint").set_value(name).run()
    chosen = next(one for one in (*test.selectbox, *test.text_input) if str(one.key).startswith("base-model-"))
    chosen.set_value(model).run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    kinds = (test.text, test.error, test.warning, test.caption, test.markdown)
    return "\n".join(element.value for kind in kinds for element in kind).replace("\\", "").replace("\u2060", "")


def facts(test: AppTest) -> str:
    return test.table[0].value.to_string().replace("\\", "").replace("\u2060", "")


def many(db: Database, **numbers: int) -> Journey:
    return begin(db, **{"train": 60, "validation": 6, "test": 30, **numbers})


def start(test: AppTest) -> AppTest:
    test.button(key="start-training").click().run()
    assert not test.exception
    return test


def launched(db: Database, journey: Journey) -> list[Job]:
    with db.read() as c:
        return jobs.of_project(c, journey.project_id)


def test_here_it_stays_calm_no_box_to_tick_and_nothing_to_pay(db: Database, trainer: str) -> None:
    begin(db).endpoint(trainer)  # 24 training rows: few, which is said and stops nothing
    test = open_form()
    assert len(test.checkbox) == 0
    assert "24 training examples: gains are usually seen from 50 on." in said(test)
    assert test.button(key="start-training").label.replace("\\", "") == "Start training: $0"
    assert not test.button(key="start-training").disabled
    assert "This month" not in facts(test)


def test_elsewhere_it_says_the_price_its_source_and_what_pressing_does(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    paid(db, usd=100, job_usd=10, month_usd=50)
    test = there(open_form())
    shown = facts(test)
    assert "$100.00 for a million tokens, from the provider's own page, read 2026-11-20" in shown
    assert "Not known: the first job there will show" in shown
    assert "$0.00 of your $50.00 limit spent at cloud" in shown
    assert "counts them in its own way, 10% fewer to 35% more" in said(test)
    start(test)
    (job,) = launched(db, journey)
    low, high = job.cost_low or 0, job.cost_high or 0
    assert f"${low:,.2f} to ${high:,.2f}" in shown


def test_the_question_before_the_button_names_rows_place_money_and_limit(db: Database, trainer: str) -> None:
    many(db).endpoint(trainer)
    paid(db, usd=100, job_usd=10)
    test = there(open_form())
    asked = next(line for line in said(test).splitlines() if line.startswith("Send "))
    assert asked.startswith("Send 66 examples to cloud and spend $")
    assert asked.endswith("? It won't start above your $10.00 limit.")


def test_time_is_told_once_a_job_there_has_shown_it(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    cloud = paid(db, usd=100)
    job = launch(db, journey.project_id, cloud, base_model=MODEL, who="t")
    with db.write() as c:
        begun = jobs.get(c, job.id).created_at
        assert begun is not None
        ended = {"started_at": begun + timedelta(seconds=60), "finished_at": begun + timedelta(seconds=360)}
        values = {"state": JobState.SUCCEEDED, "remote_id": "ftjob-1", "trained_tokens": job.estimated_tokens}
        jobs.change(c, job.id, **values, **ended)
    test = there(open_form())
    assert "4 to 12 minutes, as its last job took" in facts(test)
    assert f"${job.rate * job.estimated_tokens / 1e6:,.2f} spent at cloud" in facts(test)  # type: ignore[operator]


def test_each_warning_has_its_own_box_and_all_of_them_open_the_button(db: Database, trainer: str) -> None:
    journey = begin(db)
    journey.endpoint(trainer)
    paid(db, usd=None)
    test = there(open_form(), model="llama")
    assert len(test.checkbox) == 2
    labels = [box.label.replace("\\", "") for box in test.checkbox]
    assert any("24 training examples" in label for label in labels)
    assert any("is not known, so neither is what this will cost" in label for label in labels)
    assert test.button(key="start-training").disabled
    test.checkbox[0].check().run()
    assert test.button(key="start-training").disabled
    test.checkbox[1].check().run()
    assert not test.button(key="start-training").disabled
    start(test)
    (job,) = launched(db, journey)
    with db.read() as c:
        assert len(jobs.events(c, job.id)) == 2


def test_a_budget_stops_it_before_anything_is_written(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    cloud = paid(db, usd=100)
    test = there(open_form())
    assert not test.button(key="start-training").disabled
    test.number_input(key=f"budget-{cloud.id}").set_value(0.01).run()
    assert "It won't start above your $0.01 budget for this launch" in test.error[0].value.replace("\\", "")
    assert test.button(key="start-training").disabled
    assert launched(db, journey) == []


def test_a_months_limit_that_another_tab_has_used_up_stops_the_click(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    with db.write() as c:
        other = projects.create(c, "Other")
    cloud = paid(db, usd=100)
    with db.read() as c:
        outlook = look(c, db.path.parent, load_of(c, journey.project_id), cloud, MODEL)
    assert outlook.estimate.cost is not None
    high = outlook.estimate.cost[1]
    _limit(db, cloud, month_usd=high * 1.5)
    test = AppTest.from_function(form, default_timeout=30)
    test.query_params["project"] = str(journey.project_id)
    test = there(test.run())
    assert not test.button(key="start-training").disabled
    copied = Journey(db, other.id)
    _same_rows(db, journey, copied)
    launch(db, copied.project_id, cloud, base_model=MODEL, who="t")
    start(test)
    assert launched(db, journey) == []
    assert any("limit for a month" in toast.value.replace("\\", "") for toast in test.toast)


def _limit(db: Database, endpoint: Endpoint, **limits: float) -> None:
    with db.write() as c:
        c.execute(endpoint_table.update().where(endpoint_table.c.id == endpoint.id).values(limits=limits))


def _same_rows(db: Database, of: Journey, into: Journey) -> None:
    with db.write() as c:
        rows = [NewExample(row.training, row.split) for row in examples.every(c, of.project_id)]
        begun = imports.start(c, into.project_id, file_name="t.csv", sha256="", shape="columns", who="DK")
        imports.finish(c, begun, accepted=len(rows), rejected=[])
        examples.add(c, into.project_id, rows, import_id=begun, source="t.csv", who="DK")
        ids = examples.ids_of_import(c, begun)
    curation.decide(db, into.project_id, ids, Status.APPROVED, who="DK")


def test_careful_normal_and_thorough_are_said_in_passes_and_travel_with_the_job(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    test = open_form()
    test.segmented_control(key="depth").set_value("Simple").run()
    assert test.radio(key="care").options == ["Careful", "Normal", "Thorough"]
    test.radio(key="care").set_value(Care.CAREFUL).run()
    start(test)
    (job,) = launched(db, journey)
    assert job.hyperparameters == {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5}


def test_a_size_series_says_what_it_comes_to_and_is_one_group(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    test = open_form()
    test.segmented_control(key="depth").set_value("Everything").run()
    test.segmented_control(key="many").set_value("Three sizes").run()
    assert not test.exception
    assert "in 3 trainings" in facts(test)
    assert list(test.dataframe[0].value["Examples"]) == ["15", "30", "60"]
    assert test.button(key="start-training").label.replace("\\", "") == "Start 3 trainings: $0"
    start(test)
    found = launched(db, journey)
    assert sorted(job.share for job in found) == [0.25, 0.5, 1.0]
    assert len({job.group for job in found}) == 1


def test_several_seeds_are_launched_together(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    test = open_form()
    test.segmented_control(key="depth").set_value("Everything").run()
    test.segmented_control(key="many").set_value("Several seeds").run()
    test.number_input(key="seeds").set_value(2).run()
    start(test)
    assert sorted(job.seed for job in launched(db, journey)) == [0, 1]


def test_pairs_are_offered_only_when_there_are_some_with_their_number(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    test = open_form()
    test.segmented_control(key="depth").set_value("Everything").run()
    assert "method" not in {radio.key for radio in test.radio}
    with db.write() as c:
        ids = examples.ids(c, journey.project_id)[:12]
        c.execute(example_table.update().where(example_table.c.id.in_(ids)).values(worse="No."))
        projects.touch(c, journey.project_id)
    test = open_form()
    test.segmented_control(key="depth").set_value("Everything").run()
    assert test.radio(key="method").options[1] == "Better and worse answers (12 pairs)"
    test.radio(key="method").set_value("dpo").run()
    test.number_input(key="beta").set_value(0.3).run()
    assert "12 pairs of answers to learn from" in facts(test)
    start(test)
    (job,) = launched(db, journey)
    assert (job.method, job.hyperparameters) == ("dpo", {"beta": 0.3})


def test_without_watching_the_validation_rows_stay_here(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    test = open_form()
    test.segmented_control(key="depth").set_value("Everything").run()
    assert "6 to watch the learning" in facts(test)
    test.toggle(key="validation").set_value(False).run()
    assert "to watch the learning" not in facts(test)


def test_a_suffix_that_cannot_be_one_says_what_may_be_in_it(db: Database, trainer: str) -> None:
    many(db).endpoint(trainer)
    test = open_form()
    test.segmented_control(key="depth").set_value("Everything").run()
    test.text_input(key="suffix").set_value("two words").run()
    assert "letters a to z, digits and - only" in test.error[0].value.replace("\\", "")
    assert test.button(key="start-training").disabled


def test_models_on_this_computers_shelf_can_be_chosen(
    db: Database, trainer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    shelf = [library.Base(name, open_workspace().root) for name in (starter.NAME, "our-own")]
    monkeypatch.setattr(library, "usable", lambda: shelf)
    test = open_form()
    test.selectbox(key="base-model-local").set_value("our-own").run()
    start(test)
    assert launched(db, journey)[0].base_model == "our-own"


def test_what_an_endpoint_is_known_to_offer_is_offered_and_another_name_may_be_typed(
    db: Database, trainer: str
) -> None:
    many(db).endpoint(trainer)
    cloud = paid(db, usd=1)
    with db.write() as c:
        found = [{"what": "models", "ok": True, "sentence": "x", "models": [MODEL, "ft:x:y", HOSTILE]}]
        c.execute(endpoint_table.update().where(endpoint_table.c.id == cloud.id).values(findings=found))
        assert endpoints.get(c, cloud.id).findings == found
    test = open_form()
    test.selectbox(key="endpoint").set_value("cloud").run()
    box = test.selectbox(key=f"base-model-{cloud.id}")
    assert box.options == [MODEL, HOSTILE]
    box.set_value(HOSTILE).run()
    assert not test.exception
    assert "![x](" not in "\n".join([*(box.label for box in test.checkbox), *(one.value for one in test.markdown)])


def test_problems_that_nobody_solved_are_counted_and_lead_to_curate(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    paid(db, usd=100)
    with db.write() as c:
        ids = examples.ids(c, journey.project_id)[:3]
        found = Problem("placeholder", Severity.ERROR, "There is a gap to fill.", "response")
        problems.replace(c, journey.project_id, {id_: [found] for id_ in ids})
    test = there(open_form())
    (box,) = test.checkbox
    assert "3 approved rows have a problem that nobody has solved (3 with an error)" in box.label.replace("\\", "")
    assert any(str(button.key).startswith("to-curate-Look at the problems") for button in test.button)
    assert test.button(key="start-training").disabled


def test_before_a_base_model_is_named_it_asks_for_one_and_says_nothing_else_of_money(
    db: Database, trainer: str
) -> None:
    many(db).endpoint(trainer)
    paid(db, usd=100, job_usd=1)
    test = open_form()
    test.selectbox(key="endpoint").set_value("cloud").run()
    assert "Name the base model to train from" in test.info[0].value
    assert "depends on the base model" in facts(test)
    assert len(test.error) == len(test.checkbox) == 0
    assert test.button(key="start-training").disabled


def test_examples_that_changed_after_the_drawing_start_nothing_elsewhere(db: Database, trainer: str) -> None:
    journey = many(db)
    journey.endpoint(trainer)
    paid(db, usd=100)
    test = there(open_form())
    with db.read() as c:
        one = examples.ids(c, journey.project_id)[0]
    curation.decide(db, journey.project_id, [one], Status.REJECTED, who="DK")
    start(test)
    assert launched(db, journey) == []
    assert any("have changed since you looked" in toast.value for toast in test.toast)
    start(test)
    assert len(launched(db, journey)) == 1, "the second press is after a second look"
