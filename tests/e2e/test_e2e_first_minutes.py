"""The first minutes of somebody who has never seen it: a sample, and the guided path over all six pages, in a real browser."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from ftcore.evaluation.recorded import look
from ftcore.store import jobs, projects, recorded
from ftcore.ui import guide_recorded
from ftcore.ui.page import PAGES
from tests.e2e.browsing import RunningApp, settled

pytestmark = pytest.mark.e2e
MINUTE = 60.0
FULL = {
    "overview": "Read what it says",
    "decide": "5 of 5",
    "curate": "ready ·",
    "train": "A training recorded on",
    "evaluate": "On the practice model",
    "report": "Download the deck",
}
"""What stands on a page that has something to show."""
EMPTY = (
    "There are no examples yet",
    "Nothing to train on yet",
    "No models yet",
    "Nothing measured yet",
    "Train a model first",
)
"""The beginnings of what an empty page says."""


def test_a_newcomer_has_seen_all_six_pages_full_within_a_minute(page: Any, app: RunningApp) -> None:
    page.goto(app.url)
    page.get_by_text("Three ways in").wait_for(timeout=30_000)
    for way in ("A finished sample", "My file", "Only the questions"):
        page.get_by_role("heading", name=way, exact=True).wait_for(timeout=30_000)
    began = time.monotonic()
    page.get_by_role("button", name="Open the sample project").click()
    for number, (name, (_, title, _)) in enumerate(PAGES.items(), 1):
        page.get_by_text(f"{number} of 6 · {title}").wait_for(timeout=30_000)
        page.get_by_text(FULL[name]).first.wait_for(timeout=30_000)
        settled(page)
        shown = page.get_by_test_id("stMain").inner_text()
        assert not [said for said in EMPTY if said in shown], name
        following = list(PAGES.values())[number % len(PAGES)][1]
        label = f"On to {following}" if number < len(PAGES) else "Back to the Overview"
        page.get_by_role("button", name=label).click()
    page.get_by_text("1 of 6 · Overview").wait_for(timeout=30_000)
    took = time.monotonic() - began
    assert took < MINUTE


def test_hints_are_hidden_for_every_page_and_shown_again(page: Any, app: RunningApp) -> None:
    open_sample(page, app)
    go_to(page, "Decide")
    page.get_by_text("2 of 6 · Decide").wait_for(timeout=30_000)
    page.get_by_role("button", name="Hide hints").click()
    page.get_by_text("2 of 6 · Decide").wait_for(state="detached", timeout=30_000)
    for title in ("Curate", "Report", "Overview"):
        go_to(page, title)
        assert page.get_by_text(re.compile(r"\d of 6 · ")).count() == 0
    page.reload()
    settled(page)
    assert page.get_by_text(re.compile(r"\d of 6 · ")).count() == 0
    page.get_by_text("Hints on every page").click()
    page.get_by_text("1 of 6 · Overview").wait_for(timeout=30_000)


def test_a_recorded_run_says_so_leads_to_training_here_and_can_be_taken_away(page: Any, app: RunningApp) -> None:
    kept = look("tickets")
    assert kept is not None
    day = guide_recorded.day(kept.on)
    open_sample(page, app)
    go_to(page, "Evaluate")
    page.get_by_text(f"Recorded on {day}").wait_for(timeout=30_000)
    page.get_by_text("Compare again").click()
    page.get_by_role("button", name="Train it here").click()
    page.get_by_role("heading", name=f"A training recorded on {day}").wait_for(timeout=30_000)
    page.get_by_role("button", name="Start training").wait_for(timeout=30_000)
    page.get_by_test_id("stMain").get_by_text("Models", exact=True).click()
    page.get_by_text("never on this computer").wait_for(timeout=30_000)
    page.get_by_role("button", name="Train here", exact=True).click()
    page.get_by_role("heading", name=f"A training recorded on {day}").wait_for(timeout=30_000)
    go_to(page, "Overview")
    page.get_by_role("button", name="Start from the beginning").click()
    page.get_by_role("button", name=f"Bring the recorded run of {day} back").wait_for(timeout=30_000)
    with app.db.read() as c:
        (project,) = [one for one in projects.every(c) if one.sample]
        assert jobs.of_project(c, project.id) == []
    page.get_by_role("button", name="Bring the recorded run").click()
    page.get_by_role("button", name="Start from the beginning").wait_for(timeout=30_000)
    with app.db.read() as c:
        assert recorded.of_project(c, project.id) is not None


def open_sample(page: Any, app: RunningApp) -> None:
    """The sample's project, whether or not another test has opened it."""
    page.goto(app.url)
    page.get_by_role("button", name=re.compile("Open the sample project|Go to this sample")).first.click(timeout=30_000)
    page.get_by_role("heading", name="Read what it says").wait_for(timeout=30_000)
    settled(page)


def go_to(page: Any, title: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=title).click()
    page.get_by_test_id("stMain").get_by_role("heading", level=1).first.wait_for(timeout=30_000)
    settled(page)
