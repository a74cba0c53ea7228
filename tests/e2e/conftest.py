"""The app as people meet it: its own process and its worker, on a free port, in a workspace of its own, in Chromium."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ftcore.workspace import open_workspace
from tests.e2e.browsing import RunningApp

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """The app and its worker, started for the tests of one file."""
    home = tmp_path_factory.mktemp("workspace")
    port = _free_port()
    environment = {**os.environ, "TUNEWORTHY_HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment.pop("TUNEWORTHY_SUPERVISOR_PID", None)
    log = home / "app.log"
    with log.open("wb") as out:
        commands = (
            ["ftcore.ui.process", str(ROOT / "app.py"), "--server.port", str(port)],
            ["ftcore.worker"],
        )
        children = [
            subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
            )
            for command in commands
        ]
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url, children[0], log)
            workspace = open_workspace(home)
            db = workspace.open_database()
            yield RunningApp(url, workspace, db, log)
            db.close()
        finally:
            _end(children)


@pytest.fixture
def page(browser: Any, app: RunningApp) -> Iterator[Any]:
    """A fresh tab. A test fails when the page's own script threw, asked another host, or opened a dialog."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    yield from _watched(tab, app)
    context.close()


@pytest.fixture
def new_tab(browser: Any, app: RunningApp) -> Iterator[Callable[[], Any]]:
    """Opens further tabs, each a session of its own."""
    contexts: list[Any] = []

    def open_tab() -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        return context.new_page()

    yield open_tab
    for context in contexts:
        context.close()


def _watched(tab: Any, app: RunningApp) -> Iterator[Any]:
    said: list[str] = []
    tab.on("pageerror", lambda error: said.append(f"the page's script threw: {error}"))
    tab.on("dialog", lambda dialog: (said.append(f"a dialog opened: {dialog.message}"), dialog.dismiss()))
    # Streamlit's own version file and fonts come from the app; anything else would be a leak.
    tab.on("request", lambda asked: None if _ours(asked.url, app.url) else said.append(f"asked for {asked.url}"))
    yield tab
    assert tab.locator('[data-testid="stException"]').count() == 0, tab.locator(
        '[data-testid="stException"]'
    ).all_inner_texts()
    assert not said, said


def _ours(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws", 1), "data:", "blob:"))


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _wait_for(url: str, child: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The app did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
