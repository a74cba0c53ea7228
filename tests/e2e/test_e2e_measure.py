"""Train, Evaluate and Report where only a browser shows it: deep links, a live page across reloads, real downloads."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from ftcore.records import JobState
from ftcore.store import jobs, runs
from tests.e2e.browsing import RunningApp
from tests.ui.journeys import HOSTILE, MODEL, begin

pytestmark = pytest.mark.e2e


def test_the_first_visit_of_all_may_be_a_deep_link_and_has_the_apps_frame(app: RunningApp, page: Any) -> None:
    journey = begin(app.db)
    page.goto(f"{app.url}/train?project={journey.project_id}")
    page.get_by_role("heading", name="Train", exact=True).wait_for(timeout=30_000)
    page.get_by_test_id("stSidebar").wait_for()


def test_progress_is_live_and_survives_a_reload(app: RunningApp, page: Any) -> None:
    journey = begin(app.db)
    job = journey.job(JobState.RUNNING, step=3)
    page.goto(f"{app.url}/train?project={journey.project_id}")
    page.get_by_text("step 3 of 6").wait_for(timeout=30_000)
    page.get_by_text("Events", exact=True).click()
    page.get_by_text("Step 1/6").wait_for()
    with app.db.write() as c:
        jobs.change(c, job.id, step=4)
    page.get_by_text("step 4 of 6").wait_for(timeout=10_000)
    assert page.get_by_text("Step 1/6").is_visible()  # what is open stays open while the page ticks
    page.reload()
    page.get_by_text("step 4 of 6").wait_for(timeout=30_000)
    with app.db.write() as c:
        jobs.change(c, job.id, state=JobState.SUCCEEDED, fine_tuned_model=MODEL, step=6)
    page.get_by_text("The model is ready").wait_for(timeout=10_000)


def test_answers_are_plain_text_and_turn_page_by_page(app: RunningApp, page: Any) -> None:
    journey = begin(app.db)
    journey.run()
    page.goto(f"{app.url}/evaluate?project={journey.project_id}")
    page.get_by_text("Use in the report").wait_for(timeout=30_000)
    page.get_by_text("Every answer", exact=True).click()
    page.get_by_text("Page 1 of 3").wait_for()
    page.get_by_text(HOSTILE).first.wait_for()
    assert page.locator("img[src*='evil']").count() == 0
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Page 2 of 3").wait_for()


def test_the_files_are_made_when_they_are_asked_for(app: RunningApp, page: Any) -> None:
    from pptx import Presentation

    journey = begin(app.db)
    journey.run()
    page.goto(f"{app.url}/report?project={journey.project_id}")
    names = {"Download the deck": "pptx", "Web page": "html", "Figures (JSON)": "json"}
    for label, kind in names.items():
        button = page.get_by_role("button", name=label)
        button.wait_for(timeout=30_000)
        with page.expect_download(timeout=60_000) as waiting:
            button.click()
        got = waiting.value
        assert got.suggested_filename == f"tuneworthy-tickets.{kind}"
        content = Path(got.path()).read_bytes()
        if kind == "pptx":
            assert len(Presentation(io.BytesIO(content)).slides) >= 3
        elif kind == "html":
            assert MODEL in content.decode()
        else:
            assert json.loads(content)["story"]["fine_tuned_model"] == MODEL


def test_instructions_typed_just_before_the_click_are_those_of_the_run(app: RunningApp, page: Any) -> None:
    journey = begin(app.db)
    journey.job()
    page.goto(f"{app.url}/evaluate?project={journey.project_id}")
    page.get_by_text("Instructions, documents and terms").click(timeout=30_000)
    page.get_by_role("textbox", name="Version 2").fill("Answer with JSON and nothing else.")
    page.get_by_role("button", name="Run the comparison").click()
    for _ in range(100):
        with app.db.read() as c:
            found = runs.of_project(c, journey.project_id)
        if found:
            break
        page.wait_for_timeout(100)
    assert {arm["system"] for arm in found[0].arms if arm["name"] == "prompt"} == {"Answer with JSON and nothing else."}
