"""The Report page in a browser: presenting with keys and buttons in both themes, and the papers to take away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from ftcore.store import projects
from tests.e2e.browsing import RunningApp, settled
from tests.ui.journeys import HOSTILE, begin

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def measured(app: RunningApp) -> int:
    """A project with a finished comparison, whose name is an attack."""
    journey = begin(app.db)
    journey.run()
    with app.db.write() as c:
        projects.rename(c, journey.project_id, f"<img src=x onerror=window.hacked=1> {HOSTILE}")
    return journey.project_id


def opened(page: Any, app: RunningApp, project_id: int) -> None:
    page.goto(f"{app.url}/report?project={project_id}")
    page.get_by_role("button", name="Download the deck").wait_for(timeout=30_000)
    settled(page)


def step(page: Any) -> str:
    return str(page.locator("dialog .step").inner_text())


def test_the_story_is_presented_with_keys_and_buttons_and_escape_leaves(
    page: Any, app: RunningApp, measured: int
) -> None:
    opened(page, app, measured)
    page.get_by_role("button", name="Present").click()
    page.locator("dialog .step").wait_for(timeout=20_000)
    assert step(page) == "The question"
    assert "<img src=x onerror=window.hacked=1>" in page.locator("dialog h2").inner_text()
    assert page.evaluate("window.hacked") is None
    seen = [step(page)]
    for key in ("ArrowRight", "ArrowRight", "PageDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
        seen.append(step(page))
    assert seen == ["The question", "The answer", "The evidence", "The cost", "The risks", "What next"]
    assert page.get_by_role("button", name="Next").is_disabled()
    page.keyboard.press("Home")
    page.get_by_role("button", name="Next").click()
    assert step(page) == "The answer"
    box = page.locator("dialog .stage").bounding_box()
    size = page.evaluate("[window.innerWidth, window.innerHeight]")
    assert [box["width"], box["height"]] == size
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached", timeout=20_000)
    settled(page)
    page.get_by_role("button", name="Present").click()
    page.locator("dialog .step").wait_for(timeout=20_000)
    page.get_by_role("button", name="Leave").click()
    page.locator("dialog").wait_for(state="detached", timeout=20_000)


def test_nothing_that_is_presented_lies_under_the_buttons(page: Any, app: RunningApp, measured: int) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    opened(page, app, measured)
    page.get_by_role("button", name="Present").click()
    page.locator("dialog .step").wait_for(timeout=20_000)
    for at in range(6):
        ends = page.locator("dialog .screen").evaluate("s => [s.scrollHeight, s.clientHeight]")
        assert ends[0] <= ends[1], step(page)
        if at < 5:
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_presenting_has_the_ground_of_the_theme_and_words_that_can_be_read(
    browser: Any, app: RunningApp, measured: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    opened(page, app, measured)
    page.get_by_role("button", name="Present").click()
    page.locator("dialog .step").wait_for(timeout=20_000)
    shown = page.locator("dialog .stage")
    colours = shown.evaluate("e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]")
    ground, words = (sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours)
    assert (ground > words) == (scheme == "light")
    assert abs(ground - words) > 500
    found = Axe().run(page).response["violations"]
    inside = [
        (one, node) for one in found for node in one["nodes"] if isinstance(node["target"][0], list)
    ]  # in a shadow root
    grave = [(one["id"], node["html"][:200]) for one, node in inside if one["impact"] in ("serious", "critical")]
    assert not grave
    context.close()


def test_the_papers_are_downloaded_under_names_of_their_own(page: Any, app: RunningApp, measured: int) -> None:
    opened(page, app, measured)
    for label, name, begins in (
        ("Data sheet", "data-sheet.md", "# Data sheet: "),
        ("Model card", "model-card.md", "# Model card: "),
    ):
        with page.expect_download(timeout=60_000) as waiting:
            page.get_by_role("button", name=label).click()
        got = waiting.value
        assert got.suggested_filename.endswith(f"-{name}")
        assert Path(got.path()).read_text(encoding="utf-8").startswith(begins)
