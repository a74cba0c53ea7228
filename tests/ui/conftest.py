"""A workspace of its own for every test of a page, and the app in Streamlit's own test bench."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.store.database import Database
from ftcore.workspace import open_workspace

APP = Path(__file__).parent.parent.parent / "app.py"


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database of a fresh workspace, which the pages open too."""
    monkeypatch.setenv("TUNEWORTHY_HOME", str(tmp_path / "home"))
    opened = open_workspace().open_database()
    yield opened
    opened.close()


@pytest.fixture
def open_page(db: Database) -> Callable[..., AppTest]:
    """Opens a page (`"decide"`) as somebody with this address would: `open_page("curate", project="1", curate="Table")`."""

    def open_(name: str, **address: str) -> AppTest:
        from ftcore.ui.page import PAGES

        test = AppTest.from_file(str(APP), default_timeout=30)
        for key, value in address.items():
            test.query_params[key] = value
        test.run()
        if name != "overview":
            test.switch_page(PAGES[name][0])
            for key, value in address.items():
                test.query_params[key] = value
            test.run()
        return test

    return open_
