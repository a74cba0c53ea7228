"""In a real browser: an export downloaded as a zip, a leak resolved so that a training can begin, split again and undone."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftcore.dataset import curation
from ftcore.dataset.intake import take_in
from ftcore.records import Project, Split
from ftcore.store import examples, projects
from ftcore.training.preflight import LEAK, examine, leaks
from tests.e2e.browsing import RunningApp, settled
from tests.splitting import fill, get, leaky, plain, sides

pytestmark = pytest.mark.e2e


def project_of(app: RunningApp, name: str) -> Project:
    with app.db.write() as c:
        projects.remember_person(c, "DK")
        return projects.create(c, name)


def open_mode(tab: Any, app: RunningApp, project: Project) -> None:
    tab.goto(f"{app.url}/curate?project={project.id}&curate=Split+and+export")
    tab.get_by_role("heading", name="Curate").wait_for(timeout=60_000)
    settled(tab, timeout=60_000)


def until(true: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come about in time"
        time.sleep(0.05)


def test_real_letters_are_exported_for_mlx_as_one_zip(page: Any, app: RunningApp, shared_data: Path) -> None:
    project = project_of(app, "Bank")
    file = next((shared_data / "banking77").glob("*train*.csv"))
    take_in(app.db, project.id, file, name="train.csv", who="DK", rows=300)
    curation.approve_clean(app.db, project.id, who="DK")
    open_mode(page, app, project)
    page.get_by_text("Export for another trainer, or a table for people").click()
    settled(page)
    page.get_by_label("Shape").click()
    page.get_by_role("option", name="MLX").click()
    settled(page)
    page.get_by_role("button", name="Write the files").click()
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Download {project.file_name}-mlx.zip").click()
    with app.db.read() as c:
        counts = examples.counts(c, project.id)
    with zipfile.ZipFile(waiting.value.path()) as archive:
        lines = {name: archive.read(name).decode("utf-8").splitlines() for name in archive.namelist()}
    assert {name: len(rows) for name, rows in lines.items()} == {
        "train.jsonl": counts.train,
        "valid.jsonl": counts.validation,
        "test.jsonl": counts.test,
    }
    assert all(json.loads(line)["messages"][-1]["role"] == "assistant" for rows in lines.values() for line in rows)


def test_the_leak_is_resolved_and_nothing_stands_in_the_way_of_training(page: Any, app: RunningApp) -> None:
    project = project_of(app, "Leaks")
    _, train_row = leaky(app.db, project)
    assert blocked(app, project)
    page.goto(f"{app.url}/train?project={project.id}")
    page.get_by_text("1 test example is nearly the same as training rows").wait_for(timeout=60_000)
    page.get_by_role("button", name="Go to the pairs").click()
    page.get_by_text("1 test example is in training too").wait_for(timeout=30_000)
    page.get_by_role("button", name="Move the training twin to the test").click()
    until(lambda: get(app.db, train_row).split is Split.TEST)
    settled(page)
    assert page.get_by_text("is in training too").count() == 0
    assert not blocked(app, project)
    page.get_by_role("link", name="Train").click()
    page.get_by_text("20 examples to learn from").wait_for(timeout=30_000)
    assert page.get_by_role("button", name="Go to the pairs").count() == 0


def test_split_again_and_undo(page: Any, app: RunningApp) -> None:
    project = project_of(app, "Again")
    fill(app.db, project, plain(60))
    before = sides(app.db, project)
    open_mode(page, app, project)
    page.get_by_text("Split again", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Split again:").click()
    until(lambda: list(sides(app.db, project).values()).count(Split.TEST) == 12)
    settled(page)
    page.get_by_role("button", name="Undo: Split 60 examples again").click()
    until(lambda: sides(app.db, project) == before)


def blocked(app: RunningApp, project: Project) -> bool:
    from ftcore.dataset.freeze import rows_to_freeze

    with app.db.read() as c:
        rows = rows_to_freeze(c, project.id)
        return any(finding.code == LEAK for finding in examine(rows, leaks(c, project.id, rows)))
