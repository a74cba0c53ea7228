"""Launch, close, reopen, cancel, compare: in a real browser, at the project's own trainer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from ftcore.records import JobState
from ftcore.store import jobs
from ftcore.workspace import open_workspace
from tests.e2e.browsing import RunningApp, settled
from tests.faults.supervised import Supervised
from tests.ui.journeys import begin

pytestmark = [pytest.mark.e2e, pytest.mark.model]
LONG = 300_000
"""Milliseconds that a training may take on a busy machine."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[RunningApp]:
    """Everything, started as a user starts it."""
    workspace = open_workspace(tmp_path_factory.mktemp("whole") / "workspace")
    supervised = Supervised(workspace).start()
    db = workspace.open_database()
    yield RunningApp(workspace.address.read_text(), workspace, db, workspace.root / "logs" / "app.log")
    db.close()
    supervised.stop()


@pytest.mark.timeout(1200)
def test_a_training_outlives_its_tab_is_cancelled_and_compared_and_there_is_one_job_for_each(
    browser: Any, app: RunningApp, new_tab: Callable[[], Any]
) -> None:
    journey = begin(app.db, train=12, validation=4, test=4)
    address = f"{app.url}/train?project={journey.project_id}"

    first = new_tab()
    first.goto(address)
    start(first, seed=1)
    first.get_by_text(re.compile("It goes on when you close this tab")).wait_for(timeout=60_000)
    first.close()

    second = new_tab()
    second.goto(address)
    second.get_by_text("The model is ready").wait_for(timeout=LONG)

    second.get_by_text("Train again with other settings").click()
    start(second, seed=2)
    second.get_by_text(re.compile(r"Training: step \d+ of")).wait_for(timeout=LONG)
    second.get_by_text("The model is ready").wait_for(timeout=LONG)

    second.get_by_text("Train again with other settings").click()
    start(second, seed=3, epochs=50)
    second.get_by_text(re.compile(r"Training: step \d+ of")).wait_for(timeout=LONG)
    second.get_by_role("button", name="Cancel", exact=True).click()
    second.get_by_role("button", name="Yes, stop it").click()
    second.get_by_text(re.compile("This training was stopped after")).wait_for(timeout=60_000)
    settled(second)

    second.get_by_text("Past trainings (3)").click()
    table = second.get_by_test_id("stDataFrame").first
    table.wait_for(timeout=20_000)
    second.wait_for_timeout(1_000)
    box = table.bounding_box()
    for row in (2, 3):  # the two that finished; a row is 35 pixels high
        second.mouse.click(box["x"] + 15, box["y"] + 17 + 35 * row)
        second.wait_for_timeout(500)
        settled(second)
    second.get_by_text("A lower validation loss says").wait_for(timeout=20_000)
    assert second.locator('[data-testid="stException"]').count() == 0

    with app.db.read() as c:
        known = jobs.of_project(c, journey.project_id)
    assert [job.state for job in known] == [JobState.CANCELLED, JobState.SUCCEEDED, JobState.SUCCEEDED]
    assert [job.seed for job in known] == [3, 2, 1]
    client = OpenAI(
        base_url=app.workspace.trainer_address.read_text(), api_key=app.workspace.trainer_token.read_text().strip()
    )
    there = client.fine_tuning.jobs.list(limit=50).data
    assert sorted(job.id for job in there) == sorted(job.remote_id for job in known)


def start(tab: Any, *, seed: int, epochs: int = 1) -> None:
    """Sets the seed and the epochs among all settings, and starts."""
    settled(tab, 60_000)
    tab.get_by_test_id("stButtonGroup").get_by_text(re.compile("Everything|All settings")).click()
    settled(tab)
    for label, value in (("Epochs", epochs), ("Seed", seed)):
        field = tab.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Enter")
        settled(tab)
    tab.get_by_role("button", name=re.compile("Start training")).click(timeout=60_000)
