"""Handing over in a real browser: a project goes out as a file and comes in again, and one is erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ftcore.store import examples, projects, tombstones
from tests.e2e.browsing import RunningApp, settled
from tests.handover.conftest import holding, rich

pytestmark = pytest.mark.e2e
CANARY = "zanzibarquux"
HOSTILE = "![x](http://evil.example/a.png) <img src=x onerror=alert(1)>"


def choose(page: Any, app: RunningApp, project_id: int, what: str) -> Any:
    """Chooses from a project's quiet menu; gives the dialog."""
    page.goto(f"{app.url}/?project={project_id}")
    settled(page)
    page.locator(f".st-key-menu-{project_id} button").first.click()
    page.get_by_role("option", name=what).or_(page.get_by_role("menuitem", name=what)).first.click()
    settled(page)
    return page.get_by_role("dialog")


def test_a_project_goes_out_as_a_file_and_comes_in_again(page: Any, app: RunningApp, tmp_path: Path) -> None:
    project, _ = rich(app.db, name=HOSTILE)
    choose(page, app, project.id, "Hand over").get_by_role("button", name="Write the file").click()
    save = page.get_by_role("button", name="Save the file")
    save.wait_for(timeout=30_000)
    with page.expect_download() as coming:
        save.click()
    path = tmp_path / "colleague.tuneworthy"
    coming.value.save_as(path)
    page.get_by_text("Take in a project file", exact=True).click()
    page.locator("input[type=file]").first.set_input_files(path)
    settled(page)
    page.get_by_role("button", name="Take it in").click()
    page.get_by_text("was taken in: 12 rows, 2 versions").wait_for(timeout=30_000)
    page.get_by_role("button", name="Open it").click()
    settled(page)
    with app.db.read() as c:
        newest = projects.every(c)[0]
        assert newest.name == HOSTILE
        assert examples.counts(c, newest.id).total == 11
    assert page.url.endswith(f"project={newest.id}")


def test_an_erased_project_is_nowhere_in_the_workspace(page: Any, app: RunningApp) -> None:
    with app.db.write() as c:
        projects.create(c, "Stays")
    project, _ = rich(app.db, CANARY, name="Goes")
    assert holding(app.workspace.root, CANARY)
    dialog = choose(page, app, project.id, "Erase everywhere")
    dialog.get_by_role("textbox").type("Goes", delay=60)
    dialog.get_by_role("textbox").press("Enter")
    settled(page)
    dialog.get_by_role("button", name="Erase it for good").click()
    dialog.wait_for(state="hidden", timeout=20_000)
    for _ in range(100):
        with app.db.read() as c:
            stone = tombstones.of_project(c, project.id)
        if stone is not None and stone.finished:
            break
        page.wait_for_timeout(200)
    assert holding(app.workspace.root, CANARY) == []
    page.get_by_text("Archived: 0").click()
    settled(page)
    page.get_by_text("was erased on").wait_for(timeout=20_000)
