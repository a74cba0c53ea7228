"""Train: what goes where before, progress while it runs, and how the last one ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation
from ftcore.records import Filter, JobState, Metric, Split, Status
from ftcore.store import endpoints, examples, job_files, jobs, projects, tasks
from ftcore.store.database import Database
from ftcore.trainer import starter
from ftcore.workspace import open_workspace
from tests.ui.journeys import HOSTILE, MODEL, begin, listening

Open = Callable[..., AppTest]


@pytest.fixture
def trainer(db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A trainer server that takes connections, with its model there."""
    monkeypatch.setattr(starter, "is_ready", lambda: True)
    with listening() as address:
        open_workspace().trainer_address.write_text(address)
        yield address


def buttons(test: AppTest) -> dict[str, str]:
    return {button.key.split("-Go to")[0]: button.proto.type for button in test.button if button.key}


def said(test: AppTest) -> str:
    kinds = (test.text, test.subheader, test.error, test.warning, test.info, test.caption, test.markdown)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_an_empty_project_says_how_many_examples_it_takes(db: Database, open_page: Open) -> None:
    with db.write() as c:
        projects.create(c, "Empty")
    test = open_page("train")
    assert not test.exception
    assert "Approve at least 10 examples first; 50 is a sensible start." in said(test)
    assert buttons(test)["to-curate"] == "primary"


def test_without_a_trainer_it_says_what_works_and_what_to_do(
    db: Database, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter, "is_ready", lambda: False)
    begin(db)
    test = open_page("train")
    assert not test.exception
    assert test.button(key="start-training").disabled
    assert "practice model is not on this computer yet" in test.warning[-1].value
    assert any(code.value == "make run" for code in test.code)


def test_start_writes_one_job_however_often_it_is_pressed(db: Database, trainer: str, open_page: Open) -> None:
    journey = begin(db)
    journey.endpoint(trainer)
    first, second = open_page("train"), open_page("train")
    for tab in (first, second):  # two tabs that show the same state
        tab.button(key="start-training").click().run()
        assert not tab.exception
    with db.read() as c:
        assert len(jobs.of_project(c, journey.project_id)) == 1
        assert len(tasks.open_tasks(c, journey.project_id, "reconcile")) == 1
    assert "start-training" not in buttons(first)
    assert "Getting the examples ready" in said(first)


def test_the_settings_travel_with_the_job(db: Database, trainer: str, open_page: Open) -> None:
    journey = begin(db)
    journey.endpoint(trainer)
    test = open_page("train")
    assert buttons(test)["start-training"] == "primary"
    test.segmented_control(key="depth").set_value("Everything").run()
    test.number_input(key="epochs").set_value(2)
    test.number_input(key="seed").set_value(7)
    test.number_input(key="batch").set_value(4).run()
    test.button(key="start-training").click().run()
    with db.read() as c:
        job = jobs.of_project(c, journey.project_id)[0]
    assert (job.hyperparameters, job.seed) == ({"n_epochs": 2, "batch_size": 4}, 7)


def test_what_is_sent_is_told_by_split_with_its_price(db: Database, trainer: str, open_page: Open) -> None:
    begin(db).endpoint(trainer)
    told = open_page("train").table[0].value.to_string()
    for part in ("24 examples", "6 to watch", "30 test examples", "This computer", "seconds", r"\$0"):
        assert part in told


def test_a_leak_stands_in_the_way_of_a_launch_and_leads_to_curate(db: Database, trainer: str, open_page: Open) -> None:
    begin(db, leaked=2).endpoint(trainer)
    test = open_page("train")
    assert "2 test questions are in the training rows too" in test.error[0].value
    assert "start-training" not in buttons(test)
    assert buttons(test)["to-curate"] == "primary"


def test_a_running_job_stands_in_the_place_of_the_settings(db: Database, open_page: Open) -> None:
    begin(db).job(JobState.RUNNING, step=3)
    test = open_page("train")
    assert not test.exception
    assert test.subheader[0].value == "Training: step 3 of 6, about 10 seconds left"
    assert "start-training" not in buttons(test)
    assert "It goes on when you close this tab" in said(test)


def test_cancel_asks_once(db: Database, open_page: Open) -> None:
    job = begin(db).job(JobState.RUNNING, step=3)
    test = open_page("train")
    test.button(key=f"cancel-{job.id}").click().run()
    with db.read() as c:
        assert not jobs.get(c, job.id).cancel_requested
    test.button(key=f"cancel-yes-{job.id}").click().run()
    with db.read() as c:
        assert jobs.get(c, job.id).cancel_requested
    assert test.subheader[0].value == "Stopping the training"


def test_a_job_without_an_answer_is_not_asked_for_again(db: Database, open_page: Open) -> None:
    job = begin(db).job(JobState.UNKNOWN, step=0)
    test = open_page("train")
    assert "It may be running, and we will not ask again until we know." in said(test)
    assert "start-training" not in buttons(test)
    test.button(key=f"look-again-{job.id}").click().run()
    assert not test.exception
    with db.read() as c:
        assert len(tasks.open_tasks(c, job.project_id, "reconcile")) == 1
        assert jobs.get(c, job.id).state is JobState.UNKNOWN


def test_whoever_looked_at_the_server_may_end_a_job_without_an_answer(db: Database, open_page: Open) -> None:
    job = begin(db).job(JobState.UNKNOWN, step=0)
    test = open_page("train")
    test.button(key=f"not-started-{job.id}").click().run()
    assert "it would go on and be billed unseen" in said(test)
    with db.read() as c:
        assert jobs.get(c, job.id).state is JobState.UNKNOWN
    test.button(key=f"not-started-yes-{job.id}").click().run()
    assert not test.exception
    with db.read() as c:
        ended = jobs.get(c, job.id)
    assert ended.state is JobState.CANCELLED
    assert "did not start there" in said(test)
    assert "start-training" in buttons(test)


def test_a_break_is_asked_for_and_told_until_the_server_knows(db: Database, open_page: Open) -> None:
    job = begin(db).job(JobState.RUNNING, step=3)
    test = open_page("train")
    test.button(key=f"pause-{job.id}").click().run()
    with db.read() as c:
        assert jobs.get(c, job.id).wish == "pause"
    assert "The server is being asked for a break." in said(test)
    with db.write() as c:
        jobs.change(c, job.id, wish="", state=JobState.PAUSED)
    test = open_page("train")
    assert test.subheader[0].value == "Paused: step 3 of 6"
    test.button(key=f"resume-{job.id}").click().run()
    with db.read() as c:
        assert jobs.get(c, job.id).wish == "resume"


def test_what_the_worker_met_at_the_server_stands_above_the_progress(db: Database, open_page: Open) -> None:
    job = begin(db).job(JobState.PLANNED, step=0, endpoint_id=_away(db))
    assert not any("does not answer" in told.value for told in open_page("train").warning)
    with db.write() as c:
        waiting = tasks.open_tasks(c, job.project_id, "reconcile")[0]
        taken = tasks.lease(c)
        assert taken is not None
        assert taken.id == waiting.id
        tasks.hold(c, taken, message="away does not answer just now; it is asked again.")
    assert any("away does not answer just now" in told.value for told in open_page("train").warning)


def _away(db: Database) -> int:
    with db.write() as c:
        return endpoints.add(c, "away", base_url="https://x.example/v1", key_source="").id


def test_a_state_that_nobody_knows_is_shown_as_it_is_and_is_no_success(db: Database, open_page: Open) -> None:
    begin(db).job(JobState.RUNNING, step=3, remote_status="frobnicating")
    test = open_page("train")
    assert any("“frobnicating”" in told.value for told in test.info)
    assert test.subheader[0].value.startswith("Training: step 3 of 6")


def test_the_cost_so_far_stands_beside_the_progress(db: Database, open_page: Open) -> None:
    begin(db).job(JobState.RUNNING, step=3, rate=3.0, estimated_tokens=1_000_000)
    assert r"about $1.50 so far" in said(open_page("train"))


def test_overfitting_is_said_while_it_happens(db: Database, open_page: Open) -> None:
    job = begin(db).job(JobState.RUNNING, step=6)
    with db.write() as c:
        told = {2: 1.0, 4: 1.2, 6: 1.4}
        jobs.add_metrics(c, job.id, [Metric(at, 6, valid_loss=loss) for at, loss in told.items()])
        jobs.add_metrics(c, job.id, [Metric(3, 6, valid_loss=1.1)])
    assert any("Overfitting since step 2" in one.value for one in open_page("train").warning)


def test_a_training_that_was_still_learning_at_its_end_says_so(db: Database, open_page: Open) -> None:
    job = begin(db).job()
    assert not any("still learning" in one.value for one in open_page("train").info)
    with db.write() as c:
        jobs.add_metrics(c, job.id, [Metric(at, 6, valid_loss=loss) for at, loss in {2: 1.4, 4: 1.0, 6: 0.8}.items()])
    assert any("fell from 1.00 to 0.80" in one.value for one in open_page("train").info)


def test_several_trainings_under_way_stand_beside_each_other(db: Database, open_page: Open) -> None:
    journey = begin(db)
    one = journey.job(JobState.RUNNING, step=3, group="g", share=0.5)
    other = journey.job(JobState.SUBMITTED, step=0, group="g", queue_position=1)
    test = open_page("train")
    assert test.subheader[0].value == "2 trainings under way"
    told = said(test)
    assert f"Training {one.id}, half of the examples" in told
    assert "In the queue: 1 training before this one" in told
    assert {f"cancel-{one.id}", f"cancel-{other.id}"} <= set(buttons(test))


def test_a_finished_job_names_its_model_and_leads_on(db: Database, open_page: Open) -> None:
    begin(db).job()
    test = open_page("train")
    assert not test.exception
    assert any(code.value == MODEL for code in test.code)
    assert "48 seconds" in said(test)
    assert "4,200 tokens" in said(test)
    assert "does not show that a larger model" in test.info[0].value
    primary = [key for key, kind in buttons(test).items() if kind == "primary"]
    assert len(primary) == 1
    assert primary[0].startswith("to-evaluate")


def test_examples_that_changed_since_make_training_the_next_action_again(
    db: Database, trainer: str, open_page: Open
) -> None:
    journey = begin(db)
    journey.job()
    journey.endpoint(trainer)
    with db.read() as c:
        one = examples.ids(c, journey.project_id, Filter(split=Split.TRAIN))[0]
    curation.decide(db, journey.project_id, [one], Status.REJECTED, who="DK")
    test = open_page("train")
    assert "Your examples have changed since" in said(test)
    assert [key for key, kind in buttons(test).items() if kind == "primary"] == ["start-training"]


def test_a_failed_job_says_why_in_words_and_nothing_in_them_is_a_mark(db: Database, open_page: Open) -> None:
    begin(db).job(JobState.FAILED, step=3, error=f"not enough memory. {HOSTILE}")
    test = open_page("train")
    assert not test.exception
    assert test.error[0].value.startswith("Training stopped")
    assert "There was not enough memory to train" in test.error[0].value
    assert any("not enough memory. " in code.value for code in test.code)
    assert "![x](" not in said(test)
    assert "start-training" in buttons(test)


def test_past_jobs_are_listed_with_their_curves(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.job(JobState.FAILED, step=3, error="no")
    journey.job()
    table = open_page("train").dataframe[0].value
    assert list(table["Ended"]) == ["finished", "failed"]
    assert [len(losses) for losses in table["Loss"]] == [6, 3]


def test_a_training_elsewhere_gives_its_result_files_and_takes_its_examples_back(db: Database, open_page: Open) -> None:
    journey = begin(db)
    with db.write() as c:
        away = endpoints.add(c, "away", base_url="https://x.example/v1", key_source="")
    job = journey.job(training_file_id="file-t", endpoint_id=away.id)
    with db.write() as c:
        job_files.keep(c, job.id, remote_id="file-r", name="step_metrics.csv", content=b"step,train_loss\n1,2.0\n")
    screen = AppTest.from_function(_leavings, args=(job.id,))
    screen.run()
    assert not screen.exception
    assert "22 bytes" in screen.get("download_button")[0].label
    screen.button(key=f"unsend-{job.id}").click().run()
    with db.read() as c:
        assert [task.payload for task in tasks.open_tasks(c, journey.project_id, "remove-files")] == [
            {"job_id": job.id}
        ]
    assert "is being asked to remove" in said(screen)


def _leavings(job_id: int) -> None:
    from ftcore.store import endpoints, jobs
    from ftcore.ui import session
    from ftcore.ui.train import job_leavings

    with session.db().read() as c:
        job = jobs.get(c, job_id)
        endpoint = endpoints.get(c, job.endpoint_id)
    job_leavings.draw(job, endpoint)


def test_the_short_instructions_can_be_changed_and_are_trained_with(
    db: Database, trainer: str, open_page: Open
) -> None:
    journey = begin(db)
    journey.endpoint(trainer)
    test = open_page("train")
    key = f"instructions-tuned-{journey.project_id}"
    assert test.text_area(key=key).value == "Ticket to JSON."
    test.text_area(key=key).set_value("File it.").run()
    assert not test.exception
    test.button(key="start-training").click().run()
    with db.read() as c:
        project = projects.get(c, journey.project_id)
        (job,) = jobs.of_project(c, journey.project_id)
    assert (project.tuned_prompt, project.base_prompt) == ("File it.", "Answer with a JSON object: category, urgency.")
    assert job.system_prompt == "File it."


def test_other_instructions_make_training_the_next_action_again(db: Database, trainer: str, open_page: Open) -> None:
    journey = begin(db)
    journey.job()
    journey.endpoint(trainer)
    test = open_page("train")  # inside "Train again with other settings"
    test.text_area(key=f"instructions-tuned-{journey.project_id}").set_value("File it.").run()
    assert not test.exception
    assert [key for key, kind in buttons(test).items() if kind == "primary"] == ["start-training"]


@pytest.mark.parametrize("validation_file", ["file-v", ""])
def test_the_request_is_shown_with_the_files_that_were_sent(
    db: Database, open_page: Open, validation_file: str
) -> None:
    job = begin(db).job(training_file_id="file-t", validation_file_id=validation_file)
    shown = next(code.value for code in open_page("train").code if "training_file" in code.value)
    request = json.loads(shown)
    assert request["training_file"] == "file-t"
    assert request.get("validation_file", "") == validation_file
    assert request["metadata"] == {"tuneworthy_job": job.key}
