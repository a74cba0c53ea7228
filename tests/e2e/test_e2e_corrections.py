"""A row sent back in a real browser, with the worker that scores again."""

from __future__ import annotations

from typing import Any

import pytest

from ftcore.records import Split
from ftcore.store import examples, runs, snapshots
from ftcore.store.runs import Run
from ftcore.worker.evaluate import score_again
from tests.e2e.browsing import RunningApp, settled
from tests.finished_run import finished

pytestmark = pytest.mark.e2e
RIGHT = '{"category": "a broken zip is a warranty case", "number": 0}'


def concluded(app: RunningApp) -> Run:
    """A finished comparison whose answers came from no server that could be asked again."""
    run = finished(app.db)
    result = score_again(app.db, app.workspace, run.id)
    with app.db.write() as c:
        runs.change(c, run.id, result=result)
        return runs.get(c, run.id)


def test_a_wrong_expected_answer_is_corrected_and_the_verdict_before_stays(app: RunningApp, page: Any) -> None:
    run = concluded(app)
    with app.db.read() as c:
        case = str(next(snapshots.rows(c, run.snapshot_id, Split.TEST)).example_id)
    page.goto(f"{app.url}/evaluate?project={run.project_id}&row={case}")
    page.get_by_role("button", name="Something is wrong here").first.click(timeout=30_000)
    field = page.get_by_role("textbox", name="The right answer")
    field.wait_for()
    field.fill(RIGHT)
    page.get_by_role("textbox", name="Why (for the record)").fill("the label was old")
    page.get_by_role("button", name="Correct it and score again").click()
    page.get_by_text("After 1 correction:").wait_for(timeout=60_000)
    page.get_by_text("Verdict before:").wait_for()
    settled(page)
    with app.db.read() as c:
        new = runs.of_project(c, run.project_id)[0]
        assert (new.state, new.parent_id, new.corrections) == ("done", run.id, 1)
        assert examples.get(c, int(case)).training.response == RIGHT
        assert runs.get(c, run.id) == run
    page.get_by_text("What was corrected", exact=True).click()
    page.get_by_text(f"1. Example {case}: its expected answer was changed").wait_for()
