"""The two samples: complete, clean where they should be, and honest: what the second asks stands in its handbook."""

from __future__ import annotations

import csv
import re

import pytest

from ftcore.dataset.sample import RETURNS, SAMPLES, load_sample, open_sample, which
from ftcore.decision import recommend
from ftcore.records import Action, Split
from ftcore.store import documents, examples, projects
from ftcore.store.database import Database


def _questions() -> list[dict[str, str]]:
    with load_sample(RETURNS).file.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _page(tag: str) -> str:
    (page,) = [one for one in load_sample(RETURNS).pages() if one.stem[3:] == tag]
    return page.read_text(encoding="utf-8")


def test_the_returns_sample_comes_approved_with_its_pages(db: Database):
    project = open_sample(db, RETURNS, who="DK")
    with db.read() as c:
        counts = examples.counts(c, project.id)
        pages = documents.of_project(c, project.id)
        assert which(c, project) == RETURNS
    assert (counts.approved, counts.train, counts.validation, counts.test) == (60, 20, 10, 30)
    assert len(pages) == 12
    assert "45 days" in pages[0].text


def test_opening_a_sample_that_was_begun_adds_nothing_twice(db: Database):
    with db.write() as c:
        begun = projects.create(c, load_sample(RETURNS).name, sample=True)
        assert which(c, begun) == RETURNS
    for _ in range(2):
        open_sample(db, RETURNS, begun=begun)
    with db.read() as c:
        assert examples.counts(c, begun.id).total == 60
        assert len(documents.of_project(c, begun.id)) == 12


def test_a_project_of_ones_own_is_no_sample(db: Database):
    with db.write() as c:
        assert which(c, projects.create(c, load_sample(RETURNS).name)) == ""


def test_the_manager_of_the_first_is_told_that_training_may_be_worth_it_and_of_the_second_to_look_it_up():
    first, second = (recommend(load_sample(name).answers, tuple(load_sample(name).reasons)) for name in SAMPLES)
    assert first.action is Action.FINE_TUNE
    assert second.action is Action.USE_RAG


def test_what_a_sample_says_it_knows_is_about_its_questions_and_said_by_its_manager():
    for sample in map(load_sample, SAMPLES):
        assert set(sample.notes()) <= set(sample.answers)
        assert all(note["note"] and note["who"] == "the shop's manager" for note in sample.notes().values())


@pytest.mark.parametrize("row", _questions(), ids=lambda row: row["question"][:40])
def test_every_answer_stands_on_its_page(row: dict[str, str]):
    page = _page(row["tags"]).casefold()
    for word in re.findall(r"[£\d.%]+|\w+", row["answer"].casefold()):
        spoken = {"nothing": ("nothing", "free of charge"), "no": ("not ", "never"), "years": ("years",)}
        assert any(one in page for one in spoken.get(word, (word,))), word


def test_most_tested_facts_are_said_by_no_training_row():
    rows = _questions()
    learnt = {row["answer"] for row in rows if row["split"] != Split.TEST}
    new = [row for row in rows if row["split"] == Split.TEST and row["answer"] not in learnt]
    assert len(new) >= 25
    assert len({row["question"] for row in rows}) == 60


def test_every_page_says_since_when_it_holds_and_who_keeps_it():
    pages = [page.read_text(encoding="utf-8") for page in load_sample(RETURNS).pages()]
    assert len(pages) == 12
    for page in pages:
        assert re.search(r"^In force from 1 \w+ 20\d\d\. Replaces the page of .* Kept by .+\.$", page, re.MULTILINE)
        assert len(page.split()) > 180


def test_an_unknown_sample_is_named_with_those_that_there_are():
    with pytest.raises(LookupError, match="tickets, returns"):
        load_sample("other")
