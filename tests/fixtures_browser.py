"""A real browser, for every folder of tests that needs one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, headless. `TUNEWORTHY_CHROMIUM` names one elsewhere."""
    named = os.environ.get("TUNEWORTHY_CHROMIUM", "")
    path = next((p for p in (named, *BROWSERS) if p and Path(p).exists()), None) or shutil.which("chromium")
    if path is None:
        from tests.conftest import missing

        missing("Chromium (apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()
