"""The whole journey, as a person walks it, in a real browser with real data and a real (small) training."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftcore.records import JobState, Status
from ftcore.store import decisions, examples, imports, jobs, projects, runs
from ftcore.workspace import open_workspace
from tests.e2e.browsing import RunningApp, settled
from tests.faults.supervised import Supervised

pytestmark = [pytest.mark.e2e, pytest.mark.model, pytest.mark.shared]
LONG = 420_000
"""Milliseconds that a training or a comparison may take on a busy machine."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[RunningApp]:
    """Everything, started as a user starts it."""
    workspace = open_workspace(tmp_path_factory.mktemp("whole") / "workspace")
    supervised = Supervised(workspace).start()
    db = workspace.open_database()
    yield RunningApp(workspace.address.read_text(), workspace, db, workspace.root / "logs" / "app.log")
    db.close()
    supervised.stop()


@pytest.fixture
def turns(shared_data: Path, tmp_path: Path) -> Path:
    """Forty turns of NLU++ hotels that have intents: what a guest says, and its intents as a JSON list."""
    rows = json.loads((shared_data / "nlupp" / "hotels" / "fold0.json").read_text())
    rows += json.loads((shared_data / "nlupp" / "hotels" / "fold1.json").read_text())
    path = tmp_path / "guests.json"
    path.write_text(json.dumps([row for row in rows if row.get("intents")][:40]))
    return path


@pytest.mark.timeout(1200)
def test_from_the_question_to_the_report(page: Any, app: RunningApp, turns: Path) -> None:
    page.goto(app.url)
    page.get_by_role("button", name="Answer the five questions").click()
    page.get_by_role("heading", name="Decide", exact=True).wait_for(timeout=30_000)
    settled(page)
    page.get_by_test_id("stRadio").get_by_text("Yes", exact=True).first.click()
    settled(page)
    page.get_by_role("button", name="Save answer and continue").click()
    settled(page)

    go_to(page, "Curate")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(str(turns))
    page.get_by_text("The first of 40 rows").wait_for(timeout=30_000)
    settled(page)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text(re.compile("40 read: 40 kept")).wait_for(timeout=60_000)
    settled(page)
    page.get_by_role("button", name=re.compile(r"Approve the \d+")).click()
    settled(page)

    go_to(page, "Decide")
    page.get_by_text("2. Prompt worked on").click()
    settled(page)
    page.get_by_role("button", name="Try it", exact=True).click()
    page.get_by_text(re.compile(r"\d+ of \d+ answers")).wait_for(timeout=60_000)
    page.get_by_text("Tried on", exact=False).wait_for(timeout=LONG)
    page.get_by_text("What examples or instructions bring there", exact=False).wait_for()

    go_to(page, "Train")
    settled(page)
    page.get_by_role("button", name=re.compile(r"Start training")).click(timeout=60_000)
    page.get_by_text(re.compile(r"step \d+ of \d+")).first.wait_for(timeout=LONG)
    page.reload()  # it goes on, whatever the browser does
    page.get_by_text("The model is ready").wait_for(timeout=LONG)

    go_to(page, "Evaluate")
    settled(page)
    page.get_by_role("button", name="Run the comparison").click()
    page.get_by_role("button", name="Use in the report").wait_for(timeout=LONG)
    settled(page)
    page.get_by_text("It does not show that a larger model", exact=False).first.wait_for()
    page.get_by_role("button", name="Use in the report").click()
    page.get_by_role("heading", name="Report", exact=True).wait_for(timeout=30_000)
    settled(page)
    for label, look in (("Download the deck", is_a_deck), ("Web page", is_one_page)):
        with page.expect_download(timeout=60_000) as waiting:
            page.get_by_role("button", name=label).click()
        look(Path(waiting.value.path()).read_bytes())

    with app.db.read() as c:
        (project,) = projects.every(c)
        (taken,) = imports.of_project(c, project.id)
        (job,) = jobs.of_project(c, project.id)
        (run,) = runs.of_project(c, project.id)
        (trial,) = runs.trials(c, project.id)
        assert decisions.latest(c, project.id).answers == {"best_base_model": "yes"}  # type: ignore[union-attr]
        assert (taken.read, taken.accepted + taken.rejected) == (40, 40)
        assert examples.count(c, project.id, examples.Filter(status=Status.APPROVED))[0] >= 30
        assert (job.state, job.step) == (JobState.SUCCEEDED, job.total_steps)
        assert (trial.state, run.state) == ("done", "done")
        assert trial.job_id is None
        assert {arm["arm"] for arm in run.result["arms"]} >= {"base", "prompt", "few_shot_3", "fine_tuned"}
        assert all(arm["missing"] == 0 and 0 <= arm["average"] <= 1 for arm in run.result["arms"])


def go_to(page: Any, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
    page.get_by_role("heading", name=name, exact=True).wait_for(timeout=30_000)
    settled(page)


def is_a_deck(content: bytes) -> None:
    from pptx import Presentation

    deck = Presentation(io.BytesIO(content))
    texts = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert len(deck.slides) >= 3
    assert any("practice model" in text.lower() for text in texts)
    assert any(shape.has_chart for slide in deck.slides for shape in slide.shapes)


def is_one_page(content: bytes) -> None:
    text = content.decode()
    assert "ft:smollm2-135m-instruct" in text
    assert not re.search(r"<(?:script|img|iframe|link|source)\b[^>]*\b(?:src|href)=[\"']?https?:", text)
