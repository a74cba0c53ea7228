"""Curating in a real browser: what only a browser shows."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftcore.dataset.intake import take_in
from ftcore.records import Example, Filter, Project, Status
from ftcore.store import examples, projects
from tests.e2e.browsing import RunningApp, settled

pytestmark = pytest.mark.e2e

WIDTHS = {"#": 62, "tick": 54, "status": 92, "prompt": 270, "response": 210}
"""The table's columns from the left, in pixels (ftcore/ui/table/grid.py)."""
ROW = 37
HEADER = 38
TICKETS = [
    (f"Where is parcel number {n}? I ordered it {n} days ago.", f"It is on its way, day {n} of seven.")
    for n in range(1, 31)
]


def test_an_edit_in_the_table_is_written_at_once_and_survives_a_reload(page: Any, app: RunningApp) -> None:
    project = _project(app, "Edits", TICKETS)
    first = _rows(app, project)[0]
    _open(page, app, project, "Table")
    _type(page, "response", 0, "A new answer, typed by hand.")
    _until(lambda: _row(app, first.id).training.response == "A new answer, typed by hand.")
    page.reload()
    settled(page)
    assert _shown(page, 0)[4] == "A new answer, typed by hand."
    assert _row(app, first.id).version == 2


def test_five_quick_edits_are_all_kept_and_each_is_journaled_once(page: Any, app: RunningApp) -> None:
    project = _project(app, "Quick", TICKETS)
    rows = _rows(app, project)[:5]
    _open(page, app, project, "Table")
    for place in range(5):
        _type(page, "prompt", place, f"Quick edit {place}", settle=False)
    _until(lambda: [_row(app, row.id).training.prompt for row in rows] == [f"Quick edit {n}" for n in range(5)])
    settled(page)
    assert [_row(app, row.id).version for row in rows] == [2] * 5


@pytest.mark.parametrize("commits", ["Enter", ""])
def test_text_typed_right_before_next_lands_on_its_own_row(page: Any, app: RunningApp, commits: str) -> None:
    project = _project(app, f"Next {commits}", [(f"Question {n} of many?", f"The answer to {n}.") for n in range(150)])
    with app.db.read() as c:
        ids = examples.ids(c, project.id)
    _open(page, app, project, "Table")
    _type(page, "response", 0, "Typed, then Next.", settle=False, commit=commits)
    page.get_by_role("button", name="Next").click()
    _until(lambda: _row(app, ids[0]).training.response == "Typed, then Next.")
    settled(page)
    if not page.get_by_text(
        "Page 2"
    ).count():  # the page was drawn again between press and release: a person presses again
        page.get_by_role("button", name="Next").click()
    page.get_by_text("Page 2").wait_for()
    settled(page)
    assert _row(app, ids[100]).version == 1


def test_undo_shows_the_old_text_again_and_a_later_edit_does_not_bring_the_undone_one_back(
    page: Any, app: RunningApp
) -> None:
    project = _project(app, "Undo", TICKETS)
    first, second = _rows(app, project)[:2]
    _open(page, app, project, "Table")
    _type(page, "response", 0, "This will be undone.")
    page.get_by_role("button", name=re.compile("^.*Undo: Edited response")).click()
    settled(page)
    _until(lambda: _shown(page, 0)[4] == first.training.response)
    _type(page, "response", 1, "Another row.")
    _until(lambda: _row(app, second.id).training.response == "Another row.")
    assert _row(app, first.id).training.response == first.training.response


def test_two_tabs_edit_one_row_and_both_texts_are_shown(app: RunningApp, new_tab: Callable[[], Any]) -> None:
    project = _project(app, "Two tabs", TICKETS)
    first = _rows(app, project)[0]
    one, other = new_tab(), new_tab()
    for tab in (one, other):
        _open(tab, app, project, "Table")
    _type(one, "response", 0, "The first person's answer.")
    _until(lambda: _row(app, first.id).training.response == "The first person's answer.")
    _type(other, "response", 0, "The second person's answer.")
    other.get_by_text("Both versions are kept: choose one, or combine them.").wait_for()
    assert _row(app, first.id).training.response == "The first person's answer."
    other.get_by_role("button", name="Take mine").click()
    _until(lambda: _row(app, first.id).training.response == "The second person's answer.")


def test_an_old_edit_of_this_tab_never_overwrites_a_newer_one_of_another_tab(
    app: RunningApp, new_tab: Callable[[], Any]
) -> None:
    project = _project(app, "Old edits", TICKETS)
    first, second = _rows(app, project)[:2]
    one, other = new_tab(), new_tab()
    _open(one, app, project, "Table")
    _type(one, "response", 0, "Mine, an hour ago.")
    _until(lambda: _row(app, first.id).training.response == "Mine, an hour ago.")
    _open(other, app, project, "Table")
    _type(other, "response", 0, "Theirs, since then.")
    _until(lambda: _row(app, first.id).training.response == "Theirs, since then.")
    _type(one, "response", 1, "Something else.")
    _until(lambda: _row(app, second.id).training.response == "Something else.")
    settled(one)
    assert _row(app, first.id).training.response == "Theirs, since then."
    _until(lambda: _shown(one, 0)[4] == "Theirs, since then.")


def test_the_overview_leads_to_the_mode_it_names_every_time(page: Any, app: RunningApp) -> None:
    project = _project(app, "Leads", [(f"Colours of tent {c}?", f"Dear [insert name], {c} is green.") for c in "ABCD"])
    for _ in range(2):
        page.goto(f"{app.url}/?project={project.id}")
        page.get_by_role("button", name="Review the 4").click()
        page.get_by_text("Problems: 4").wait_for()
        assert f"project={project.id}" in page.url
        page.get_by_text("Table", exact=True).click()
        page.get_by_label("Words").wait_for()
        page.get_by_role("link", name="Overview").click()
        page.get_by_role("button", name="Review the 4").wait_for()


def test_a_file_is_imported_and_approved_with_five_clicks(page: Any, app: RunningApp, tmp_path: Path) -> None:
    project = _project(app, "Import")
    file = _csv(tmp_path / "odd ../name.csv".replace("/", "_"), [*TICKETS, ("An empty one", "")])
    _open(page, app, project, "Import")
    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_text("Recognised: a table").wait_for()
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("31 read: 30 kept, 1 set aside.").wait_for(timeout=30_000)
    settled(page)
    page.get_by_role("button", name=re.compile("Approve the .* with no problems")).click()
    _until(lambda: examples.count(app.db.engine.connect(), project.id, Filter(status=Status.APPROVED))[0] >= 25)
    names = [path.name for path in app.workspace.folder("uploads").iterdir()]
    assert names
    assert not any("name" in name for name in names)


def test_the_naughty_strings_run_nothing_in_any_mode(
    page: Any, app: RunningApp, shared_data: Path, tmp_path: Path
) -> None:
    strings = [s for s in json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8")) if s.strip()]
    project = _project(app, "<script>alert(1)</script> ![x](http://evil.example/x.png)")
    file = tmp_path / "naughty.csv"
    with file.open("w", encoding="utf-8", newline="", errors="surrogatepass") as out:
        rows = csv.writer(out)
        rows.writerow(["input", "output"])
        rows.writerows((text, text[::-1] + " answered") for text in strings)
    _open(page, app, project, "Import")
    page.locator('input[type="file"]').set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click(timeout=30_000)
    page.get_by_text(re.compile(r"\d+ read: \d+ kept")).wait_for(timeout=60_000)
    for mode in ("Table", "Review", "Problems", "Split and export", "Import"):
        _open(page, app, project, mode)
        assert page.get_by_text("Traceback").count() == 0
    _open(page, app, project, "Review")
    for _ in range(12):
        onwards = page.get_by_role("button", name=re.compile("^Next"))
        if onwards.is_disabled():
            break
        onwards.click()
        settled(page)
    _open(page, app, project, "Table")
    words = page.get_by_label("Words")
    for text in ("<script>", "$HOME", "%", "'; DROP TABLE examples;--", "ﾟ･✿ヾ╲(｡◕‿◕｡)╱✿･ﾟ", "\\", "_", "![", "田中さん"):
        words.fill(text)
        words.press("Enter")
        settled(page)
        with app.db.read() as c:
            matching = examples.count(c, project.id, Filter(text=text))[0]
        told = page.get_by_text(re.compile(rf"· {matching:,} rows? match"))
        told.wait_for(timeout=20_000)  # on a busy machine the line before may still stand there for a moment

    page.get_by_role("button", name=re.compile("Approve the .* with no problems")).click()
    settled(page)
    _open(page, app, project, "Split and export")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download train.jsonl").click()
    lines = Path(waiting.value.path()).read_text("utf-8").split("\n")[:-1]
    with app.db.read() as c:
        assert len(lines) == examples.counts(c, project.id).train > 100
    assert {line["messages"][-2]["content"] for line in map(json.loads, lines)} <= {
        text.strip() for text in strings
    } | set(strings)


def test_the_array_of_naughty_strings_is_refused_or_read_with_a_sentence(
    page: Any, app: RunningApp, shared_data: Path
) -> None:
    project = _project(app, "Array")
    _open(page, app, project, "Import")
    page.locator('input[type="file"]').set_input_files(shared_data / "naughty-strings" / "blns.json")
    page.get_by_text(re.compile("Nothing was imported|Recognised")).first.wait_for()
    with app.db.read() as c:
        assert examples.count(c, project.id)[0] == 0


def _project(app: RunningApp, name: str, rows: list[tuple[str, str]] | None = None) -> Project:
    with app.db.write() as c:
        project = projects.create(c, name)
    if rows:
        file = _csv(app.workspace.root / f"{project.id}.csv", rows)
        take_in(app.db, project.id, file, name="tickets.csv", who="DK")
    return project


def _csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([("input", "output"), *rows])
    return path


def _rows(app: RunningApp, project: Project, where: Filter = Filter()) -> list[Example]:
    with app.db.read() as c:
        return examples.page(c, project.id, where).rows


def _row(app: RunningApp, example_id: int) -> Example:
    with app.db.read() as c:
        return examples.get(c, example_id)


def _open(tab: Any, app: RunningApp, project: Project, mode: str) -> None:
    tab.goto(f"{app.url}/curate?project={project.id}&curate={mode.replace(' ', '+')}")
    tab.get_by_role("heading", name="Curate").wait_for(timeout=30_000)
    settled(tab)
    if mode == "Table":
        tab.locator('[data-testid="data-grid-canvas"] td').first.wait_for(state="attached")


def _type(tab: Any, column: str, row: int, text: str, *, settle: bool = True, commit: str = "Enter") -> None:
    """Opens a cell with a double click, replaces its text by typing, and commits with Enter."""
    box = tab.locator('[data-testid="stDataFrame"]').bounding_box()
    left = sum(width for name, width in WIDTHS.items() if list(WIDTHS).index(name) < list(WIDTHS).index(column))
    x, y = box["x"] + left + WIDTHS[column] / 2, box["y"] + HEADER + ROW * row + ROW / 2
    tab.mouse.click(x, y)
    tab.wait_for_timeout(120)
    tab.mouse.dblclick(x, y)
    tab.locator(".gdg-input").wait_for()
    tab.keyboard.press("Control+a")
    tab.keyboard.type(text, delay=30)
    tab.wait_for_timeout(80)  # faster than any hand, the grid would commit the text as it was before the last keys
    if commit:
        tab.keyboard.press(commit)
    if settle:
        tab.wait_for_timeout(300)
        settled(tab)


def _shown(tab: Any, row: int) -> list[str]:
    """The texts of a row as the grid shows them."""
    cells = tab.locator(f'[data-testid="data-grid-canvas"] tr[aria-rowindex="{row + 2}"] td')
    cells.first.wait_for(state="attached")
    return [str(text) for text in cells.all_inner_texts()]


def _until(true: Callable[[], bool], seconds: float = 10) -> None:
    import time

    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)
