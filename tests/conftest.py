"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"


def missing(what: str) -> None:
    """Skips on a developer's machine; under CI a thing that is missing is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and under CI it must be there")
    pytest.skip(f"{what} is missing")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout (banking77, nlupp, naughty-strings, self-instruct)."""
    if not SHARED.is_dir():
        missing("the folder ../shared/data")
    return SHARED
