"""The table on the screen, in Chromium: from a filter to its rows, and what drawing a page costs the server.

TUNEWORTHY_BENCH_ROWS rows, 50,000 when it says nothing; TUNEWORTHY_BENCH_DATABASE is the file of a database that bench_store made,
to be copied and asked instead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from ftcore.workspace import Workspace, open_workspace
from tests.bench import bench_store
from tests.bench.measure import Row
from tests.bench.screen import shown
from tests.e2e.browsing import settled

GIVEN = os.environ.get("TUNEWORTHY_BENCH_DATABASE", "")
SCREEN, CPU = 1.0, 0.1
"""Seconds that are promised: filter to rows on the screen, and processor time of a page drawn again."""
WORDS = ("refund", "tent zip", "stove lamp order", "4711", "parcel 77", "")
PILLS = ("Rejected", "Draft", "Test", "Not in any")
QUIET = 700
"""Milliseconds without another picture of the table: then it stands."""
WATCH = """() => {
  let before = '';
  window.began = 0; window.changed = 0;
  const look = () => {
    const table = document.querySelector('[data-testid="stDataFrame"] canvas');
    const now = table ? table.toDataURL('image/webp', 0.1) : '';
    if (now && now !== before) { window.changed = performance.now(); before = now; }
    setTimeout(look, 40);
  };
  look();
}"""
"""Notes, in milliseconds, when the table last looked otherwise: looked at twenty-five times a second."""


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder))
        if GIVEN:
            shutil.copyfile(GIVEN, workspace.database)
        db = workspace.open_database()
        if not GIVEN:
            bench_store.fill(db, bench_store.ROWS)
        db.close()
        yield from measure(workspace)


def measure(workspace: Workspace) -> Iterator[Row]:
    with shown(workspace, "curate?curate=Table") as (tab, app):
        tab.evaluate(WATCH)
        tab.wait_for_timeout(1500)
        words = [_taken(tab, lambda text=text: _words(tab, text)) for text in WORDS]
        drawn = [_cpu(app, tab, at % 2 == 0) for at in range(8)]
        tab.get_by_role("button", name="Add a filter").click()
        settled(tab)
        pills = [_taken(tab, lambda pill=pill: _click(tab, pill)) for pill in PILLS]
    found = [*words, *pills]
    how = f"{len(found)} filters one after the other ({', '.join(filter(None, (*WORDS, *PILLS)))}), Chromium, against the promise"
    yield Row("filter to rows on the screen, slowest", max(found), SCREEN, how)
    yield Row("filter to rows on the screen, median", median(found), SCREEN, how)
    yield Row(
        "processor time of the app for the next page of the table", median(drawn), CPU, "median of 8, with its browser"
    )


def _words(tab: Any, text: str) -> None:
    tab.get_by_label("Words").fill(text)
    tab.evaluate("window.began = performance.now()")
    tab.keyboard.press("Enter")


def _click(tab: Any, name: str) -> None:
    place = tab.get_by_text(name, exact=True).first
    tab.evaluate("window.began = performance.now()")
    place.click()


def _taken(tab: Any, act: Any) -> float:
    """Seconds until the table looked for the last time otherwise than before."""
    act()
    tab.wait_for_function(
        f"window.changed > window.began && performance.now() - window.changed > {QUIET}", timeout=60_000
    )
    return float(tab.evaluate("window.changed - window.began")) / 1000


def _cpu(supervised: Any, tab: Any, forward: bool) -> float:
    app = supervised.find("app")
    assert app is not None
    before = app.cpu_times()
    _taken(tab, lambda: _click(tab, "Next" if forward else "Previous"))
    after = app.cpu_times()
    return float(after.user + after.system - before.user - before.system)


if __name__ == "__main__":
    import sys

    for row in run():
        sys.stdout.write(f"{row.what}: {row.show(row.ours)} ({row.how})\n")
