"""What every test may ask for."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftcore.records import Project
from ftcore.store import projects
from ftcore.store.database import Database
from ftcore.workspace import Workspace, open_workspace

pytest_plugins = ["tests.fixtures_browser", "tests.fixtures_trainer"]

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


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return open_workspace(tmp_path / "workspace")


@pytest.fixture
def db(workspace: Workspace) -> Iterator[Database]:
    database = workspace.open_database()
    yield database
    database.close()


@pytest.fixture
def project(db: Database) -> Project:
    with db.write() as c:
        return projects.create(c, "Letters")


def write_csv(path: Path, rows: list[tuple[str, str]], header: tuple[str, str] = ("question", "answer")) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


PROVE = os.environ.get("TUNEWORTHY_PROVE") == "1"


def times(usual: int, full: int) -> int:
    """How often a long proof is repeated: `full` under `make prove`."""
    return full if PROVE else usual


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: from its first use on, the browser's event loop runs in this thread, and a test that
    begins one of its own could not. Where tests run at once, those of one file stay together, and all that train a model,
    since they share it."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)
    for item in items:
        together = "trainer" if item.path.parent.name == "trainer" else str(item.path)
        item.add_marker(pytest.mark.xdist_group(together))
