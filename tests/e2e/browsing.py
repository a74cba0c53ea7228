"""What the tests in a real browser share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ftcore.store.database import Database
from ftcore.workspace import Workspace


@dataclass
class RunningApp:
    """`url` ends without a slash; `db` is the same database that the app writes."""

    url: str
    workspace: Workspace
    db: Database
    log: Path


def settled(tab: Any, timeout: float = 20_000) -> None:
    """Waits until the page has been drawn and nothing runs any more."""
    tab.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=timeout)
    tab.wait_for_timeout(150)
    tab.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=timeout)
