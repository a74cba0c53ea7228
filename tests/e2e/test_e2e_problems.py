"""Problems in a real browser: a lasso becomes a filter, the best of every group, fixing and ignoring everywhere, and their undo."""

from __future__ import annotations

import csv
import itertools
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftcore.dataset import resolving
from ftcore.dataset.intake import take_in
from ftcore.records import Filter, Project, Status
from ftcore.store import examples, problems, projects, row_sets
from tests.conftest import write_csv
from tests.e2e.browsing import RunningApp, settled

pytestmark = pytest.mark.e2e
number = itertools.count(1)


@pytest.fixture
def project(app: RunningApp, shared_data: Path, tmp_path: Path) -> Project:
    """Real questions of a bank's customers; ten have spaces around them, ten are there twice, nearly."""
    with (shared_data / "banking77" / "train.csv").open(newline="", encoding="utf-8") as file:
        rows = [(row["text"].strip(), row["category"]) for row in csv.DictReader(file)][:5_000:25]
    rows += [(f"{text} Please help me.", label) for text, label in rows[20:30]]
    rows[:10] = [(f"  {text} ", label) for text, label in rows[:10]]
    with app.db.write() as c:
        made = projects.create(c, f"Bank {next(number)}")
        projects.remember_person(c, "DK")
    take_in(app.db, made.id, write_csv(tmp_path / "bank.csv", rows), name="bank.csv", who="DK")
    return made


def test_a_lasso_on_the_map_becomes_a_filter(page: Any, app: RunningApp, project: Project) -> None:
    _open(page, app, project, "Map")
    plot = page.locator(".js-plotly-plot .nsewdrag").first
    plot.wait_for(timeout=90_000)
    settled(page)
    plot.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = plot.bounding_box()
    assert box is not None
    corners = [(0.02, 0.02), (0.6, 0.02), (0.6, 0.98), (0.02, 0.98), (0.02, 0.1)]
    x, y = corners[0]
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.down()
    for x, y in corners[1:]:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=12)
    page.mouse.up()
    show = page.get_by_role("button", name=re.compile(r"Show these \d+ rows"))
    show.wait_for(timeout=20_000)
    settled(page)
    wanted = int(re.findall(r"\d+", show.inner_text())[0])
    with app.db.read() as c:
        assert 0 < wanted < examples.counts(c, project.id).total, "a part of the map, not all of it"
    show.click()
    page.get_by_text(f"{wanted} rows match").wait_for(timeout=20_000)
    with app.db.read() as c:
        found = row_sets.of_project(c, project.id)[0]
        assert (found.kind, found.number) == ("map", wanted)
        assert len(examples.ids(c, project.id, Filter(row_set=found.id))) == wanted
    page.get_by_role("button", name="On the map").wait_for()


def test_the_best_of_every_group_is_kept_and_undone(page: Any, app: RunningApp, project: Project) -> None:
    groups = _groups(app, project)
    assert len(groups) >= 10
    _open(page, app, project, "Alike")
    page.get_by_text(f"Group 1 of {len(groups)}").wait_for()
    page.get_by_role("button", name="Next").click()
    page.get_by_text(f"Group 2 of {len(groups)}").wait_for()
    page.get_by_role("button", name="Keep the best of every group").click()
    page.get_by_text(resolving.RULE).wait_for()
    page.get_by_role("button", name=re.compile(r"^Reject up to \d+ rows$")).click()
    page.get_by_text("No rows are alike.").wait_for(timeout=20_000)
    with app.db.read() as c:
        rejected = examples.count(c, project.id, Filter(status=Status.REJECTED))[0]
    assert rejected == sum(len(group) - 1 for group in groups)
    page.get_by_role("button", name=re.compile("^Undo: Kept the best")).click()
    _until(lambda: _groups(app, project) == groups)


def test_fixing_all_is_seen_first_and_undone(page: Any, app: RunningApp, project: Project) -> None:
    assert _tally(app, project)["outer_spaces"] == 10
    _open(page, app, project, "Found")
    page.locator(".st-key-fix-outer_spaces button").click()
    page.get_by_text("10 rows would be repaired.").wait_for()
    assert page.get_by_role("dialog").get_by_text("␣").count() > 0
    page.get_by_role("button", name="Repair 10 rows").click()
    _until(lambda: "outer_spaces" not in _tally(app, project))
    page.get_by_role("dialog").wait_for(state="detached")
    settled(page)
    page.get_by_role("button", name=re.compile("^Undo: Repaired")).click()
    _until(lambda: _tally(app, project).get("outer_spaces") == 10)


def test_ignoring_all_is_undone(page: Any, app: RunningApp, project: Project) -> None:
    _open(page, app, project, "Found")
    page.locator(".st-key-ignore-outer_spaces button").first.click()
    page.get_by_text("Ignore at all 10 rows").click()
    _until(lambda: "outer_spaces" not in _tally(app, project))
    settled(page)
    assert page.locator(".st-key-fix-outer_spaces").count() == 0
    page.get_by_role("button", name=re.compile("^Undo: Ignored")).click()
    _until(lambda: _tally(app, project).get("outer_spaces") == 10)
    page.locator(".st-key-fix-outer_spaces").wait_for()


def _open(page: Any, app: RunningApp, project: Project, look: str) -> None:
    page.goto(f"{app.url}/curate?project={project.id}&curate=Problems&problems={look}")
    settled(page, timeout=60_000)


def _groups(app: RunningApp, project: Project) -> list[tuple[int, ...]]:
    with app.db.read() as c:
        return resolving.groups(c, project.id, resolving.ALIKE)


def _tally(app: RunningApp, project: Project) -> dict[str, int]:
    with app.db.read() as c:
        return {code: found for code, _, found in problems.tally(c, project.id)}


def _until(true: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.1)
