"""What the store holds, gathered into a story: whether a best alternative was chosen, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ftcore.report import words
from ftcore.report.telling import tell
from ftcore.store import runs
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
