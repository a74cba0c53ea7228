"""Health: what the panel says of the approved examples, and the way to the rows behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.dataset.health import Bar, Spread
from ftcore.records import Filter, Project, Split
from ftcore.store import examples, projects, row_sets
from ftcore.store.database import Database
from ftcore.store.examples import NewExample
from ftcore.ui.split import split_figures
from tests.splitting import TOPICS, fill, talk

Open = Callable[..., AppTest]


@pytest.fixture
def project(db: Database) -> Project:
    with db.write() as c:
        made = projects.create(c, "Letters")
    rows = [
        NewExample(
            talk(f"{TOPICS[at % 10]} {at} arrived {at * 7} days ago", "rare" if at < 3 else "usual"), Split.TRAIN
        )
        for at in range(60)
    ]
    fill(db, made, rows)
    return made


def said(test: AppTest) -> str:
    return "\n".join(e.value.replace("\\", "") for kind in (test.text, test.caption, test.markdown) for e in kind)


def test_it_says_whether_it_is_enough_with_its_source_and_what_would_be_learnt_worst(
    project: Project, open_page: Open
) -> None:
    test = open_page("curate", curate="Split and export")
    assert not test.exception
    told = said(test)
    assert "60 training examples: a sensible start." in told
    assert "OpenAI, supervised fine-tuning guide" in told
    assert "95% of answers are “usual”" in told
    assert "2 labels. They are as hard to guess as 1 equally frequent ones." in told
    assert "tokens in all" in told


def test_the_rows_behind_a_label_are_one_click_away(db: Database, project: Project, open_page: Open) -> None:
    test = open_page("curate", curate="Split and export")
    at = next(
        i
        for i, text in enumerate(t.value for t in test.text if "examples" in t.value or "answers" in t.value)
        if "“rare”" in text
    )
    test.button(key=f"worst-{at}").click().run()
    assert not test.exception
    with db.read() as c:
        kept = row_sets.of_project(c, project.id)[0]
        rows = examples.page(c, project.id, Filter(row_set=kept.id)).rows
    assert {row.training.response for row in rows} == {"rare"}
    assert len(rows) == 3


def test_a_histogram_names_its_ranges_and_escapes_labels() -> None:
    spread = Spread(3, 30, 10, 12, 12, (Bar(0, 10, 1), Bar(10, 20, 2)))
    figure = split_figures.lengths(spread, unit="tokens", dark=True)
    assert list(figure.data[0].customdata) == ["0 to 9", "10 to 19"]
    assert list(figure.data[0].y) == [1, 2]
