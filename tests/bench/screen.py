"""The app over a workspace, and a tab of Chromium that shows a page of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ftcore.workspace import Workspace


@contextmanager
def shown(workspace: Workspace, path: str) -> Iterator[tuple[Any, Any]]:
    """(the tab, once the page is drawn; the app's processes)."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.browsing import settled
    from tests.faults.supervised import Supervised
    from tests.fixtures_browser import ARGUMENTS, BROWSERS

    supervised = Supervised(workspace).start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=next(place for place in BROWSERS if Path(place).exists()), args=ARGUMENTS
            )
            tab = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
            tab.goto(f"{supervised.workspace.address.read_text()}/{path}")
            settled(tab, timeout=120_000)
            yield tab, supervised
            browser.close()
    finally:
        supervised.stop()
