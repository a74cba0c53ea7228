"""Pairs of answers: from edits, and from a choice between two."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.dataset import preferences
from ftcore.dataset.preferences import NoPair, Pairs, Preference, collect, compare, compare_edit, pair_of
from ftcore.records import TrainingExample

TOOL = {"type": "function", "function": {"name": "clock"}}


def talk(*texts: str, system: str = "") -> TrainingExample:
    messages = [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]
    return TrainingExample(messages).with_system(system)


def reason(found: Preference | NoPair) -> str:
    assert isinstance(found, NoPair)
    return found.reason


def test_a_corrected_answer_makes_the_imported_one_the_rejected():
    original = replace(talk("Where is it?", "Dunno.", "And the lamp?", "No idea", system="Be kind."), tools=[TOOL])
    pair = pair_of(original, original.with_response("The lamp is in aisle 4."))
    assert pair == Preference(original.messages[:-1], "The lamp is in aisle 4.", "No idea", [TOOL], None)


def test_a_changed_question_makes_no_pair():
    original = talk("Where is it?", "Dunno.")
    now = original.with_prompt("Where is the lamp?").with_response("In aisle 4.")
    assert pair_of(original, now) is None
    assert reason(compare_edit(original, now)) == preferences.OTHER_QUESTION
    longer = replace(now, messages=[*original.messages, *now.messages])
    assert reason(compare_edit(original, longer)) == preferences.OTHER_QUESTION


def test_instructions_that_were_added_are_no_other_question_but_changed_ones_are():
    original = talk("Where is it?", "Dunno.")
    now = original.with_response("In aisle 4.").with_system("Be kind.")
    assert pair_of(original, now) == Preference(now.messages[:2], "In aisle 4.", "Dunno.")
    instructed = original.with_system("Answer in one word.")
    assert reason(compare_edit(instructed, now)) == preferences.OTHER_INSTRUCTIONS


def test_a_weight_that_was_changed_is_no_other_question():
    original = talk("a", "b", "c", "d")
    weighed = replace(
        original, messages=[original.messages[0], {**original.messages[1], "weight": 0}, *original.messages[2:]]
    )
    assert pair_of(original, weighed.with_response("e")) is not None


@pytest.mark.parametrize(
    ("worse", "better", "why"),
    [
        ("Yes", "Yes", preferences.NOT_CHANGED),
        ("yes , of course", "Yes, of\ncourse!", preferences.TOO_SIMILAR),
        ("ＹＥＳ", "yes", preferences.TOO_SIMILAR),
        ("snake_case", "snake case", preferences.TOO_SIMILAR),
        (" ", "Yes", preferences.NO_ANSWER),
        ("Yes", "", preferences.NO_ANSWER),
    ],
)
def test_answers_that_a_reader_would_not_tell_apart_make_no_pair(worse, better, why):
    assert reason(compare(talk("q", "a"), better=better, worse=worse)) == why


@pytest.mark.parametrize(
    ("worse", "better"),
    [("15 euro", "1.5 euro"), ("5 degrees", "-5 degrees"), (":(", ":)"), ("C", "C++"), ("Ja", "Nein")],
)
def test_a_sign_that_carries_meaning_makes_a_pair(worse, better):
    assert compare(talk("q", "a"), better=better, worse=worse) == Preference(talk("q").messages, better, worse)


def test_an_answer_that_is_a_tool_call_makes_no_pair():
    call = {"id": "c", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
    calling = replace(
        talk("q"), messages=[*talk("q").messages, {"role": "assistant", "content": None, "tool_calls": [call]}]
    )
    assert reason(compare_edit(calling, talk("q", "words"))) == preferences.TOOL_CALL
    assert reason(compare_edit(talk("q", "words"), calling)) == preferences.TOOL_CALL


def test_what_gives_no_pair_is_counted_by_its_reason():
    original = talk("q", "old")
    edits = [original, original, original.with_response("OLD."), original.with_response("new")]
    assert collect(compare_edit(original, now) for now in edits) == Pairs(
        (Preference(talk("q").messages, "new", "old"),), {preferences.NOT_CHANGED: 2, preferences.TOO_SIMILAR: 1}
    )


@given(st.text(), st.text(), st.text())
def test_a_pair_is_never_two_answers_of_the_same_words(question, one, other):
    found = compare(talk(question, "a"), better=one, worse=other)
    if isinstance(found, Preference):
        assert (found.chosen, found.rejected) == (one, other)
        assert "".join(one.split()).casefold() != "".join(other.split()).casefold()
        assert not isinstance(compare(talk(question, "a"), better=other, worse=one), NoPair)
