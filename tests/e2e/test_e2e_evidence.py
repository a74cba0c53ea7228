"""The evidence of a comparison in a browser: nine ways drawn, a row with an address of its own, words that are looked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.browsing import RunningApp, settled
from tests.ui import measured_runs as measured
from tests.ui.measured_runs import LABELLED

pytestmark = pytest.mark.e2e
FOLDS = {
    "How well does each way do?": "arms",
    "Which labels are confused?": "confusion-map-fine_tuned",
    "What does a better answer cost?": "cost-plot",
    "How long does an answer take?": "latency-plot",
}
"""What a fold is called, and the key of its figure."""


def test_every_fold_draws_its_figure_and_nothing_fails(app: RunningApp, page: Any) -> None:
    project = measured.begin(app.db, LABELLED)
    measured.run(project, LABELLED, job=project.job())
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"{app.url}/evaluate?project={project.project_id}")
    page.get_by_text("What fine-tuning brought").wait_for(timeout=30_000)
    settled(page)
    for title, key in FOLDS.items():
        page.get_by_text(title).click()
        page.locator(f".st-key-{key} .js-plotly-plot").wait_for(timeout=30_000)
        settled(page)
    page.get_by_text("Is it better everywhere?").click()
    page.get_by_test_id("stDataFrame").first.wait_for(timeout=30_000)
    settled(page)
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert failed == []


def test_a_row_is_sent_to_somebody_by_its_address(app: RunningApp, page: Any, browser: Any) -> None:
    project = measured.begin(app.db, LABELLED)
    measured.run(project, LABELLED, job=project.job())
    page.goto(f"{app.url}/evaluate?project={project.project_id}&view=Every+answer")
    page.get_by_label("Words in a question or an answer").wait_for(timeout=30_000)
    page.get_by_label("Words in a question or an answer").fill("Ticket 44:")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('[class*=st-key-row-]').length === 1")
    page.get_by_role("button", name="Only this row").click()
    page.get_by_role("button", name="Show all answers").wait_for()
    somebody = browser.new_page()
    somebody.goto(page.url)
    somebody.get_by_text("Ticket 44:").wait_for(timeout=30_000)
    assert somebody.get_by_text("Example ", exact=False).count() >= 1
    assert somebody.get_by_role("button", name="Only this row").count() == 0
    somebody.close()
