"""The overview: what to do next, where the project stands, the projects."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ftcore.dataset import curation
from ftcore.dataset.curation import CellEdit, approve_clean
from ftcore.dataset.intake import take_in
from ftcore.dataset.sample import load_sample
from ftcore.decision import recommend
from ftcore.decision.framework import QUESTIONS
from ftcore.evaluation.recorded import look
from ftcore.records import Action, Job, JobState, Reply, Verdict
from ftcore.store import decisions, documents, examples, jobs, projects
from ftcore.store.database import Database
from ftcore.store.examples import Counts
from ftcore.ui import guide_recorded, process, sample_tiles, task_words
from ftcore.ui.decide import decide_state
from ftcore.ui.journey import STOPPING, Situation, next_action, ready, steps
from ftcore.worker.handlers import HANDLERS
from tests.ui.journeys import begin

Open = Callable[..., AppTest]

CLEAN = Counts(total=289, draft=289, need_a_look=18)
APPROVED = Counts(total=289, approved=271, rejected=18, train=200, validation=20, test=51)


def job(state: JobState, **values: object) -> Job:
    return Job(1, 1, 1, 1, "k", state, "base", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("situation", "page", "says"),
    [
        (Situation(), "decide", "Five questions"),
        (Situation(answered=3, advice=Action.MEASURE_FIRST), "decide", "3 of 5"),
        (Situation(answered=5, advice=Action.USE_RAG, headline="Look it up."), "decide", "Look it up."),
        (Situation(answered=5, advice=Action.FINE_TUNE), "curate", "Bring your examples"),
        (Situation(importing=True), "curate", "being read"),
        (Situation(counts=CLEAN), "curate", "271 examples have no problems"),
        (Situation(counts=replace(CLEAN, need_a_look=289)), "curate", "289 examples need a look"),
        (Situation(counts=Counts(total=4, approved=4, train=4)), "curate", "needs 10"),
        (Situation(counts=replace(APPROVED, test=0)), "curate", "No test examples"),
        (Situation(counts=APPROVED), "decide", "five questions"),
        (Situation(counts=APPROVED, answered=5), "train", "Ready to train: 200"),
        (Situation(counts=APPROVED, answered=5, advice=Action.FINE_TUNE), "train", "Ready to train: 200"),
        (Situation(counts=APPROVED, answered=5, advice=Action.MEASURE_FIRST), "train", "trial training: 200"),
        (
            Situation(counts=APPROVED, answered=1, advice=Action.MEASURE_FIRST),
            "train",
            "4 of the 5 questions are still",
        ),
        (
            Situation(answered=1, advice=Action.TRY_BETTER_MODEL, headline="Stronger first."),
            "decide",
            "Stronger first.",
        ),
        (
            Situation(counts=APPROVED, last_job=job(JobState.CANCELLED), advice=Action.USE_RAG, headline="Look it up."),
            "decide",
            "Look it up.",
        ),
        (Situation(counts=APPROVED, running=job(JobState.RUNNING, step=4, total_steps=9)), "train", "Step 4 of 9"),
        (Situation(counts=APPROVED, running=job(JobState.UNKNOWN)), "train", "got no answer"),
        (Situation(counts=APPROVED, last_job=job(JobState.FAILED)), "train", "stopped"),
        (Situation(counts=APPROVED, models=1), "evaluate", "Compare it"),
        (Situation(counts=APPROVED, models=1, run_state="running"), "evaluate", "is running"),
        (Situation(counts=APPROVED, models=1, run_state="done", runs_done=1, compared_newest=True), "report", "Read"),
    ],
)
def test_the_next_action_follows_the_journey(situation: Situation, page: str, says: str) -> None:
    action = next_action(situation)
    assert action.page == page
    assert says in action.sentence
    assert action.label


@pytest.mark.parametrize("advice", [*STOPPING, Action.COLLECT_DATA])
@pytest.mark.parametrize("answered", [1, 5])
def test_ready_to_train_is_never_said_against_the_advice(advice: Action, answered: int) -> None:
    action = next_action(Situation(counts=APPROVED, answered=answered, advice=advice, headline="Don't fine-tune."))
    assert (action.sentence, action.label, action.page) == ("Don't fine-tune.", "See why", "decide")


@pytest.mark.parametrize(
    ("answers", "reasons", "says"),
    [
        ({"best_base_model": "no"}, (), "Try the strongest model"),
        (
            {"best_base_model": "yes", "prompt_optimized": "yes"},
            ("adding_knowledge",),
            "Let the model look the facts up",
        ),
        (
            dict.fromkeys(QUESTIONS, "yes") | {"high_volume_narrow": "no", "rag_would_solve": "no"},
            (),
            "Don't fine-tune.",
        ),
    ],
)
def test_the_overview_of_a_full_project_repeats_the_advice(
    db: Database, open_page: Open, answers: dict[str, Reply], reasons: tuple[str, ...], says: str
) -> None:
    decide_state.fill(db, begin(db).project_id, answers, reasons, who="DK")
    test = open_page("overview")
    assert not test.exception
    assert says in test.title[0].value.replace("\\", "")
    assert test.button(key="next-action").label == "See why"


@pytest.mark.parametrize(
    ("turned", "says"),
    [({}, "Ready to train: 24 examples"), ({"best_base_model": "unsure"}, "Ready for a trial training: 24 examples")],
)
def test_the_samples_answers_lead_on_to_training(
    db: Database, open_page: Open, turned: dict[str, str], says: str
) -> None:
    sample = load_sample()
    answers = cast("dict[str, Reply]", {**sample.answers, **turned})
    decide_state.fill(db, begin(db).project_id, answers, tuple(sample.reasons), who="")
    test = open_page("overview")
    assert says in test.title[0].value.replace("\\", "")
    assert test.button(key="next-action").label == "Go to training"


@given(
    st.builds(
        Situation,
        counts=st.builds(
            lambda approved, draft, look, rejected, test: Counts(
                total=approved + draft + rejected,
                draft=draft,
                approved=approved,
                rejected=rejected,
                train=max(0, approved - test),
                test=min(test, approved),
                need_a_look=min(look, draft),
            ),
            *[st.integers(0, 2000)] * 5,
        ),
        answered=st.integers(0, 5),
        advice=st.one_of(st.none(), st.sampled_from(Action)),
        importing=st.booleans(),
        models=st.integers(0, 3),
        runs_done=st.integers(0, 3),
        compared_newest=st.booleans(),
        run_state=st.sampled_from(["", "queued", "running", "done", "failed"]),
    )
)
def test_there_is_always_one_next_action_and_exactly_one_step_is_next(situation: Situation) -> None:
    action = next_action(situation)
    assert action.label
    every = steps(situation)
    assert [step.name for step in every] == ["Decide", "Import", "Curate", "Train", "Evaluate", "Report"]
    assert sum(step.state == "now" for step in every) == 1
    assert ready(situation.counts) + situation.counts.need_a_look + situation.counts.rejected == situation.counts.total


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        (Counts(), "No examples yet"),
        (Counts(total=3010, draft=3010), "0 of 3,010 approved"),
        (Counts(total=3010, approved=3010), "3,010 approved"),
        (CLEAN, "0 of 289 approved, 18 need a look"),
        (APPROVED, "271 approved"),
        (Counts(total=3, draft=1, approved=2, need_a_look=1), "2 of 3 approved, 1 needs a look"),
    ],
)
def test_the_step_of_curating_says_how_far_the_approving_has_come(counts: Counts, says: str) -> None:
    assert steps(Situation(counts=counts))[2].told == says


def test_what_runs_is_told_in_peoples_words(db: Database, open_page: Open) -> None:
    begin(db).job(JobState.SUBMITTED, step=0)
    shown = [text.value for text in open_page("overview").text]
    assert "Training 1: waiting at the server" in shown
    assert not [one for one in shown if "submitted" in one or "0 of 0" in one]


def test_whatever_the_worker_does_has_a_name_in_peoples_words() -> None:
    assert task_words.NAMES.keys() >= HANDLERS.keys()


def test_an_empty_workspace_offers_three_ways_in(open_page: Open) -> None:
    test = open_page("overview")
    assert not test.exception
    assert {"Open the sample project", "Answer the five questions", "Import a spreadsheet"} <= _labels(test)


def test_opening_the_sample_fills_everything_with_one_click(db: Database, open_page: Open) -> None:
    test = open_page("overview")
    next(b for b in test.button if b.label == "Open the sample project").click().run(timeout=60)
    assert not test.exception
    with db.read() as c:
        (project,) = projects.every(c)
        decided = decisions.latest(c, project.id)
        counts = examples.counts(c, project.id)
    assert project.sample
    assert decided is not None
    assert len(decided.answers) == 5
    assert counts.approved > 200
    assert counts.need_a_look > 5
    assert project.name in [text.value for text in test.text]


def test_the_samples_stand_side_by_side_with_what_was_measured_in_them(open_page: Open) -> None:
    test = open_page("overview")
    said = "\n".join(element.value.replace("\\", "") for element in test.markdown)
    for name, tile in sample_tiles.TILES.items():
        kept = look(name)
        assert kept is not None
        found = kept.result["comparisons"][0]
        assert f"**{tile.belief}**" in said
        assert sample_tiles.measured(name) in said.replace("\u2060", "")
        assert f"Verdict: {found['verdict']}, " in sample_tiles.measured(name)
        assert f"{found['n']} test examples" in sample_tiles.measured(name)


@pytest.mark.parametrize(
    ("verdict", "worth", "says"),
    [
        (Verdict.CLEARLY_BETTER, True, "as was believed"),
        (Verdict.WORSE, False, "as was believed"),
        (Verdict.EQUIVALENT, False, "as was believed"),
        (Verdict.WORSE, True, "against what was believed"),
        (Verdict.BETTER, False, "against what was believed"),
        (Verdict.NOT_ENOUGH_EVIDENCE, True, "so this stays a belief"),
        (Verdict.NOT_ENOUGH_EVIDENCE, False, "so this stays a belief"),
    ],
)
def test_a_tile_never_hides_that_the_measurement_speaks_against_it(verdict: Verdict, worth: bool, says: str) -> None:
    assert sample_tiles.held(verdict, worth=worth) == says


def test_a_sample_without_a_recorded_run_is_called_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftcore.evaluation.recorded.look", lambda name: None)
    assert sample_tiles.measured("returns").startswith("Believed, not measured")


@pytest.mark.parametrize("name", sample_tiles.NAMES)
def test_a_sample_opens_with_a_finished_run_and_its_pages_have_no_empty_state(
    db: Database, open_page: Open, name: str
) -> None:
    test = open_page("overview")
    test.button(key=sample_tiles.TILES[name].key).click().run(timeout=60)
    assert not test.exception
    assert "Read what it says" in test.title[0].value
    assert test.button(key="recorded-remove")
    for page in ("decide", "curate", "train", "evaluate", "report"):
        shown = open_page(page, project="1")
        assert not shown.exception
        assert not [one.value for one in shown.subheader if one.value.startswith(("Nothing", "No "))]


def test_the_recorded_training_says_where_it_was_made_and_offers_one_here(open_page: Open) -> None:
    open_page("overview").button(key="open-sample-returns").click().run(timeout=60)
    train = open_page("train", project="1")
    day = guide_recorded.day(look("returns").on)  # type: ignore[union-attr]
    assert f"A training recorded on {day}" in [one.value for one in train.subheader]
    assert "Start training: $0" in {label.replace("\\", "") for label in _labels(train)}
    assert "Try it" not in _labels(train)
    for name in ("evaluate", "report"):
        assert any(f"Recorded on {day}" in one.value for one in open_page(name, project="1").markdown)


def test_a_recorded_model_can_neither_be_tried_nor_compared_again_and_both_lead_to_training(open_page: Open) -> None:
    open_page("overview").button(key="open-sample-returns").click().run(timeout=60)
    train = open_page("train", project="1", train="Models")
    assert not train.exception
    assert "try-ask" not in {button.key for button in train.button}
    assert any("never on this computer" in one.value for one in train.markdown)
    train.button(key="recorded-train").click().run()
    assert "Start training: $0" in {label.replace("\\", "") for label in _labels(train)}
    evaluate = open_page("evaluate", project="1")
    assert "run-comparison" not in {button.key for button in evaluate.button}
    assert "Train it here" in _labels(evaluate)


def test_the_recorded_run_is_removed_and_brought_back(db: Database, open_page: Open) -> None:
    test = open_page("overview")
    test.button(key="open-sample-returns").click().run(timeout=60)
    test.button(key="recorded-remove").click().run()
    assert not test.exception
    with db.read() as c:
        assert jobs.of_project(c, 1) == []
    assert "Ready" in test.title[0].value or "look the facts up" in test.title[0].value
    test.button(key="recorded-bring").click().run()
    assert not test.exception
    with db.read() as c:
        assert len(jobs.of_project(c, 1)) == 1
    assert "Read what it says" in test.title[0].value


def test_a_recorded_run_that_does_not_fit_is_left_out_and_said(db: Database, open_page: Open) -> None:
    test = open_page("overview")
    test.button(key="open-sample-returns").click().run(timeout=60)
    test.button(key="recorded-remove").click().run()
    with db.read() as c:
        first = next(examples.stream_ids(c, 1))[0]
        version = examples.get(c, first).version
    curation.save(db, 1, [CellEdit(first, version, {"response": "46 days"})], who="DK")
    test.button(key="recorded-bring").click().run()
    assert not test.exception
    assert any("made with other examples" in one.value for one in test.toast)


def test_both_samples_are_offered_in_a_workspace_that_has_projects(db: Database, open_page: Open) -> None:
    begin(db)
    test = open_page("overview")
    assert {"Open the sample project", "Open the returns sample"} <= _labels(test)


def test_the_second_sample_brings_its_handbook_and_advises_to_look_things_up(db: Database, open_page: Open) -> None:
    test = open_page("overview")
    test.button(key="open-sample-returns").click().run(timeout=60)
    assert not test.exception
    with db.read() as c:
        (project,) = projects.every(c)
        assert len(documents.of_project(c, project.id)) == 12
        assert examples.counts(c, project.id).approved == 60
        decided = decisions.latest(c, project.id)
    assert decided is not None
    assert decided.recommendation["action"] == Action.USE_RAG
    assert "Open the returns sample" not in _labels(open_page("overview"))
    assert sample_tiles.AGAIN in _labels(open_page("overview"))
    assert "Open the sample project" in _labels(open_page("overview"))


def test_a_second_click_of_two_makes_no_second_sample(db: Database, open_page: Open) -> None:
    first, second = open_page("overview"), open_page("overview")
    for tab in (first, second):
        tab.button(key="open-sample").click().run(timeout=60)
        assert not tab.exception
        assert tab.query_params["project"] == "1"
    with db.read() as c:
        assert len(projects.every(c)) == 1
    assert "Open the sample project" not in _labels(open_page("overview"))


@pytest.mark.parametrize("reached", ["created", "imported", "approved"])
def test_a_sample_that_stopped_half_way_is_completed_and_not_made_again(
    db: Database, open_page: Open, reached: str
) -> None:
    sample = load_sample()
    with db.write() as c:
        begun = projects.create(c, sample.name, sample=True)
    if reached != "created":
        take_in(db, begun.id, sample.file, name=sample.file.name, who="DK")
    if reached == "approved":
        approve_clean(db, begun.id, who="DK")
    test = open_page("overview")
    test.button(key="open-sample").click().run(timeout=60)
    assert not test.exception
    with db.read() as c:
        assert [project.id for project in projects.every(c)] == [begun.id]
        assert examples.counts(c, begun.id).total < 400
        assert examples.counts(c, begun.id).approved > 200
    assert decide_state.read(db, begun.id).answers == sample.answers


def test_a_project_is_created_opened_and_renamed(db: Database, open_page: Open) -> None:
    with db.write() as c:
        projects.create(c, "First")
    test = open_page("overview")
    test.text_input(key="overview-new").set_value("  Second   one ")
    test.button(key="overview-create").click().run()
    assert not test.exception
    with db.read() as c:
        assert [p.name for p in projects.every(c)] == ["Second one", "First"]
    assert test.query_params["project"] == "2"
    test = open_page("overview", project="2")  # the test bench runs app.py, with its sidebar, on the first run only
    test.text_input(key="rename-2-Second one").set_value("Renamed")
    test.button(key="rename-project").click().run()
    with db.read() as c:
        assert projects.get(c, 2).name == "Renamed"
    test.button(key="open-1").click().run()
    assert test.query_params["project"] == "1"


def test_the_address_names_the_project_and_a_strange_one_is_no_error(db: Database, open_page: Open) -> None:
    with db.write() as c:
        projects.create(c, "First")
        projects.create(c, "Second")
    assert "First" in [t.value for t in open_page("overview", project="1").text]
    for strange in ("99", "x", "-1", "1; drop", "9" * 40):
        test = open_page("overview", project=strange)
        assert not test.exception


def test_a_name_full_of_marks_is_drawn_as_it_is(db: Database, open_page: Open) -> None:
    name = "![x](http://evil.example/a.png) $x$ :red[hi] <script>alert(1)</script>"
    with db.write() as c:
        projects.create(c, name)
    test = open_page("overview")
    assert not test.exception
    assert name in [text.value for text in test.text]
    assert not [m.value for m in test.markdown if "evil.example" in m.value]


def test_initials_are_asked_once_and_kept(db: Database, open_page: Open) -> None:
    test = open_page("overview")
    test.text_input(key="initials").set_value(" DK ").run()
    assert not test.exception
    with db.read() as c:
        assert projects.known_people(c) == ["DK"]
    assert open_page("overview").text_input(key="initials").value == "DK"


def test_a_workspace_of_a_newer_version_is_refused_with_a_sentence(db: Database, open_page: Open) -> None:
    from sqlalchemy import text

    with db.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = 'm9999'"))
    import streamlit

    streamlit.cache_resource.clear()
    test = open_page("overview")
    assert not test.exception
    assert any("made by a newer version. Nothing was changed." in error.value for error in test.error)


def test_every_page_leads_back_to_the_overview_when_there_is_no_project(open_page: Open) -> None:
    for name in ("decide", "curate"):
        test = open_page(name)
        assert not test.exception
        assert any("Open the sample project" in m.value for m in test.markdown)


def test_a_saved_decision_shows_in_the_steps(db: Database, open_page: Open) -> None:
    with db.write() as c:
        project = projects.create(c, "P")
        decisions.save(
            c,
            project.id,
            answers={"best_base_model": "yes"},
            reasons=(),
            recommendation=recommend({"best_base_model": "yes"}),
            who="DK",
        )
    assert "1 of 5 answered" in [text.value for text in open_page("overview").text]


def _labels(test: AppTest) -> set[str]:
    return {button.label for button in test.button}


def test_what_a_page_has_loaded_is_not_gone_through_for_garbage_after_every_click(
    db: Database, open_page: Open
) -> None:
    begin(db)
    process.settle.clear()
    gc.unfreeze()
    open_page("decide")
    assert gc.get_freeze_count() > 10_000
    gc.unfreeze()
