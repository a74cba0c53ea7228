"""What programs write, in words for a boss: JSON, hashes, a training's settings, why rows were set aside, and sums that add up."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.report import data_sheet, plain, words
from tests.report import stories


def test_an_answer_in_json_is_shown_by_its_fields() -> None:
    answer = (
        '{"category": "return", "product": "TN2H", "urgent": true, "parts": ["a", 2], "at": {"shelf": 3}, "note": ""}'
    )
    told = "category: return · product: TN2H · urgent: true · parts: [a, 2] · at: (shelf: 3) · note: (empty)"
    assert plain.fields(answer) == told


@pytest.mark.parametrize(
    "answer", ['{"a": 1', "{}", '["a"]', "7", "A parcel", '{"a": "b"} and more', "{" * 5_000, '{"a":' * 3_000]
)
def test_what_is_no_json_object_stays_as_it_is(answer: str) -> None:
    assert plain.fields(answer) == answer


def test_a_field_that_stands_there_twice_is_shown_twice() -> None:
    assert plain.fields('{"a": 1, "a": 2}') == "a: 1 · a: 2"


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1), min_size=1))
def test_no_name_and_no_value_is_lost(held: dict[str, str]) -> None:
    told = plain.fields(json.dumps(held))
    assert all(name in told and value in told for name, value in held.items())


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(plain.fields(text), str)
    assert isinstance(plain.fingerprint(text), str)
    assert isinstance(plain.settings({"n_epochs": text, "batch_size": text}), str)
    assert isinstance(plain.set_aside([(text, 1)]), str)


def test_a_hash_is_told_by_twelve_characters() -> None:
    assert plain.fingerprint(f"Test examples: sha256 {'3cee' * 16}") == "Test examples: fingerprint 3cee3cee3cee…"
    assert plain.fingerprint("On 2026-11-28 there were 12345678 rows.") == "On 2026-11-28 there were 12345678 rows."


def test_settings_are_told_in_words() -> None:
    usual = {"batch_size": "8", "learning_rate_multiplier": "1.0", "n_epochs": "3"}
    assert plain.settings(usual) == "3 passes over the examples, 8 at a time"
    other = {"batch_size": "auto", "learning_rate_multiplier": "0.5", "n_epochs": "1", "beta": "0.1"}
    assert plain.settings(other) == (
        "1 pass over the examples, examples at a time as the server chose, learning 0.5 times as fast as usual, beta 0.1"
    )
    assert plain.settings({}) == ""


def test_why_rows_were_set_aside_is_a_sentence() -> None:
    empty = [("The answer (column …) is empty.", 1), ("The question (column …) is empty.", 1)]
    assert plain.set_aside(empty) == "1 because the answer is empty, 1 because the question is empty."
    mixed = [
        ("Cut off in line …", 2),
        ("no reason was kept", 3),
        ("It is too long. Split it.", 4),
        ("other reasons", 1_000),
    ]
    assert plain.set_aside(mixed) == (
        "2 (Cut off in line …), 3 without a reason that was kept, 4 because it is too long, 1,000 for other reasons."
    )


def test_the_parts_add_up_to_what_was_kept() -> None:
    story = replace(stories.believable(), read=328, accepted=326, rejected=2, train=228, validation=26, test=60)
    assert words.data_sentences(story)[-1].endswith(" 12 more are still to be approved, or were rejected.")
    assert "more" not in words.data_sentences(replace(story, accepted=314))[-1]
    assert "more" not in words.data_sentences(replace(story, accepted=200))[-1]


def test_reasons_are_promised_only_where_something_was_set_aside() -> None:
    story = replace(stories.believable(), read=60, accepted=60, rejected=0)
    assert words.data_sentences(story)[0] == "60 examples read: 60 kept, none set aside."
    assert "8 set aside. Each of those is listed" in words.data_sentences(replace(story, rejected=8))[0]


def test_what_the_checks_found_is_named_in_words() -> None:
    sheet = replace(stories.sheet(), problems=(("broken_json", "error", 3), ("truncated", "warning", 1)))
    assert data_sheet.problems_sentence(sheet) == "Found by the checks today: broken JSON in 3, cut off in 1."
