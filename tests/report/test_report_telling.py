"""What the store holds, gathered into a story: whether a best alternative was chosen, and by what."""

from __future__ import annotations

import pytest

from ftcore.report import words
from ftcore.report.telling import tell
from ftcore.store import runs
from ftcore.workspace import open_workspace
from tests.ui.journeys import begin


@pytest.fixture
def db(tmp_path, monkeypatch):
    monkeypatch.setenv("TUNEWORTHY_HOME", str(tmp_path / "home"))
    opened = open_workspace().open_database()
    yield opened
    opened.close()


def test_a_best_alternative_was_chosen_where_validation_rows_were_asked(db):
    journey = begin(db)
    journey.run()
    story = tell(db, journey.project_id)
    assert story.best_chosen
    assert "chosen before the test examples were seen" in story.comparator_why
    assert story.comparisons[0][0] == "few_shot"


def test_without_validation_rows_none_was_chosen_and_the_report_names_the_arm(db):
    journey = begin(db, validation=0)
    journey.run()
    story = tell(db, journey.project_id)
    assert not story.best_chosen
    assert "No validation scores" in story.comparator_why
    assert words.alternative(story) == f"“{words.label_of(story, story.comparisons[0][0])}”"
    assert any("need not be the best other way" in sentence for sentence in words.limits(story))


@pytest.mark.parametrize("validation", [{}, {"base": 0.9, "few_shot": None}, {"base": 0.1, "few_shot": 0.9}])
def test_an_older_or_partly_tried_choice_is_not_called_best(db, validation):
    """The result says that the base was compared first, whatever the averages are."""
    journey = begin(db)
    run = journey.run()
    by_name = {one["against"]: one for one in run.result["comparisons"]}
    result = {**run.result, "comparisons": [by_name["base"], by_name["few_shot"]], "validation": validation}
    with db.write() as c:
        runs.change(c, run.id, result=result)
    assert not tell(db, journey.project_id).best_chosen
