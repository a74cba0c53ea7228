"""In a real browser: a second workspace's trainer is connected, tested, and what it holds is brought in, trained again, compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ftcore.store import found, projects
from tests.e2e.browsing import RunningApp, settled
from tests.fixtures_trainer import TrainerProcess, training_lines, upload, wait_for_job
from tests.trainer import tiny
from tests.ui.journeys import begin

pytestmark = [pytest.mark.e2e, pytest.mark.model]
LONG = 120_000


@pytest.fixture(scope="module")
def elsewhere(starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainerProcess]:
    """A trainer of another workspace, with one job that has ended."""
    home = tmp_path_factory.mktemp("elsewhere")
    tiny.write_tiny(starter_model, home / "models")
    server = TrainerProcess(home, {"TUNEWORTHY_MODELS": str(home / "models")}).start()
    client = server.client()
    lines = training_lines(36)
    made = client.fine_tuning.jobs.create(
        model=tiny.NAME,
        training_file=upload(client, lines[:24], "tickets.jsonl"),
        validation_file=upload(client, lines[24:], "watch.jsonl"),
        method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 1, "batch_size": 12}}},
    )
    assert wait_for_job(client, made.id).status == "succeeded"
    yield server
    server.stop()


def press(tab: Any, name: str) -> None:
    tab.get_by_role("button", name=name).click()
    settled(tab)


def fill(tab: Any, label: str, text: str) -> None:
    tab.get_by_label(label, exact=True).fill(text)
    tab.keyboard.press("Tab")
    settled(tab)


def test_what_another_workspace_s_trainer_holds_is_rescued_and_trained_again(
    app: RunningApp, page: Any, elsewhere: TrainerProcess
) -> None:
    begin(app.db)
    page.goto(f"{app.url}/train?train=Connections")
    settled(page)
    page.get_by_role("combobox", name="Provider").click()
    page.get_by_role("option", name="Another server").click()
    settled(page)
    fill(page, "Name", "second")
    fill(page, "Address", elsewhere.base_url)
    page.get_by_placeholder("paste the key").fill(elsewhere.token)
    page.keyboard.press("Tab")
    settled(page)
    press(page, "Add this connection")
    page.get_by_text("key: in the secrets file").or_(page.get_by_text("key: in the keyring")).wait_for()
    page.get_by_role("button", name="Test", exact=True).click()
    press(page, "Test connection")
    page.get_by_text("everything that was tried works").wait_for(timeout=LONG)

    page.keyboard.press("Escape")
    press(page, "What is there")
    page.get_by_role("button", name="Bring in 1 job").click(timeout=LONG)
    page.get_by_text("All of them are here already.").wait_for(timeout=LONG)
    with app.db.read() as c:
        assert "Brought in: tickets" in [project.name for project in projects.every(c)]

    page.get_by_text("Train it again elsewhere").or_(page.get_by_text("Look again")).first.wait_for()
    while page.get_by_text("Train it again elsewhere").count() == 0:  # its end is read by the worker a moment later
        press(page, "Look again")
        page.get_by_text("Looked just now").wait_for(timeout=LONG)
    settled(page)
    where = page.get_by_role("combobox", name="Where")
    where.scroll_into_view_if_needed()
    where.click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page)
    page.locator('input[aria-label*="Base model"], [class*=st-key-base-model] input').first.fill(tiny.NAME)
    page.keyboard.press("Enter")
    settled(page)
    for box in page.locator('[class*="st-key-yes-"] label').all():
        box.click()
        settled(page)
    page.get_by_role("button", name="Train again at second").click(timeout=LONG)
    page.get_by_text("the new model reaches").wait_for(timeout=LONG)

    assert len(elsewhere.client().fine_tuning.jobs.list().data) == 2
    with app.db.read() as c:
        assert len(found.every(c, 1)) == 1
    token = elsewhere.token.encode()
    holding = [
        path.name
        for path in app.workspace.root.rglob("*")
        if path.is_file() and token in path.read_bytes() and path != app.workspace.secrets
    ]
    assert holding == [], "the key is in no file but the secrets"
    assert elsewhere.token not in page.content()
