"""Many examples checked at once: quicker than one by one, and the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.dataset.checks import CODES, SIGNS, Limits, check_many, check_one, profile
from ftcore.dataset.profiles import normal
from ftcore.dataset.sources import read
from ftcore.dataset.traits.signs import without_signs
from ftcore.records import Accepted, TrainingExample
from tests.dataset.test_dataset_checks_habits import LABELS, OBJECTS, PROSE, odd_messages, talk

LIGHTS = [profile(PROSE), profile(LABELS), profile(OBJECTS), None]
LONG = "The lamp that I ordered from your shop last week came without its bulb and without the screws. "
SECRETS = [
    "4111 1111 1111 1111",
    "GB29 NWBK 6016 1331 9268 19",
    "MT84MALT011000012345MTLCAST001S",
    "+49 (0)30 1234567",
    "(212) 555-2368",
    "078-05-1120",
    "ann@lamp.co.uk",
    "sk-abcdefghijklmnopqrstuv",
    "sk_live_abcdefghijklmnopqrst",
    "AKIAIOSFODNN7EXAMPLE",
    "xoxb-1234567890-a",
    "AIza" + "x" * 35,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmn",
    "-----BEGIN RSA PRIVATE KEY-----",
    "glpat-abcdefghijklmnopqrst",
]
LEFT_OVERS = ["lorem ipsum", "Lorem Ipsum", "TODO", "{{name}}", "[insert name]", "#REF!", "<br>", "&nbsp;", "<|im_end|>", "\x07", "\n\n\n"]  # fmt: skip
REFUSALS = ["I'm sorry, but I cannot help with that. ", "As an AI language model, ", "I am an AI assistant. ", "Als KI-Sprachmodell "]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(talk, max_size=5), st.sampled_from(LIGHTS))
def test_examples_checked_together_have_the_problems_that_each_has_alone(several, light) -> None:
    examples = [TrainingExample([{"role": role, "content": text} for role, text in turns]) for turns in several]
    assert check_many(examples, Limits(), light) == [check_one(one, Limits(), light) for one in examples]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(odd_messages, max_size=4), max_size=4))
def test_no_conversation_is_too_odd_to_be_checked_together_with_others(several) -> None:
    examples = [TrainingExample(messages) for messages in several]
    assert check_many(examples) == [check_one(one) for one in examples]


@pytest.mark.parametrize("sign", [*SECRETS, *LEFT_OVERS, *REFUSALS])
def test_nothing_that_stands_inside_a_long_text_is_overlooked_among_many(sign) -> None:
    answer = sign + LONG if sign in REFUSALS else LONG + sign + " " + LONG.strip()
    examples = [
        TrainingExample([{"role": "user", "content": LONG * 2 + "Why?"}, {"role": "assistant", "content": answer}])
    ]
    light = profile(PROSE)
    found = check_many(examples, Limits(), light)
    assert found == [check_one(examples[0], Limits(), light)]
    assert {problem.code for problem in found[0]} - {"length_outlier", "other_language", "echo", "repetition"}


def test_a_good_text_holds_no_sign_and_a_text_that_is_not_ascii_is_looked_at() -> None:
    assert without_signs([LONG, LONG + "@", LONG + "\u00e9", ""], SIGNS) == [True, False, False, True]


@pytest.mark.shared
def test_banking77_and_the_naughty_strings_have_the_same_problems_together_and_alone(shared_data) -> None:
    rows = [row.training for row in read(shared_data / "banking77/test.csv") if isinstance(row, Accepted)]
    naughty = json.loads((shared_data / "naughty-strings/blns.json").read_text(encoding="utf-8"))
    rows += [
        TrainingExample([{"role": "user", "content": one}, {"role": "assistant", "content": other}])
        for one, other in zip(naughty, reversed(naughty), strict=True)
    ]
    light = profile(rows)
    found = check_many(rows, Limits(), light)
    assert found == [check_one(row, Limits(), light) for row in rows]
    assert len({problem.code for problems in found for problem in problems} & CODES) > 10


@settings(deadline=None, max_examples=300)
@given(st.text(st.sampled_from(" \t\n\x0b\x1c\x85\u00a0\u2003.,aA\u00df\u017f!")))
def test_a_text_is_the_same_whatever_its_case_outer_marks_and_spaces(text) -> None:
    assert normal(text) == " ".join(text.split()).strip(" .,!?;:\"'").casefold()
