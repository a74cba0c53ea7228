"""Counting tokens offline."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.chat import count_tokens
from ftcore.chat.tokens import counter, fallback_counter, tokens_of
from ftcore.records import TrainingExample


def test_an_example_costs_its_texts_and_the_protocols_overhead():
    example = TrainingExample(
        [
            {"role": "system", "content": "You are helpful."},
            {"role": "user", "content": "Hello world", "name": "ann"},
            {"role": "assistant", "content": "Hi"},
        ]
    )
    texts = count_tokens("You are helpful.") + count_tokens("Hello world") + count_tokens("Hi") + count_tokens("ann")
    assert count_tokens(example) == texts + 3 * (3 + 1) + 1 + 3


def test_special_tokens_in_a_text_are_plain_text():
    assert count_tokens("<|endoftext|>") > 1


def test_a_lone_surrogate_does_not_stop_the_count():
    assert count_tokens("a\ud83d") > 0
    assert count_tokens("") == 0


def test_tools_and_tool_calls_count():
    call = {"id": "c", "type": "function", "function": {"name": "clock", "arguments": '{"zone":"UTC"}'}}
    plain = TrainingExample([{"role": "user", "content": "x"}, {"role": "assistant", "content": None}])
    calling = TrainingExample([plain.messages[0], {"role": "assistant", "content": None, "tool_calls": [call]}])
    assert count_tokens(calling) > count_tokens(plain) + 5
    assert count_tokens(TrainingExample(calling.messages, [{"type": "function"}])) > count_tokens(calling)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_both_tokenizers_agree(text):
    assert counter()(text) == fallback_counter()(text)


def test_what_is_learnt_is_what_the_assistant_says_and_calls():
    call = {"id": "c", "type": "function", "function": {"name": "clock", "arguments": '{"zone":"UTC"}'}}
    example = TrainingExample(
        [
            {"role": "user", "content": "Where is my lamp?"},
            {"role": "assistant", "content": "I don't know.", "weight": 0},
            {"role": "user", "content": "Please look."},
            {"role": "assistant", "content": "Let me look.", "tool_calls": [call]},
        ]
    )
    called = count_tokens('{"name":"clock","arguments":"{\\"zone\\":\\"UTC\\"}"}')
    assert tokens_of(example) == (count_tokens(example), count_tokens("Let me look.") + called)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), st.text(max_size=30)), max_size=5))
def test_the_learnt_tokens_are_those_of_the_answers(turns):
    example = TrainingExample([{"role": role, "content": text} for role, text in turns])
    assert tokens_of(example).learnt == sum(count_tokens(text) for role, text in turns if role == "assistant")
