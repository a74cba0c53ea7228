"""Evaluate: what the test rows can show, the run, the verdict, and every answer beside the expected one."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from ftcore.records import TaskState
from ftcore.store import projects, prompts, runs, tasks
from ftcore.store.database import Database
from tests.ui.journeys import HOSTILE, MODEL, begin

Open = Callable[..., AppTest]


def said(test: AppTest) -> str:
    kinds = (test.subheader, test.error, test.warning, test.info, test.caption, test.markdown, test.text)
    return "\n".join(element.value for kind in kinds for element in kind)


def rendered(test: AppTest) -> str:
    """What is drawn as Markdown."""
    kinds = (test.title, test.header, test.subheader, test.error, test.warning, test.info, test.caption, test.markdown)
    return "\n".join(element.value for kind in kinds for element in kind)


def primary(test: AppTest) -> list[str]:
    return [str(button.key) for button in test.button if button.proto.type == "primary"]


def test_before_a_model_it_says_what_the_test_rows_can_show(db: Database, open_page: Open) -> None:
    begin(db, test=100)
    test = open_page("evaluate")
    assert not test.exception
    assert "your 100 test rows can show differences above about 10 points" in test.subheader[0].value.replace("\\", "")
    assert primary(test) == ["to-train-Go to Train"]


def test_without_test_rows_it_leads_to_curate(db: Database, open_page: Open) -> None:
    begin(db, test=0)
    test = open_page("evaluate")
    assert "No test examples are held out yet" in said(test)
    assert primary(test) == ["to-curate-Go to Curate"]


def test_the_proposed_measure_is_chosen_and_says_why(db: Database, open_page: Open) -> None:
    job = begin(db).job()
    test = open_page("evaluate")
    assert not test.exception
    assert test.selectbox(key=f"scorer-{job.id}").value == "json_fields"
    assert "Proposed" in said(test)
    assert MODEL in test.table[0].value.to_string().replace("\\", "")


def test_run_writes_one_run_with_the_chosen_measure_and_difference(db: Database, open_page: Open) -> None:
    journey = begin(db)
    job = journey.job()
    first, second = open_page("evaluate"), open_page("evaluate")
    for tab in (first, second):
        tab.selectbox(key=f"scorer-{job.id}").set_value("exact_match")
        tab.number_input(key="delta").set_value(8).run()
        assert primary(tab) in (["run-comparison"], [])
    for tab in (first, second):
        if primary(tab):
            tab.button(key="run-comparison").click().run()
            assert not tab.exception
    with db.read() as c:
        found = runs.of_project(c, journey.project_id)
        assert len(tasks.open_tasks(c, journey.project_id, "evaluate")) == 1
    assert [(run.scorer, run.delta, run.job_id) for run in found] == [("exact_match", 0.08, job.id)]


def test_a_running_comparison_counts_and_can_be_stopped_and_finished(db: Database, open_page: Open) -> None:
    journey = begin(db)
    run = journey.run(until=40)
    test = open_page("evaluate")
    assert test.subheader[0].value == f"40 of {run.total} answers"
    test.button(key="run-cancel").click().run()
    test.button(key="run-cancel-yes").click().run()
    assert not test.exception
    with db.read() as c:
        assert runs.get(c, run.id).state == "cancelled"
        assert not tasks.open_tasks(c, journey.project_id, "evaluate")
    assert primary(test) == ["go-on"]
    test.button(key="go-on").click().run()
    with db.read() as c:
        waiting = tasks.open_tasks(c, journey.project_id, "evaluate")
    assert [task.payload["run_id"] for task in waiting] == [run.id]
    assert test.subheader[0].value == f"40 of {run.total} answers"


def test_a_comparison_whose_task_was_given_up_does_not_hang(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.run(until=10)
    with db.write() as c:
        for _ in range(2):  # the job's task, then the run's
            task = tasks.lease(c)
            assert task is not None
            tasks.fail(c, task, "It was begun 5 times and never ended.")
    test = open_page("evaluate")
    assert "begun 5 times" in test.error[0].value
    assert primary(test) == ["go-on"]


def test_the_verdict_is_a_sentence_with_its_model_and_its_stamp(db: Database, open_page: Open) -> None:
    begin(db).run()
    test = open_page("evaluate")
    assert not test.exception
    assert "On the practice model, fine" in test.subheader[0].value
    assert "does not show that a larger model" in test.info[0].value
    assert primary(test) == ["to-report-Use in the report"]
    assert len(test.get("plotly_chart")) == 2
    test.session_state["fold-arms"] = True
    test.run()
    charts = "".join(chart.proto.spec for chart in test.get("plotly_chart"))
    assert MODEL[:30] in charts


def test_the_worst_regressions_are_shown_and_every_answer_page_by_page(db: Database, open_page: Open) -> None:
    run = begin(db).run()
    test = open_page("evaluate")
    assert "Where it got worse" in said(test)
    test.segmented_control(key="view").set_value("Every answer").run()
    assert not test.exception
    titles = [caption.value for caption in test.caption if caption.value.startswith("Example")]
    assert len(titles) == 10
    assert "worse" in titles[0]
    assert test.button(key="answers-back").disabled
    test.button(key="answers-on").click().run()
    assert any("Page 2 of 3" in text.value for text in test.text)
    test.segmented_control(key=f"shown-{run.id}").set_value("Worse").run()
    titles = [caption.value for caption in test.caption if caption.value.startswith("Example")]
    assert titles
    assert all("worse" in title for title in titles)


def test_how_it_was_measured_shows_every_prompt(db: Database, open_page: Open) -> None:
    begin(db).run()
    test = open_page("evaluate")
    test.segmented_control(key="view").set_value("How it was measured").run()
    assert not test.exception
    assert any("Answer with a JSON object" in code.value for code in test.code)
    takes = next(frame.value for frame in test.dataframe if "Tokens read" in frame.value)
    assert list(takes["Model"]).count(MODEL) == 1


def test_nothing_that_a_model_or_a_user_wrote_is_drawn_as_markdown(db: Database, open_page: Open) -> None:
    begin(db).run()
    test = open_page("evaluate")
    shown = rendered(test)
    test.segmented_control(key="view").set_value("Every answer").run()
    assert any(HOSTILE in text.value for text in test.text)
    assert "](http" not in shown + rendered(test)


def test_missing_answers_leave_no_verdict_and_are_asked_for_alone(db: Database, open_page: Open) -> None:
    journey = begin(db)
    run = journey.run(lost=5)
    test = open_page("evaluate")
    assert not test.exception
    with db.read() as c:
        comparison = runs.get(c, run.id).result["comparisons"][0]
    assert comparison["against"] != "base"  # only the base lost answers: the primary comparison stands
    assert f"5 of {run.total} answers never arrived" in said(test).replace("\\", "")
    test.button(key="go-on").click().run()
    with db.read() as c:
        last = tasks.last(c, journey.project_id, "evaluate")
        assert runs.get(c, run.id).state == "queued"
    assert last is not None
    assert last.state is TaskState.QUEUED
    assert last.payload == {"run_id": run.id}


def test_a_newer_model_is_offered_for_comparison(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.run()
    journey.job(fine_tuned_model="ft:newer")
    test = open_page("evaluate")
    assert not test.exception
    assert "newer model has been trained" in said(test)
    assert primary(test) == ["run-comparison"]


def test_the_full_instructions_can_be_worked_on_before_the_run_and_reach_it(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.job()
    test = open_page("evaluate")
    key = f"prompt-text-{journey.project_id}-1"
    assert test.text_area(key=key).value == "Answer with a JSON object: category, urgency."
    assert "beating a poor prompt shows nothing" in said(test)
    test.text_area(key=key).set_value("Answer with JSON.\nLook at the label twice. <b>$x$</b>").run()
    assert not test.exception
    test.button(key="run-comparison").click().run()
    with db.read() as c:
        project = projects.get(c, journey.project_id)
        (run,) = runs.of_project(c, journey.project_id)
    assert project.base_prompt == "Answer with JSON.\nLook at the label twice. <b>$x$</b>"
    assert project.tuned_prompt == "Ticket to JSON."
    (prompt,) = (arm for arm in run.arms if arm["name"] == "prompt")
    assert [one["system"] for one in prompt["variants"]] == [
        project.base_prompt,
        "Answer with a JSON object: category, urgency.",
    ]
    assert next(arm for arm in run.arms if arm["name"] == "base")["system"] is None


def test_instructions_that_were_typed_stay_after_a_visit_elsewhere_and_another_tab_takes_nothing(
    db: Database, open_page: Open
) -> None:
    journey = begin(db)
    journey.run()
    test = open_page("evaluate")  # inside "Compare again"
    test.text_area(key=f"prompt-text-{journey.project_id}-1").set_value("Mine.").run()
    test.switch_page("pages/3_train.py").run()
    test.switch_page("pages/4_evaluate.py").run()
    assert not test.exception
    assert test.text_area(key=f"prompt-text-{journey.project_id}-1").value == "Mine."
    with db.write() as c:
        prompts.add(c, journey.project_id, "Another tab's.")
    assert test.run().text_area(key=f"prompt-text-{journey.project_id}-2").value == "Mine."


def test_instructions_and_the_click_in_one_go_make_one_run_with_the_new_ones(db: Database, open_page: Open) -> None:
    journey = begin(db)
    journey.job()
    test = open_page("evaluate")
    test.text_area(key=f"prompt-text-{journey.project_id}-1").set_value("New.")
    test.button(key="run-comparison").click().run()  # both changes arrive together
    assert not test.exception
    with db.read() as c:
        (run,) = runs.of_project(c, journey.project_id)
    (prompt,) = (arm for arm in run.arms if arm["name"] == "prompt")
    assert (prompt["system"], prompt["variants"][0]["system"]) == ("New.", "New.")
