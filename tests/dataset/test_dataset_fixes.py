"""Repairs: what they change, and that they change nothing else."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ftcore.dataset.checks import Limits, Profile, check_one, profile
from ftcore.dataset.checks.fixes import FIXES, fix, fixable
from ftcore.records import Message, TrainingExample, text_of
from tests.dataset.test_dataset_checks_habits import ANSWER, LABELS, OBJECTS, PROSE, QUESTION, example

LIGHTS = {"text": profile(PROSE), "labels": profile(LABELS), "json": profile(OBJECTS)}


def repaired(prompt: str, answer: str, code: str, light: Profile = LIGHTS["text"]) -> tuple[str, str] | None:
    after = fix(example(prompt, answer), code, Limits(), light)
    return after and (after.prompt, after.response)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("outer_spaces", f"\n {ANSWER} \n", ANSWER),
        ("outer_spaces", "One.\n\n\n\nTwo.", "One.\n\nTwo."),
        ("outer_spaces", "One.\r\n\r\n\r\nTwo.", "One.\n\nTwo."),
        ("outer_spaces", "\n    if x:\n        go()\n", "    if x:\n        go()"),
        ("invisible_characters", "\ufeffYes,\u200b it\u00ad is.", "Yes, it is."),
        (
            "encoding_damage",
            "It\u00e2\u20ac\u2122s a caf\u00c3\u00a9 \u00e2\u20ac\u201c yes",
            "It\u2019s a caf\u00e9 \u2013 yes",
        ),
        ("encoding_damage", "caf\u00c3\u0192\u00c2\u00a9", "caf\u00e9"),
        ("encoding_damage", "sun \u00f0\u0178\u02dc\u20ac", "sun \N{GRINNING FACE}"),
        ("encoding_damage", "a\x07b \u00e2\x80\x99", "ab \u2019"),
        ("html_entity", "Lamp &amp;amp; Son,&nbsp;5&nbsp;&euro; &#39;new&#39;", "Lamp & Son, 5 \u20ac 'new'"),
        ("leading_label", f"### Response:\nAnswer: {ANSWER}", ANSWER),
        (
            "personal_data",
            "Ask maria@lampshop.co.uk or +44 20 7946 0958, card 4111 1111 1111 1111.",
            "Ask [e-mail address] or [phone number], card [card number].",
        ),
        ("personal_data", "Pay to DE89 3704 0044 0532 0130 00.", "Pay to [bank account number]."),
        ("personal_data", "078-05-1120+44 20 7946 0958", "[social security number][phone number]"),
        ("personal_data", "key AKIAIOSFODNN7EXAMPLE", "key [secret key]"),
    ],
)
def test_a_fault_is_repaired(code: str, before: str, after: str) -> None:
    assert repaired(QUESTION, before, code) == (QUESTION, after)
    assert repaired(QUESTION, after, code) is None


def test_labels_and_json_are_repaired_in_the_light_of_the_others() -> None:
    assert repaired(QUESTION, "Card arival", "label_variant", LIGHTS["labels"]) == (QUESTION, "card_arrival")
    assert repaired(QUESTION, "Card arrival", "label_variant") is None
    told = 'Sure! Here is the answer: {"topic": "lamp", "days": 3} Anything else?'
    assert repaired(QUESTION, told, "broken_json", LIGHTS["json"]) == (QUESTION, '{"topic": "lamp", "days": 3}')
    assert repaired(QUESTION, told, "broken_json") is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("encoding_damage", "caf\u00c3\u00a9 \ufffd"),
        ("encoding_damage", "N\u00c3O, caf\u00e9, Z\u00fcrich"),
        ("html_entity", "Write &lt;b&gt; in HTML."),
        ("outer_spaces", "def a():\n    pass\n\n\ndef b():\n    pass"),
        ("invisible_characters", "\N{MAN}\u200d\N{WOMAN}"),
        ("leading_label", "The answer: nobody knows."),
        ("personal_data", "Write to help@example.com or call 555-0123."),
        ("refusal", "I'm sorry, but I can't assist with that request."),
        ("no_such_code", ANSWER),
    ],
)
def test_what_is_no_fault_or_cannot_be_repaired_whole_is_left_alone(code: str, text: str) -> None:
    assert repaired(QUESTION, text, code) is None


def test_several_json_values_or_a_cut_one_are_not_guessed() -> None:
    for told in ('{"a": 1} and {"b": 2}', 'Here: {"a": {"b": 1}', "nothing", '[1] or {"a": 1}'):
        assert repaired(QUESTION, told, "broken_json", LIGHTS["json"]) is None


def test_only_what_may_be_repaired_says_so() -> None:
    assert [code for code in ("truncated", "refusal", "empty", "echo", "html_tag") if fixable(code)] == []
    assert all(map(fixable, FIXES))


def test_turns_and_tool_calls_survive_and_the_original_is_not_touched() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"mail": " x@lampshop.co.uk "}'}}
    messages: list[Message] = [
        {"role": "system", "content": " Be kind. \n"},
        {"role": "user", "content": "I am x@lampshop.co.uk. "},
        {"role": "assistant", "content": None, "tool_calls": [call], "weight": 0},
        {"role": "tool", "tool_call_id": "c1", "content": " x@lampshop.co.uk \n"},
        {"role": "assistant", "content": [{"type": "text", "text": " Found "}, {"type": "text", "text": "you. "}]},
        {"role": "user", "content": "Thanks."},
        {"role": "assistant", "content": " Gladly. "},
    ]
    tools = [{"type": "function", "function": {"name": "find"}}]
    whole = TrainingExample(messages, tools, parallel_tool_calls=False)
    before = copy.deepcopy(whole)

    spaces = fix(whole, "outer_spaces")
    assert spaces is not None
    assert [text_of(message) for message in spaces.messages] == [
        " Be kind. \n",
        "I am x@lampshop.co.uk.",
        "",
        " x@lampshop.co.uk \n",
        "Found \nyou.",
        "Thanks.",
        "Gladly.",
    ]
    hidden = fix(whole, "personal_data")
    assert hidden is not None
    assert hidden.messages[3] == {"role": "tool", "tool_call_id": "c1", "content": " [e-mail address] \n"}
    assert hidden.messages[2] == messages[2]
    assert hidden.messages[4:] == messages[4:]
    assert (hidden.tools, hidden.parallel_tool_calls) == (tools, False)
    assert whole == before


def test_a_picture_beside_a_text_is_left_as_it_is() -> None:
    parts = [{"type": "text", "text": " What is it? "}, {"type": "image_url", "image_url": {"url": "x"}}]
    assert (
        fix(
            TrainingExample([{"role": "user", "content": parts}, {"role": "assistant", "content": "A lamp."}]),
            "outer_spaces",
        )
        is None
    )


pieces = st.sampled_from(
    [
        *(" ", "\n", "\n\n\n", "\r\n", "\t", "a", "Yes.", "lamp", "card", "_", "1", "0", "{", "}", '"a": 1', "[", "]", "```"),
        *("\u200b", "\ufeff", "\u00ad", "\x07", "\x85", "\u00c3\u00a9", "\u00c3", "\u00e2\u20ac\u2122", "\u00c2\u00a0", "\ufffd", "\u00e9"),
        *("&", "amp;", "&amp;", "&nbsp;", "&#39;", "&#0;", "&#x200b;", "&lt;", "<br>", "html", "Answer:", "A:", "### Response\n", "User: "),
        *("x@lamp.co.uk", "@", "+44 20 7946 0958", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00", "078-05-1120"),
        *("AKIAIOSFODNN7EXAMPLE", "card_arrival", "Lost card", "top up", '{"topic": "x", "days": 1}'),
    ]
)  # fmt: skip
texts = st.lists(pieces, max_size=8).map("".join) | st.text(max_size=12)
talk = st.lists(st.tuples(st.sampled_from(["system", "user", "assistant", "tool"]), texts), min_size=1, max_size=5)


@settings(deadline=None, max_examples=600)
@given(talk, st.sampled_from(sorted(FIXES)), st.sampled_from(sorted(LIGHTS)))
def test_a_repair_removes_its_problem_once_and_for_all_and_touches_nothing_else(turns, code, kind) -> None:
    whole = TrainingExample([{"role": role, "content": text} for role, text in turns])
    light = LIGHTS[kind]
    before = [p for p in check_one(whole, Limits(), light) if p.code == code]
    after = fix(whole, code, Limits(), light)
    if after is None:
        return
    assert before, "something was repaired in which no problem had been found"
    assert fix(after, code, Limits(), light) is None
    changed = [at for at, (old, new) in enumerate(zip(whole.messages, after.messages, strict=True)) if old != new]
    places = {"system": whole.system, "prompt": whole.prompt, "response": whole.response}
    flagged = {p.where for p in before}
    for at in changed:
        assert {**whole.messages[at], "content": ""} == {**after.messages[at], "content": ""}
        assert text_of(after.messages[at]).strip()
        old = text_of(whole.messages[at])
        assert any(where == "messages" or places[where] == old for where in flagged)
    left = {p.where for p in check_one(after, Limits(), light) if p.code == code}
    repaired_places = {where for where in ("system", "prompt", "response") if getattr(after, where) != places[where]}
    assert not left & repaired_places


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40))
def test_text_that_was_read_in_the_wrong_encoding_comes_back(text) -> None:
    try:
        wrong = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    assume(fix(example(QUESTION, text), "encoding_damage") is None)
    after = fix(example(QUESTION, wrong), "encoding_damage")
    if after is not None:
        assert after.response == text


@given(
    st.dictionaries(st.sampled_from(["topic", "days"]), st.integers(), min_size=1),
    st.sampled_from(["Sure: ", "", "JSON:\n"]),
)
def test_json_comes_out_of_its_words_unchanged(value, before) -> None:
    answer = before + json.dumps(value)
    after = fix(example(QUESTION, answer), "broken_json", Limits(), LIGHTS["json"])
    assert (after.response if after else answer) == json.dumps(value)
