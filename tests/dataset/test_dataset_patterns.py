"""Patterns that people type: found where they are, and never for ever."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset import patterns
from ftcore.dataset.intake import take_in
from ftcore.dataset.patterns import PatternError
from ftcore.records import Filter, Project
from ftcore.store import examples, row_sets
from ftcore.store.database import Database


@given(st.text(min_size=1, max_size=20), st.text(max_size=40), st.text(max_size=5))
def test_plain_text_is_found_and_replaced_as_it_stands(looked_for: str, text: str, put: str) -> None:
    pattern = patterns.read(looked_for, plain=True, case=True)
    assert pattern.find(text) == (looked_for in text)
    assert pattern.replace(text, put) == (text.replace(looked_for, put), text.count(looked_for))


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "first"),
        ("(", "missing"),
        ("[a", "unterminated"),
        ("*", "nothing to repeat at character 1"),
        ("a" * 501, "500"),
        ("(?:a{1000}){1000}", "too often"),
        ("(?P<x>a)(?P=y)", "unknown group"),
    ],
)
def test_a_pattern_that_is_none_is_refused_in_a_sentence(typed: str, says: str) -> None:
    with pytest.raises(PatternError, match=re.escape(says)):
        patterns.read(typed)


def test_a_pattern_that_would_take_for_ever_is_given_up_within_its_time() -> None:
    pattern = patterns.read(r"(a+)+$")
    began = time.monotonic()
    with pytest.raises(PatternError, match="takes too long"):
        pattern.find("a" * 5_000 + "b")
    assert time.monotonic() - began < 60, "no search may outlive its limit by far"


def test_every_naughty_string_is_a_pattern_or_refused(shared_data: Path) -> None:
    strings = json.loads((shared_data / "naughty-strings" / "blns.json").read_text("utf-8"))
    refused = 0
    for text in filter(None, strings):
        plain = patterns.read(text[:500], plain=True)
        assert plain.find(f"before {text[:500]} behind")
        try:
            patterns.read(text[:500]).find("nothing special")
        except PatternError:
            refused += 1
    assert 0 < refused < len(strings)


def test_what_is_found_becomes_a_set_of_rows(db: Database, project: Project, shared_data: Path) -> None:
    take_in(db, project.id, shared_data / "banking77" / "train.csv", name="train.csv", who="DK", rows=400)
    pattern = patterns.read(r"\bcards?\b.*\?$")
    found = patterns.search(db, project.id, pattern, seconds=60)
    with db.read() as c:
        rows = examples.every(c, project.id)
    texts = {row.id: (row.training.prompt, row.training.response) for row in rows}
    expected = [
        id_ for id_, both in texts.items() if any(re.search(pattern.typed, text, re.IGNORECASE) for text in both)
    ]
    assert found.complete
    assert list(found.ids) == expected != []
    kept = patterns.keep(db, project.id, pattern, found.ids, who="DK", task=4)
    assert (kept.number, kept.kind, kept.label) == (len(expected), "pattern", pattern.typed)
    assert patterns.of_task(db, project.id, 4) == kept
    assert patterns.of_task(db, project.id, 5) is None
    with db.read() as c:
        assert examples.ids(c, project.id, Filter(row_set=kept.id)) == expected
        assert row_sets.get(c, kept.id).state == "done"


def test_a_search_stops_when_its_time_is_over_and_says_so(db: Database, project: Project, shared_data: Path) -> None:
    take_in(db, project.id, shared_data / "banking77" / "train.csv", name="train.csv", who="DK", rows=50)
    found = patterns.search(db, project.id, patterns.read("card"), seconds=0)
    assert (found.looked, found.complete) == (1, False)
