"""The web page in a browser: tips, ways that come and go, the filter of the answers, paper, and who reads it with the keyboard."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import stories

from ftcore.records import Brand
from ftcore.report import words, write_html
from ftcore.report.html import as_html


class Headings(HTMLParser):
    """The levels of the headings, in order; the landmarks."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.landmarks: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag in ("header", "nav", "main", "footer"):
            self.landmarks.append(tag)


@pytest.mark.parametrize("name", ["believable", "organised", "practice", "no_better", "trial", "unmeasured", "nothing"])
def test_headings_come_in_order_and_landmarks_once(name: str) -> None:
    found = Headings()
    found.feed(as_html(getattr(stories, name)()))
    assert found.levels[0] == 1
    assert found.levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(found.levels, found.levels[1:], strict=False))
    assert [found.landmarks.count(tag) for tag in ("header", "main", "footer")] == [1, 1, 1]


def test_cost_decision_data_and_sources_have_their_sections() -> None:
    told = as_html(stories.organised())
    for part in (
        "What it costs, and when it pays",
        "The arithmetic",
        "The decision record",
        "To be looked at again on",
        "The data sheet in short",
        "nearly the same in 12",
        "clause 7 of our terms",
        "arxiv.org/abs/2405.00200",
        "a seller&#x27;s own figure",
        "shut down on 30 September 2027",
        "Cost of 1,000 tickets",
    ):
        assert part in told, part


def test_a_trial_speaks_of_its_way_and_not_of_a_tuned_model() -> None:
    told = re.sub(r"<script.*?</script>", "", as_html(stories.trial()), flags=re.DOTALL)
    assert "“Your full instructions” minus “Base model”" in told
    assert "The worst for “Your full instructions” first" in told
    assert "the tuned model" not in told.split('id="s-the-decision-record"')[0].split('id="advice"')[0]


def test_a_colour_that_is_none_never_reaches_the_page(shared_data: Path) -> None:
    naughty = json.loads((shared_data / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    told = as_html(stories.hostile(naughty))
    style = told.split("<style>")[1].split("</style>")[0]
    assert "evil" not in style
    assert stories.hostile(naughty).brand == Brand("<script>window.hacked=1</script>", "red; background:url(http://evil.example)", "<img src=x onerror=window.hacked=1>")  # fmt: skip


@pytest.mark.e2e
def test_tips_ways_and_answers_answer_to_mouse_and_keyboard(browser: Any, tmp_path: Path) -> None:
    story = stories.believable()
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(write_html(story, tmp_path / "report.html").as_uri())
    mark = page.locator("#figure-ways .mark").nth(2)
    mark.hover()
    assert "86 of 100 (79 to 91), 120 examples" in page.locator(".tip").inner_text()
    page.mouse.move(0, 0)
    assert page.locator(".tip").is_hidden()
    mark.focus()
    assert "Fine-tuned, short prompt" in page.locator(".tip").inner_text()
    page.keyboard.press("Escape")
    assert page.locator(".tip").is_hidden()

    way = page.locator("#choose-ways button").nth(0)
    way.click()
    assert way.get_attribute("aria-pressed") == "false"
    assert page.locator("#figure-ways .mark").nth(0).is_hidden()
    assert page.locator("tr.way-0").is_hidden()
    way.click()
    assert page.locator("tr.way-0").is_visible()

    page.locator("summary").filter(has_text="Show the answers").click()
    page.locator("#choose-answers button").filter(has_text="Lost").click()
    shown = page.locator("tr[data-outcome]:visible")
    lost = [row for row in words.shown_rows(story) if (words.change(story, row) or 0) < 0]
    assert shown.count() == len(lost)
    assert {row.get_attribute("data-outcome") for row in shown.all()} == {"lost"}

    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.close()


@pytest.mark.e2e
def test_everything_can_be_read_without_the_script_and_on_paper(browser: Any, tmp_path: Path) -> None:
    path = write_html(stories.practice(), tmp_path / "report.html")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("#figure-ways .mark").count() == 3
    assert page.locator(".choose:visible").count() == 0
    assert page.locator("tr.way-2").is_visible()
    page.locator("summary").filter(has_text="Show the answers").click()
    assert page.locator("tr[data-outcome]:visible").count() > 100
    made = page.pdf(format="A4")
    assert made.startswith(b"%PDF")
    context.close()


@pytest.mark.e2e
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["organised", "practice", "no_better", "trial", "unmeasured", "nothing"])
def test_axe_finds_nothing_in_the_page(browser: Any, tmp_path: Path, name: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(write_html(getattr(stories, name)(), tmp_path / "report.html").as_uri())
    for fold in page.locator("summary").all():
        fold.click()
    found = Axe().run(page).response["violations"]
    page.close()
    assert not [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found]


@pytest.mark.e2e
def test_on_paper_boxes_stand_below_each_other_and_a_heading_keeps_with_what_follows(
    browser: Any, tmp_path: Path
) -> None:
    page = browser.new_page(viewport={"width": 690, "height": 1000})  # as wide as A4 between its margins
    page.goto(write_html(stories.organised(), tmp_path / "report.html").as_uri())
    page.emulate_media(media="print")
    boxes = [box.bounding_box() for box in page.locator(".answer > div").all()]
    assert len({round(box["x"]) for box in boxes}) == 1
    assert all(box["width"] > 600 and box["height"] < 160 for box in boxes)
    style = "found => found.map(e => [getComputedStyle(e).breakAfter, getComputedStyle(e).breakInside])"
    assert {after for after, _ in page.locator("h2, h3, .sub, caption").evaluate_all(style)} == {"avoid"}
    whole = ".row, figure, .sub, .answer > div, table.facts, tr"
    assert {inside for _, inside in page.locator(whole).evaluate_all(style)} == {"avoid"}
    for name in ("answers", "engineer"):  # a heading over a closed fold would stand over nothing
        assert not page.locator(f"#{name}").is_visible()
    page.close()
