"""Takes docs/screenshots/: the six pages and their modes, light and dark, of a workspace whose newest project has been through everything.

tuneworthy demo --workspace DIR && python -m tests.e2e.screenshots DIR
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from ftcore.workspace import open_workspace
from tests.e2e.browsing import settled
from tests.faults.supervised import Supervised
from tests.fixtures_browser import ARGUMENTS, BROWSERS

PAGES = {
    "overview": "",
    "decide": "decide",
    "curate": "curate?curate=Table",
    "review": "curate?curate=Review",
    "problems": "curate?curate=Problems",
    "map": "curate?curate=Problems&problems=Map",
    "split": "curate?curate=Split+and+export",
    "train": "train",
    "models": "train?train=Models",
    "connections": "train?train=Connections",
    "evaluate": "evaluate",
    "answers": "evaluate?view=Every+answer",
    "rating": "evaluate?view=Blind+rating",
    "report": "report",
}
TARGET = Path(__file__).parent.parent.parent / "docs" / "screenshots"


def main(workspace: Path, target: Path = TARGET) -> None:
    target.mkdir(parents=True, exist_ok=True)
    supervised = Supervised(open_workspace(workspace)).start()
    try:
        with sync_playwright() as playwright:
            path = next(place for place in BROWSERS if Path(place).exists())
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
                take(context.new_page(), supervised.workspace.address.read_text(), scheme, target)
                context.close()
            browser.close()
    finally:
        supervised.stop()


def take(tab: Any, address: str, scheme: str, target: Path) -> None:
    for name, path in PAGES.items():
        tab.goto(f"{address}/{path}")
        settled(tab, timeout=60_000)
        tab.wait_for_timeout(1500)  # charts and the grid draw themselves after the script has ended
        tab.screenshot(path=target / f"{name}-{scheme}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
