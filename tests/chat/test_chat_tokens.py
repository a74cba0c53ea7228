"""Counting tokens offline."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ftcore.chat import count_tokens
from ftcore.chat.tokens import counter, fallback_counter
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
