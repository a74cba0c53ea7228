"""The table in a real browser: pasting, acting on everything that matches, links, and hostile strings in every control."""

from __future__ import annotations

import csv
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftcore.dataset.intake import take_in
from ftcore.records import Example, Filter, Project, Status
from ftcore.store import examples, journal, projects
from tests.conftest import times
from tests.e2e.browsing import RunningApp, settled

pytestmark = pytest.mark.e2e

LEFT_OF_PROMPT = 62 + 54 + 92
"""Pixels of the columns before "They write" (ftcore/ui/table/table_columns.py)."""
ROW, HEADER = 37, 38


def test_six_pasted_cells_are_all_written_and_undone(app: RunningApp, browser: Any) -> None:
    project = _project(app, "Paste", [(f"Question {n} about it", f"Answer {n} to it.") for n in range(12)])
    rows = _rows(app, project)[:3]
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app.url)
    tab = context.new_page()
    _open(tab, app, project)
    copied = "\n".join(f"Pasted question {n}\tPasted answer {n}." for n in range(3))
    tab.evaluate("text => navigator.clipboard.writeText(text)", copied)
    box = tab.locator('[data-testid="stDataFrame"]').bounding_box()
    tab.mouse.click(box["x"] + LEFT_OF_PROMPT + 30, box["y"] + HEADER + ROW / 2)
    tab.wait_for_timeout(200)
    tab.keyboard.press("Control+v")
    _until(lambda: [_row(app, row.id).training.response for row in rows] == [f"Pasted answer {n}." for n in range(3)])
    assert [_row(app, row.id).training.prompt for row in rows] == [f"Pasted question {n}" for n in range(3)]
    settled(tab)
    with app.db.read() as c:
        changes = len(journal.last(c, project.id))
    assert changes in (1, 3), "one change altogether, or one a row"
    for left in range(changes - 1, -1, -1):
        tab.get_by_role("button", name=re.compile("Undo: Edited")).click()
        _until(lambda left=left: _standing(app, project) == left)
        settled(tab)
    assert [_row(app, row.id).training for row in rows] == [row.training for row in rows]
    context.close()


def test_everything_that_matches_is_rejected_and_one_undo_brings_it_back(page: Any, app: RunningApp) -> None:
    rows = [(f"{'A refund' if n % 2 else 'A parcel'} question {n}", f"The answer to {n}.") for n in range(260)]
    project = _project(app, "Bulk", rows)
    _open(page, app, project, "&text=refund")
    page.get_by_role("button", name="All 130 that match").click()
    page.get_by_role("button", name="Reject …").click()
    page.get_by_text("Reject all 130 rows that match").wait_for()
    page.get_by_text("including 30 not on this page").wait_for()
    assert _count(app, project, Filter(status=Status.REJECTED)) == 0
    page.get_by_role("button", name="Yes, all 130").click()
    _until(lambda: _count(app, project, Filter(status=Status.REJECTED)) == 130)
    settled(page)
    page.get_by_role("button", name=re.compile("Undo: Rejected 130 examples")).click()
    _until(lambda: _count(app, project, Filter(status=Status.REJECTED)) == 0)


def test_a_link_opens_the_same_rows_in_another_browser_and_the_way_back_the_filter_before(
    page: Any, app: RunningApp, new_tab: Callable[[], Any]
) -> None:
    project = _project(app, "Links", [(f"Question {n} of many?", f"The answer to {n}.") for n in range(230)])
    _open(page, app, project)
    words = page.get_by_label("Words")
    words.fill("answer")
    words.press("Enter")
    page.get_by_role("button", name=re.compile("^Words: answer")).wait_for()
    settled(page)
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Page 2 · 230 rows match").wait_for()
    settled(page)
    other = new_tab()
    other.goto(page.url)
    other.get_by_text("Page 2 · 230 rows match").wait_for(timeout=30_000)
    settled(other)
    assert _numbers(other) == _numbers(page)
    page.wait_for_timeout(2_100)
    page.go_back()
    page.get_by_text("Page 1 · 230 rows match").wait_for()
    page.go_back()
    page.get_by_role("button", name=re.compile("^Words: answer")).wait_for(state="detached")


def test_a_row_in_full_is_edited_and_its_history_brings_a_version_back(page: Any, app: RunningApp) -> None:
    project = _project(app, "In full", [(f"Question {n} of many?", f"The answer to {n}.") for n in range(12)])
    first = _rows(app, project)[0]
    _open(page, app, project)
    page.get_by_text("One row in full").click()
    field = page.get_by_label("Turn 2", exact=True)
    field.fill("Corrected by hand.")
    page.get_by_label("Note", exact=True).click()
    page.keyboard.type("checked", delay=40)
    page.keyboard.press("Tab")
    _until(
        lambda: (_row(app, first.id).training.response, _row(app, first.id).note) == ("Corrected by hand.", "checked")
    )
    settled(page)
    page.get_by_text("History", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Restore this version").click()
    _until(lambda: _row(app, first.id).note == "")
    assert _row(app, first.id).training.response == "Corrected by hand."


def test_the_naughty_strings_go_through_every_control_as_they_are(
    page: Any, app: RunningApp, shared_data: Path
) -> None:
    strings = json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8"))
    chosen = [
        s for s in strings if s.strip() and len(s) < 60 and any(mark in s for mark in ("<", "'", "$", "﷽", "`", "{"))
    ]
    hostile = [*chosen[::12][: times(3, 6)], "![x](http://evil.example/x.png)", ":red[no] $5$"]
    project = _project(app, "Hostile", [(f"Question {n}: {text}", f"Answer {text}") for n, text in enumerate(hostile)])
    _open(page, app, project)
    words = page.get_by_label("Words")
    for text in hostile:
        words.fill(text)
        words.press("Enter")
        settled(page)
        assert page.get_by_text("Traceback").count() == 0
    words.fill("")
    words.press("Enter")
    settled(page)
    for text in hostile:
        page.get_by_role("button", name="Views").click()
        page.get_by_label("Save what the table shows as").fill(text)
        page.get_by_role("button", name="Save", exact=True).click()
        settled(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Add a filter").click()
        page.get_by_role("textbox", name="Pattern (regular expression)").fill(text)
        page.get_by_role("button", name="Find", exact=True).click()
        settled(page)
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
    with app.db.read() as c:
        ids = examples.ids(c, project.id)
    for text, id_ in zip(hostile, ids, strict=False):
        _open(page, app, project, f"&changed_by={_quoted(text)}&tag={_quoted(text)}&after={_quoted(text)}")
        _open(page, app, project)
        page.get_by_text("One row in full").click()
        settled(page)
        for label in ("Tags, with commas between", "Note", "A worse answer (for preference training)"):
            page.get_by_label(label, exact=True).fill(text)
            page.keyboard.press("Tab")
            settled(page)
        _until(lambda text=text: _row(app, ids[0]).worse == text)
        row = _row(app, ids[0])
        assert (row.note, row.worse) == (text, text)
        assert ", ".join(row.tags) == ", ".join(p.strip() for p in text.split(",") if p.strip())
        assert id_ in ids
    page.get_by_role("button", name=re.compile("^All")).click()
    page.get_by_role("button", name="Find and replace …").click()
    page.get_by_label("Find", exact=True).fill("Answer")
    page.get_by_label("Put in its place").fill("<script>alert(1)</script> ![x](http://evil.example/x.png)")
    page.keyboard.press("Tab")
    page.get_by_text(re.compile("Replace at")).wait_for()
    page.get_by_role("button", name=re.compile("^Yes")).click()
    _until(lambda: _row(app, ids[0]).training.response.startswith("<script>alert(1)</script>"))


def _standing(app: RunningApp, project: Project) -> int:
    """Changes that were not taken back."""
    with app.db.read() as c:
        return sum(change.state == "done" for change in journal.last(c, project.id))


def _quoted(text: str) -> str:
    from urllib.parse import quote_plus

    return quote_plus(text)


def _project(app: RunningApp, name: str, rows: list[tuple[str, str]]) -> Project:
    with app.db.write() as c:
        project = projects.create(c, name)
    file = app.workspace.root / f"table-{project.id}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("input", "output"), *rows])
    take_in(app.db, project.id, file, name="tickets.csv", who="DK")
    return project


def _rows(app: RunningApp, project: Project) -> list[Example]:
    with app.db.read() as c:
        return examples.page(c, project.id).rows


def _row(app: RunningApp, example_id: int) -> Example:
    with app.db.read() as c:
        return examples.get(c, example_id)


def test_the_row_that_was_ticked_opens_in_full_and_the_log_leads_to_the_rows_of_a_change(
    page: Any, app: RunningApp
) -> None:
    project = _project(app, "Ticks", [(f"Question {n} about it", f"Answer {n} to it.") for n in range(12)])
    rows = _rows(app, project)
    _open(page, app, project)
    page.get_by_text("One row in full").click()
    settled(page)
    for at in (4, 2):
        box = page.locator('[data-testid="stDataFrame"]').first.bounding_box()
        page.mouse.click(box["x"] + 62 + 27, box["y"] + HEADER + ROW * at + ROW / 2)
        _until(lambda at=at: page.get_by_label("Row", exact=True).input_value().startswith(f"{rows[at].id}: "))
        settled(page)
    page.get_by_role("button", name="Approve 2 ticked").click()
    _until(lambda: _count(app, project, Filter(status=Status.APPROVED)) == 2)
    page.get_by_text("What was done, and the trash").click()
    settled(page)
    log = page.locator('[data-testid="stDataFrame"]').last
    log.scroll_into_view_if_needed()
    box = log.bounding_box()
    page.mouse.click(box["x"] + 17, box["y"] + HEADER + ROW / 2)
    page.get_by_role("button", name="Show the 2 rows of this change").click()
    page.get_by_role("button", name=re.compile("Change: Approved 2 examples")).wait_for()
    page.get_by_text("2 rows match").wait_for()


def _count(app: RunningApp, project: Project, where: Filter) -> int:
    with app.db.read() as c:
        return examples.count(c, project.id, where)[0]


def _open(tab: Any, app: RunningApp, project: Project, address: str = "") -> None:
    tab.goto(f"{app.url}/curate?project={project.id}&curate=Table{address}")
    tab.get_by_role("heading", name="Curate").wait_for(timeout=30_000)
    settled(tab)


def _numbers(tab: Any) -> list[str]:
    """The row numbers that the grid shows."""
    cells = tab.locator('[data-testid="data-grid-canvas"] tr td[aria-colindex="1"]')
    cells.first.wait_for(state="attached")
    return [str(text) for text in cells.all_inner_texts()]


def _until(true: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)
