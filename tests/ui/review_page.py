"""The review as a test presses its keys and reads its screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from ftcore.dataset.triage import Queue
from ftcore.records import Example
from ftcore.store import examples
from ftcore.store.database import Database

Open = Callable[..., AppTest]


def opened(open_page: Open, *, who: str = "DK") -> AppTest:
    test = open_page("curate", curate="Review")
    if test.session_state["who"] != who:
        test.session_state["who"] = who
        test.run()
    assert not test.exception
    return test


def press(test: AppTest, key: str) -> None:
    test.button(key=f"review-{key}").click().run()
    assert not test.exception


def choose(test: AppTest, queue: Queue) -> None:
    next(g for g in test.button_group if str(g.key).startswith("review-queue")).set_value(queue.value).run()
    assert not test.exception


def queue_of(test: AppTest) -> Queue:
    return Queue(str(next(g.value for g in test.button_group if str(g.key).startswith("review-queue"))))


def shown(test: AppTest) -> int:
    """The id of the row on the screen."""
    return int(next(t.value for t in test.text if t.value.startswith("Row ")).split()[1].rstrip(","))


def row_of(db: Database, example_id: int) -> Example:
    with db.read() as c:
        return examples.get(c, example_id)


def statuses(db: Database, ids: list[int]) -> list[Any]:
    with db.read() as c:
        return [examples.get(c, id_).status for id_ in ids]
