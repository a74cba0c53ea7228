"""Everybody can use it: by keyboard alone, in both themes with enough contrast, on a phone, and with a screen reader as far as
axe-core can tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from axe_playwright_python.sync_playwright import Axe

from ftcore.dataset.sample import load_sample, open_sample
from ftcore.evaluation.recorded import take_in
from ftcore.records import Reply
from ftcore.store import decisions, projects
from ftcore.ui.decide import decide_state
from ftcore.ui.page import PAGES
from tests.e2e.browsing import RunningApp, settled

pytestmark = pytest.mark.e2e
SAMPLE = "tickets"
WIDE, NARROW = 1280, 390
GRAVE = ("serious", "critical")
MOST_TABS = 90


@dataclass(frozen=True)
class Theirs:
    """A finding that is Streamlit's own: nothing of ours, nor of the theme, can mend it. `within`: a selector of the element,
    or of one around it."""

    rule: str
    within: str
    why: str


THEIRS = (
    Theirs(
        "color-contrast",
        '[data-testid="stButtonGroup"] [data-selected="true"]',
        "The label of the chosen segment is the primary colour on a tint of itself; a primary button's label is always white. "
        "On the dark ground no colour has 4.5:1 for both (3.6:1 at best), so the buttons have it.",
    ),
    Theirs(
        "scrollable-region-focusable",
        '[data-testid="stTable"]',
        "A static table that is wider than a phone scrolls in itself and cannot take the focus.",
    ),
)
CUT_OFF = """() => [...document.querySelectorAll('[data-testid="stMain"] *')].filter(e => {
  if (e.closest('.js-plotly-plot, canvas, [data-testid="stTooltipHoverTarget"]') || !e.textContent.trim()) return false;
  if (e.closest('button') && getComputedStyle(e).textOverflow === 'ellipsis' && e.scrollWidth > e.clientWidth + 1) return true;
  const box = e.getBoundingClientRect();
  if (e.children.length || !box.width || (box.right <= innerWidth + 1 && box.left >= -1)) return false;
  for (let up = e.parentElement; up && up.dataset.testid !== 'stMain'; up = up.parentElement)
    if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return false;
  return true;
}).map(e => e.textContent.trim().slice(0, 80))"""
"""Texts that reach beyond the window and cannot be scrolled to, and labels of buttons that end in dots."""


@pytest.fixture(scope="module")
def project_id(app: RunningApp) -> int:
    """The sample with its finished run and its answers: every page has something to show."""
    sample = load_sample(SAMPLE)
    project = open_sample(app.db, SAMPLE, who="DK")
    decide_state.fill(app.db, project.id, cast("dict[str, Reply]", dict(sample.answers)), sample.reasons, who="DK")
    assert take_in(app.db, project.id, SAMPLE, who="DK")
    return project.id


Open = Callable[..., Any]
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 24, 26)"}


@pytest.fixture
def open_page(browser: Any, app: RunningApp, project_id: int) -> Iterator[Open]:
    """Opens a page of the sample in a fresh tab."""
    contexts: list[Any] = []

    def open_(name: str, address: str = "") -> Any:
        context = browser.new_context(viewport={"width": WIDE, "height": 900}, color_scheme="light")
        contexts.append(context)
        tab = context.new_page()
        tab.goto(f"{app.url}/{'' if name == 'overview' else name}?project={project_id}{address}")
        tab.get_by_text(" of 6 · ").wait_for(timeout=60_000)
        settled(tab, 60_000)
        return tab

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_grave_in_what_is_ours_and_no_page_scrolls_sideways(open_page: Open, name: str) -> None:
    tab = open_page(name)
    for width in (WIDE, NARROW):
        for theme in GROUNDS:
            look(tab, width, theme)
            assert grave(tab) == []
        assert fits(tab, width)
        assert tab.evaluate(CUT_OFF) == []


@pytest.mark.parametrize(
    ("name", "address"),
    [("train", "&train=Models"), ("train", "&train=Connections")]
    + [("decide", "&decide=Would+it+pay%3F"), ("decide", "&decide=Decision+record")]
    + [("curate", f"&curate={mode}") for mode in ("Import", "Review", "Problems", "Split+and+export")]
    + [("evaluate", f"&view={view}") for view in ("Every+answer", "Blind+rating", "How+it+was+measured")],
)
def test_axe_finds_nothing_grave_in_the_other_modes_of_a_page(open_page: Open, name: str, address: str) -> None:
    tab = open_page(name, address)
    for theme in GROUNDS:
        look(tab, WIDE, theme)
        assert grave(tab) == []
    look(tab, NARROW, "light")
    assert fits(tab, NARROW)


def test_the_first_screen_is_for_everybody_too(browser: Any, app: RunningApp) -> None:
    with app.db.write() as c:  # an empty workspace, for as long as this takes
        known = [project.id for project in projects.every(c)]
        for id_ in known:
            projects.archive(c, id_)
    tab = browser.new_context(viewport={"width": WIDE, "height": 900}).new_page()
    try:
        tab.goto(app.url)
        tab.get_by_text("Three ways in").wait_for(timeout=60_000)
        for width in (WIDE, NARROW):
            for theme in GROUNDS:
                look(tab, width, theme)
                assert grave(tab) == []
            assert fits(tab, width)
            assert tab.evaluate(CUT_OFF) == []
    finally:
        tab.context.close()
        with app.db.write() as c:
            for id_ in known:
                projects.bring_back(c, id_)


def test_the_keyboard_alone_goes_from_the_overview_to_the_report(open_page: Open) -> None:
    tab = open_page("overview")
    tab_to(tab, "Read the report")
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Report", exact=True).wait_for(timeout=30_000)


def test_the_keyboard_alone_answers_a_question(open_page: Open, app: RunningApp, project_id: int) -> None:
    tab = open_page("decide")
    with app.db.read() as c:
        before = decisions.latest(c, project_id)
    tab_to(tab, "Yes")  # the answer that stands has the focus
    tab.keyboard.press("ArrowDown")
    settled(tab)
    tab_to(tab, "Save answer and continue")
    tab.keyboard.press("Enter")
    tab.wait_for_timeout(1_500)
    settled(tab)
    with app.db.read() as c:
        after = decisions.latest(c, project_id)
    assert before is not None
    assert after is not None
    assert after.answers != before.answers


def test_the_keyboard_alone_decides_on_an_example(open_page: Open) -> None:
    tab = open_page("curate", "&curate=Review")
    tab_to(tab, "Reject")
    tab.keyboard.press("Enter")
    tab.get_by_role("button", name=re.compile("Undo")).first.wait_for(timeout=30_000)
    settled(tab)
    tab_to(tab, "Undo")
    tab.keyboard.press("Enter")
    settled(tab)


def test_the_keyboard_alone_reaches_the_training(open_page: Open) -> None:
    tab = open_page("train")
    tab_to(tab, "See what it was worth")
    tab_to(tab, "Automatic")


def test_the_keyboard_alone_goes_from_the_verdict_to_the_report(open_page: Open) -> None:
    tab = open_page("evaluate")
    tab_to(tab, "Use in the report")
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="Report", exact=True).wait_for(timeout=30_000)


def test_the_keyboard_alone_downloads_the_deck(open_page: Open) -> None:
    tab = open_page("report")
    tab_to(tab, "Download the deck")
    with tab.expect_download(timeout=60_000) as taken:
        tab.keyboard.press("Enter")
    assert taken.value.suggested_filename.endswith(".pptx")


@pytest.mark.parametrize("name", PAGES)
def test_the_first_stop_of_the_keyboard_skips_to_the_page_and_the_hint_comes_before_the_work(
    open_page: Open, name: str
) -> None:
    tab = open_page(name)
    tab.keyboard.press("Tab")
    assert "Skip to main content" in focused(tab)
    tab_to(tab, "On to " if name != "report" else "Back to the Overview")
    tab_to(tab, "Hide hints", most=1)


def grave(tab: Any) -> list[str]:
    """What axe finds serious or critical and is not Streamlit's own."""
    found = Axe().run(tab).response["violations"]
    said = []
    for rule in found:
        if rule["impact"] not in GRAVE:
            continue
        allowed = [one.within for one in THEIRS if one.rule == rule["id"]]
        for node in rule["nodes"]:
            target = node["target"][-1]
            within = "([target, allowed]) => allowed.some(one => document.querySelector(target)?.closest(one))"
            if not tab.evaluate(within, [target, allowed]):
                html = re.sub(r"\s+", " ", node["html"])
                said.append(f"{rule['id']}: {html[:200]}")
    return said


def look(tab: Any, width: int, theme: str) -> None:
    """Makes the tab so wide and so dark, and waits until it is."""
    tab.emulate_media(color_scheme=theme)
    tab.set_viewport_size({"width": width, "height": 900})
    ground = "want => getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor === want"
    tab.wait_for_function(ground, arg=GROUNDS[theme], timeout=30_000)
    settled(tab, 30_000)


def fits(tab: Any, width: int) -> bool:
    """Whether neither the document nor its main part can be scrolled sideways."""
    widths = "[document.documentElement.scrollWidth, document.querySelector('[data-testid=\"stMain\"]').scrollWidth]"
    return max(tab.evaluate(widths)) <= width


def focused(tab: Any) -> str:
    """What the element that has the focus says of itself."""
    return str(
        tab.evaluate(
            "(() => { const e = document.activeElement; const label = e.closest('label'); return [e.innerText, "
            "e.getAttribute('aria-label'), e.value, label && label.innerText].filter(Boolean).join(' ') })()"
        )
    )


def tab_to(tab: Any, label: str, *, most: int = MOST_TABS) -> int:
    """Presses Tab until what has the focus says `label`; gives the number of presses."""
    passed = []
    for number in range(1, most + 1):
        # Pressed faster than the page is drawn, the keys overtake the focus; no hand is as fast as that.
        tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        tab.keyboard.press("Tab")
        passed.append(focused(tab).replace("\n", " ")[:40])
        if (
            label in focused(tab)
            and "Skip to main" not in passed[-1]
            and tab.evaluate("document.activeElement.tagName") != "MAIN"
        ):
            return number
    raise AssertionError(f"“{label}” is not reached by the keyboard; passed: {passed}")


def test_the_check_itself_sees_a_fault(open_page: Open) -> None:
    tab = open_page("overview")
    fault = "document.querySelector('h1').insertAdjacentHTML('afterend', arguments)"
    html = (
        '<button></button><p style="color:#bbb;background:#fff">pale</p><div style="width:2000px">wide and wide</div>'
    )
    tab.evaluate(f"html => {fault.replace('arguments', 'html')}", html)
    assert {found.partition(":")[0] for found in grave(tab)} == {"button-name", "color-contrast"}
    assert tab.evaluate(CUT_OFF)
