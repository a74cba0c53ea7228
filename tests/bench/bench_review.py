"""Deciding in the review, in Chromium: from the key to the next row on the screen, against the 300 ms that are promised.

TUNEWORTHY_BENCH_DECISIONS says how many; 100 when it does not. TUNEWORTHY_BENCH_WORKSPACE is a workspace to review in (its newest
project; it is written to); without it, 10,000 rows are made.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from ftcore.workspace import Workspace, open_workspace
from tests.bench.measure import Row
from tests.bench.screen import shown
from tests.reviewing import fill

DECISIONS = int(os.environ.get("TUNEWORTHY_BENCH_DECISIONS", "100"))
GIVEN = os.environ.get("TUNEWORTHY_BENCH_WORKSPACE", "")
PROMISED = 0.3
READ = 300
"""Milliseconds between a row and the next key: somebody quick."""
KEYS = "axaqx"
WATCH = """() => {
  window.taken = [];
  let began = 0, before = '';
  const row = () => (document.querySelector('[data-testid="stMain"]').innerText.match(/Row (\\d+)[, ]/) || ['', ''])[1];
  window.addEventListener('keydown', () => { before = row(); began = performance.now(); }, true);
  const look = () => {
    const now = began ? row() : '';
    if (now && now !== before) { window.taken.push(performance.now() - began); began = 0; }
    requestAnimationFrame(look);
  };
  look();
}"""
"""Notes, in milliseconds, how long after a key another row can be read: looked at once a picture."""


def run() -> Iterator[Row]:
    if GIVEN:
        yield from measure(open_workspace(Path(GIVEN)))
        return
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Path(folder))
        db = workspace.open_database()
        fill(db, clean=7_500, with_problem=2_000, pairs=250, tags=("late", "urgent"))
        db.close()
        yield from measure(workspace)


def measure(workspace: Workspace) -> Iterator[Row]:
    taken = sorted(_decide(workspace))
    how = f"{len(taken)} keys (A, X, Q) in Chromium, to the next row on the screen, against the promise"
    yield Row("a decision in the review, p95", quantiles(taken, n=20)[-1], PROMISED, how)
    yield Row("a decision in the review, median", median(taken), PROMISED, how)


def _decide(workspace: Workspace) -> list[float]:
    """Seconds of every decision."""
    with shown(workspace, "curate?curate=Review") as (tab, _):
        tab.locator(".st-key-review-card").wait_for(timeout=60_000)
        tab.evaluate(WATCH)
        return [_press(tab, KEYS[at % len(KEYS)], at) for at in range(DECISIONS)]


def _press(tab: Any, key: str, at: int) -> float:
    tab.wait_for_timeout(READ)
    tab.keyboard.press(key)
    tab.wait_for_function(f"window.taken.length > {at}", timeout=20_000)
    return float(tab.evaluate(f"window.taken[{at}]")) / 1000


if __name__ == "__main__":
    import sys

    for row in run():
        sys.stdout.write(f"{row.what}: {row.show(row.ours)} ({row.how})\n")
