"""A manager answers five questions, sees the advice change, records the decision twice, and reads what changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ftcore.store import decision_records, decisions, projects
from tests.e2e.browsing import RunningApp, settled

pytestmark = [pytest.mark.e2e]
NOTE = "Dana tried two versions in May <b>& one</b> in June"


def test_from_the_first_question_to_two_records_and_their_difference(page: Any, app: RunningApp) -> None:
    page.goto(app.url)
    page.get_by_role("button", name="Answer the five questions").click()
    page.get_by_role("heading", name="Decide", exact=True).wait_for(timeout=30_000)
    settled(page)
    page.get_by_text("Five questions, about ten minutes").wait_for()

    answer(page, "Yes")
    page.get_by_role("heading", name=re.compile("Too early to say: 4 of 5")).wait_for()
    answer(page, "Not sure", save=False)
    versions = page.get_by_role("spinbutton", name=re.compile("How many versions of the prompt"))
    versions.fill("2")
    versions.press("Enter")
    settled(page)
    open_fold(page, "How do you know?")
    note = page.get_by_role("textbox", name=re.compile("A note: who says so"))
    note.click()
    page.keyboard.type(NOTE, delay=10)
    note.press("Tab")
    settled(page)
    go_on(page)
    for reply in ("No", "Yes", "Yes"):
        answer(page, reply)
    page.get_by_text("5 of 5 answered").wait_for()
    page.get_by_role("heading", name=re.compile("You don't know yet, and neither do we")).wait_for()

    page.get_by_role("button", name="Record the decision").click()
    settled(page)
    page.get_by_role("textbox", name="What is this project called?").fill("Letters")
    page.get_by_role("textbox", name="What is this project called?").press("Enter")
    page.get_by_text("It is called “Letters” from now on.").wait_for()
    settled(page)
    page.get_by_role("textbox", name="Decided by").fill("The board")
    page.get_by_role("textbox", name="Decided by").press("Enter")
    settled(page)
    page.get_by_role("button", name="Record this decision").click()
    page.get_by_text(re.compile(r"^Version 1, .*, by The board: Measure first$")).first.wait_for()
    settled(page)

    mode(page, "Questions")
    page.get_by_test_id("stButtonGroup").get_by_text(re.compile("2. Prompt worked on")).click()
    settled(page)
    answer(page, "Yes", save=False)
    page.get_by_role("heading", name=re.compile("Fine-tuning may be worth it")).wait_for()
    page.get_by_text("The case against").wait_for()
    page.get_by_text(re.compile("Since version 1, answers were changed")).wait_for()
    mode(page, "Decision record")
    page.get_by_role("button", name="Record this decision").click()
    page.get_by_text(re.compile(r"^Version 2, .*: Fine-tune, small first$")).first.wait_for()
    settled(page)
    page.get_by_text("What changed from version 1 to version 2").wait_for()
    page.get_by_text("Prompt worked on: “not sure” became “yes”.").wait_for()

    with page.expect_download(timeout=30_000) as waiting:
        page.get_by_role("button", name="Markdown").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename.endswith("-v2.md")
    assert "version 2" in text.splitlines()[0]
    assert "Letters" in text.splitlines()[0]
    assert "Dana tried two versions in May &lt;b&gt;" in text
    assert "2 versions" in text
    assert "Fine-tune, small first" in text

    page.reload()
    page.get_by_text(re.compile(r"^Version 2, ")).first.wait_for(timeout=30_000)
    settled(page)
    mode(page, "Questions")
    page.get_by_text("5 of 5 answered").wait_for()
    page.get_by_test_id("stButtonGroup").get_by_text(re.compile("2. Prompt worked on: yes")).click()
    settled(page)
    open_fold(page, "How do you know?")
    holds(page.get_by_role("textbox", name=re.compile("A note: who says so")), NOTE)
    answer(page, "Not sure", save=False)
    holds(page.get_by_role("spinbutton", name=re.compile("How many versions of the prompt")), "2")
    mode(page, "Decision record")
    page.get_by_text(re.compile(r"^Version 1, ")).first.wait_for()
    page.get_by_text(re.compile(r"^Version 2, ")).first.wait_for()

    with app.db.read() as c:
        (project,) = projects.every(c)
        kept = decision_records.of_project(c, project.id)
        latest = decisions.latest(c, project.id)
    assert [one.number for one in kept] == [2, 1]
    assert latest is not None
    assert latest.details == {"prompt_versions": 2}
    assert latest.known["prompt_optimized"]["note"] == NOTE


def test_all_at_once_is_remembered_and_keeps_each_answer_as_it_is_chosen(page: Any, app: RunningApp) -> None:
    with app.db.write() as c:
        project = projects.create(c, "All at once")
    page.goto(f"{app.url}/decide?project={project.id}")
    page.get_by_role("heading", name="Decide", exact=True).wait_for(timeout=30_000)
    settled(page)
    page.get_by_test_id("stButtonGroup").get_by_text("All at once").click()
    page.get_by_role("heading", name=re.compile("^5. Do you have good examples")).wait_for()
    settled(page)
    for at, reply in enumerate(("No", "Yes", "Yes", "No", "No")):
        page.get_by_test_id("stRadio").nth(at).get_by_text(reply, exact=True).click()
        page.get_by_text(f"{at + 1} of 5 answered").wait_for()
        settled(page)
    page.reload()
    page.get_by_role("heading", name=re.compile("^5. Do you have good examples")).wait_for(timeout=30_000)
    page.get_by_text("5 of 5 answered").wait_for()
    page.get_by_test_id("stButtonGroup").get_by_text("One at a time").click()
    settled(page)


def test_a_tap_on_another_mode_leaves_a_figure_and_is_not_swallowed(page: Any, app: RunningApp) -> None:
    with app.db.write() as c:
        project = projects.create(c, "By finger")
    page.goto(f"{app.url}/decide?project={project.id}&decide=Would+it+pay%3F")
    calls = page.get_by_role("spinbutton", name="Questions a month")
    calls.fill("8000", timeout=30_000)
    mode(page, "Decision record")  # a finger leaves the field and presses in the same moment
    page.get_by_role("button", name="Record this decision").wait_for()
    mode(page, "Would it pay?")
    holds(calls, "8000")


def test_the_questions_are_answered_with_the_keyboard_alone(page: Any, app: RunningApp) -> None:
    with app.db.write() as c:
        project = projects.create(c, "By keyboard")
    page.goto(f"{app.url}/decide?project={project.id}")
    page.get_by_role("heading", name="Decide", exact=True).wait_for(timeout=30_000)
    settled(page)
    page.get_by_role("radio", name=re.compile("^Yes")).first.focus()
    page.keyboard.press("Space")
    page.get_by_text("1 of 5 answered").wait_for()
    settled(page)
    reach(page, "Save answer and continue")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=re.compile("Have you really worked on the prompt")).wait_for()


def answer(page: Any, reply: str, *, save: bool = True) -> None:
    page.get_by_test_id("stRadio").first.get_by_text(reply, exact=True).click()
    settled(page)
    if save:
        go_on(page)


def go_on(page: Any) -> None:
    page.get_by_role("button", name="Save answer and continue").click()
    settled(page)


def mode(page: Any, name: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()
    settled(page)


def open_fold(page: Any, name: Any) -> None:
    page.get_by_test_id("stExpander").filter(has_text=name).first.locator("summary").click()
    page.wait_for_timeout(400)


def holds(field: Any, text: str) -> None:
    """Waits until a field shows what was kept: it is drawn a moment before it is filled."""
    from playwright.sync_api import expect

    expect(field).to_have_value(text, timeout=10_000)


def reach(page: Any, name: str, presses: int = 60) -> None:
    """Goes on with Tab until that button has the focus."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        if name in (page.evaluate("document.activeElement.innerText") or ""):
            return
    raise AssertionError(f"{name} is not reached with Tab")
