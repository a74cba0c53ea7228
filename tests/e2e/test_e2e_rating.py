"""Blind rating in a real browser: by keys, blind until the end, and back where one stopped."""

from __future__ import annotations

from typing import Any

import pytest

from ftcore.store import projects, ratings, runs
from ftcore.store.runs import Run
from ftcore.worker.evaluate import score_again
from tests.e2e.browsing import RunningApp, settled
from tests.finished_run import finished
from tests.rating import bench_of

pytestmark = pytest.mark.e2e
SEEN = 500
"""Milliseconds: a pair that was not on the screen for so long cannot have been read, and a key decides nothing."""


def prose(arm: str, at: int, expected: str) -> str:
    return "The same." if at == 3 else f"{'Shortly' if arm == 'fine_tuned' else 'At length, and kindly,'} put: {at}."


def concluded(app: RunningApp) -> Run:
    run = finished(app.db, test=12, scorer="edit_similarity", say=prose)
    result = score_again(app.db, app.workspace, run.id)
    with app.db.write() as c:
        projects.remember_person(c, "EM")
        runs.change(c, run.id, result=result)
        return runs.get(c, run.id)


def press(page: Any, key: str) -> None:
    page.wait_for_timeout(SEEN)
    page.keyboard.press(key)
    settled(page)


def test_two_answers_are_compared_by_keys_and_the_arms_are_told_at_the_end(app: RunningApp, page: Any) -> None:
    run = concluded(app)
    against = run.result["comparisons"][0]["against"]
    pairs = bench_of(app.db, run, "EM", ("fine_tuned", against)).pairs
    page.goto(f"{app.url}/evaluate?project={run.project_id}")
    page.get_by_role("button", name="Rate the answers blind").click(timeout=30_000)
    page.get_by_role("button", name="Begin: 11 pairs").click()
    page.get_by_text("0 of 11 rated, as EM").wait_for()
    for number, pair in enumerate(pairs, 1):
        assert page.get_by_text(pair.left_text, exact=True).is_visible()
        press(page, "1" if pair.left == "fine_tuned" else "2")
        if number == 2:
            press(page, "u")
            page.get_by_text("1 of 11 rated, as EM").wait_for()
            press(page, "1" if pair.left == "fine_tuned" else "2")
        if number == 3:
            page.reload()
            page.get_by_role("button", name="Go on: 8 pairs left").click(timeout=30_000)
            page.get_by_text("3 of 11 rated, as EM").wait_for()
    page.get_by_text("People prefer").wait_for()
    with app.db.read() as c:
        found = ratings.of_run(c, run.id, ("fine_tuned", against))
    assert len(found) == 11
    assert {one.second_arm if one.choice == "second" else one.first_arm for one in found} == {"fine_tuned"}
    assert len({one.left_arm for one in found}) == 2
