"""The guided path: a hint on every page, numbered, that can be turned off and on; and the words, one hover away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from ftcore.store import preferences, projects
from ftcore.store.database import Database
from ftcore.ui import guide_texts, guide_words
from ftcore.ui.page import PAGES
from tests.ui.journeys import begin

Open = Callable[..., AppTest]

WORDS = ("project", "example", "status", "split", "problem", "snapshot", "endpoint", "job", "arm", "run", "score")
WORDS += ("comparison", "verdict", "decision record")
"""The words of the product."""


@pytest.mark.parametrize(("number", "name"), list(enumerate(PAGES, 1)))
def test_every_page_says_what_belongs_on_it(db: Database, open_page: Open, number: int, name: str) -> None:
    begin(db)
    test = open_page(name, project="1")
    assert not test.exception
    said = next(one.value for one in test.markdown if one.value.startswith(f"**{number} of 6 · {PAGES[name][1]}**"))
    assert said.endswith(f"{guide_texts.OWN[name].see} {guide_texts.OWN[name].do}")


@pytest.mark.parametrize("name", PAGES)
def test_on_a_sample_the_hints_lead_through_the_finished_run(open_page: Open, name: str) -> None:
    open_page("overview").button(key="open-sample-returns").click().run(timeout=60)
    test = open_page(name, project="1")
    assert not test.exception
    told = guide_texts.hint(name, "returns")
    assert any(one.value.endswith(f"{told.see} {told.do}") for one in test.markdown)


def test_without_its_recorded_run_a_sample_is_told_what_belongs_on_a_page(open_page: Open) -> None:
    test = open_page("overview")
    test.button(key="open-sample-returns").click().run(timeout=60)
    test.button(key="recorded-remove").click().run()
    assert any(guide_texts.OWN["train"].see in one.value for one in open_page("train", project="1").markdown)


def test_hidden_hints_stay_hidden_on_every_page_and_come_back(db: Database, open_page: Open) -> None:
    begin(db)
    test = open_page("decide", project="1")
    test.button(key="guide-hide").click().run()
    assert not _hints(test)
    for name in PAGES:
        assert not _hints(open_page(name, project="1"))
    with db.read() as c:
        assert preferences.get(c, "hints") is False
    overview = open_page("overview", project="1")
    overview.toggle(key="guide-shown").set_value(True).run()
    assert _hints(overview)
    assert _hints(open_page("report", project="1"))


def test_the_switch_on_the_overview_shows_what_holds(db: Database, open_page: Open) -> None:
    with db.write() as c:
        projects.create(c, "P")
    test = open_page("overview")
    assert test.toggle(key="guide-shown").value is True
    test.toggle(key="guide-shown").set_value(False).run()
    assert not _hints(test)
    assert open_page("overview").toggle(key="guide-shown").value is False


def test_the_review_of_ones_own_examples_has_the_room_for_itself(db: Database, open_page: Open) -> None:
    begin(db)
    assert not _hints(open_page("curate", project="1", curate="Review"))
    assert _hints(open_page("curate", project="1", curate="Table"))


def test_hints_are_two_sentences_and_no_more() -> None:
    for hint in (*guide_texts.OWN.values(), *guide_texts.SAMPLES.values(), *guide_texts.ABOUT.values()):
        for sentence in (hint.see, hint.do):
            assert sentence[-1] in ".?"
            assert ". " not in sentence
            assert len(sentence) < 160


def test_every_page_has_its_hints_and_its_words() -> None:
    assert list(guide_texts.OWN) == list(guide_texts.SAMPLES) == list(guide_words.ON) == list(PAGES)
    assert {name for _, name in guide_texts.ABOUT} <= PAGES.keys()


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_product_is_explained_where_it_stands(word: str) -> None:
    explained = {name.lower(): pages for name, pages in _pages_of_words().items()}
    assert explained[word], word


@pytest.mark.parametrize("name", [name for name in PAGES if name != "overview"])
def test_the_words_are_one_hover_away_from_the_title(db: Database, open_page: Open, name: str) -> None:
    begin(db)
    assert open_page(name, project="1").title[0].help == guide_words.of_page(name)


def _hints(test: AppTest) -> list[str]:
    return [one.value for one in test.markdown if " of 6 · " in one.value]


def _pages_of_words() -> dict[str, list[str]]:
    return {word: [page for page, words in guide_words.ON.items() if word in words] for word in guide_words.MEANINGS}
