"""What the store holds, gathered into a story: whether a best alternative was chosen, and by what."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ftcore.decision import recommend
from ftcore.records import Metric
from ftcore.report import words
from ftcore.report.telling import tell
from ftcore.store import decisions, jobs, runs
from ftcore.store.database import Database
from ftcore.workspace import open_workspace
from tests.ui import measured_runs as measured
from tests.ui.measured_runs import FEW, JSON, LABELLED, MORE, QUARTER

WAYS = tuple(plan for plan in MORE if plan.name in ("base", "few_shot", "fine_tuned"))


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("TUNEWORTHY_HOME", str(tmp_path / "home"))
    opened = open_workspace().open_database()
    yield opened
    opened.close()


def test_a_best_alternative_was_chosen_where_validation_rows_were_asked(db: Database) -> None:
    project = measured.begin(db, LABELLED)
    measured.run(project, LABELLED, arms=FEW)
    story = tell(db, project.project_id)
    assert story.best_chosen
    assert "chosen before the test examples were seen" in story.comparator_why
    assert story.comparisons[0][0] == "prompt"
    assert words.headline(replace(story, practice=False)).count("your best alternative") <= 1


def test_another_tuned_model_is_no_alternative_to_tuning(db: Database) -> None:
    project = measured.begin(db, LABELLED)
    measured.run(project, LABELLED, arms=(*FEW, QUARTER), validation={"base": 0.1, "prompt": 0.9})
    assert tell(db, project.project_id).best_chosen


def test_without_validation_rows_none_was_chosen_and_the_report_names_the_arm(db: Database) -> None:
    project = measured.begin(db, LABELLED)
    why = "No validation scores are there to choose the best alternative by, so it is the simplest."
    measured.run(project, LABELLED, arms=WAYS, validation={}, why=why)
    story = tell(db, project.project_id)
    assert not story.best_chosen
    assert words.alternative(story) == f"“{words.label_of(story, story.comparisons[0][0])}”"
    assert any("need not be the best other way" in sentence for sentence in words.limits(story))


@pytest.mark.parametrize("validation", [{}, {"base": 0.9, "few_shot": None}, {"base": 0.1, "few_shot": 0.9}])
def test_an_older_or_partly_tried_choice_is_not_called_best(db: Database, validation: dict[str, float | None]) -> None:
    """The result says that the base was compared first, whatever the averages are."""
    project = measured.begin(db, LABELLED)
    measured.run(project, LABELLED, arms=WAYS, validation=validation)
    story = tell(db, project.project_id)
    assert story.comparisons[0][0] == "base"
    assert not story.best_chosen


def test_looks_and_what_was_spent_stand_in_the_report(db: Database) -> None:
    project = measured.begin(db, JSON)
    measured.run(project, JSON, arms=FEW, looks=4, usd=1.5)
    story = tell(db, project.project_id)
    assert any("4 times" in sentence for sentence in words.limits(story))
    assert "cost $1.50" in words.money(story)
    assert "less than a cent" in words.money(replace(story, spent=0.001))
    assert set(story.p_holm) == {"base"}


def test_answers_are_left_out_where_they_are_read_a_page_at_a_time(db: Database) -> None:
    project = measured.begin(db, JSON)
    run = measured.run(project, JSON, arms=FEW)
    assert tell(db, project.project_id, rows=False).rows == ()
    assert len(tell(db, project.project_id).rows) == 60
    assert tell(db, project.project_id).run_id == run.id


def test_figures_that_a_later_version_keeps_with_an_arm_do_no_harm(db: Database) -> None:
    project = measured.begin(db, JSON)
    run = measured.run(project, JSON, arms=FEW)
    with db.write() as c:
        runs.change(c, run.id, result={**run.result, "arms": [{**arm, "new": 1} for arm in run.result["arms"]]})
    assert len(tell(db, project.project_id).arms) == 3


def _tried(project: measured.Measuring, *, practice: bool) -> int:
    """A finished trial on the practice model, or on another."""
    run = measured.run(project, LABELLED, arms=WAYS, job=project.job(practice=practice))
    with project.db.write() as c:
        runs.change(c, run.id, job_id=None, settings={**run.settings, "trial": "prompt_optimized"})
    return run.id


@pytest.mark.parametrize("practice", [True, False])
def test_the_stamp_goes_by_what_was_asked_and_not_by_what_was_trained(db: Database, practice: bool) -> None:
    project = measured.begin(db, LABELLED)
    tried = _tried(project, practice=practice)
    project.job(practice=not practice)
    story = tell(db, project.project_id)
    assert (story.run_id, story.practice) == (tried, practice)
    assert bool(words.stamp(story)) == practice


def test_a_decision_is_of_whoever_took_it_on_the_day_that_it_was_taken(db: Database) -> None:
    project = measured.begin(db, LABELLED)
    answers: dict[str, Any] = {"best_base_model": "no"}
    saves = [
        ("AB", "", ""),
        ("CD", "improve_prompt", ""),
        ("EF", "improve_prompt", "We have time."),
        ("GH", "use_rag", ""),
    ]
    told = []
    for who, choice, note in saves:
        with db.write() as c:
            advice = recommend(answers)
            decisions.save(
                c,
                project.project_id,
                answers=answers,
                reasons=[],
                recommendation=advice,
                who=who,
                choice=choice,
                note=note,
            )
        story = tell(db, project.project_id)
        assert story.decided is not None
        told.append((story.decided.choice, story.decided.who, story.decided.why))
    assert told == [
        ("", "AB", ""),
        ("improve_prompt", "CD", ""),
        ("improve_prompt", "CD", "We have time."),
        ("use_rag", "GH", ""),
    ]


def test_a_loss_that_is_no_number_draws_no_line(db: Database) -> None:
    project = measured.begin(db, LABELLED)
    job = project.job()
    with db.write() as c:
        jobs.add_metrics(c, job.id, [Metric(1, 3, train_loss=2.0), Metric(2, 3, train_loss=math.inf)])
    assert tell(db, project.project_id).losses == ((1, 2.0),)
