"""Reading and writing a training file's lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.chat import ChatError, clean, clean_value, parse_line, to_line
from ftcore.records import TrainingExample

GOOD = '{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]}'

any_text = st.text(alphabet=st.characters(exclude_categories=[]), max_size=30)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
messages = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": json_values}),
    max_size=5,
)


@given(messages, st.none() | st.lists(st.dictionaries(st.text(), json_values, max_size=2), max_size=2))
def test_writing_and_reading_gives_the_same_example(turns, tools):
    example = TrainingExample(turns, tools, parallel_tool_calls=None if tools is None else True)
    line = to_line(example)
    assert parse_line(line) == example
    assert len(line.splitlines()) == 1
    assert to_line(parse_line(line)) == line


@given(any_text)
def test_no_text_can_stop_a_line_from_being_written(text):
    line = to_line(TrainingExample([{"role": "user", "content": text}]))
    line.encode()
    assert json.loads(line) == {"messages": [{"role": "user", "content": clean_surrogates(text)}]}


def clean_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@given(st.binary(max_size=60) | any_text)
def test_garbage_gives_a_chat_error_and_nothing_else(line):
    with pytest.raises(ChatError):
        parse_line(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "empty"),
        ("{", "character 2"),
        ("[1]", "a list"),
        ("null", "null"),
        ("{'messages': 1}", "double quotes"),
        (GOOD[:60], "closing quote"),
        (GOOD + GOOD, "one object a line"),
        ('{"messages": 3}', "a number"),
        ('{"messages": [3]}', "Message 1"),
        ('{"prompt": "a", "completion": "b"}', '"prompt", "completion"'),
        (GOOD[:-1] + ', "extra": 1}', '"extra"'),
        (GOOD[:-1] + ', "tools": "x"}', '"tools"'),
        (GOOD[:-1] + ', "parallel_tool_calls": 1}', "parallel_tool_calls"),
        (GOOD.replace('"Hi"', "NaN"), "NaN"),
        (GOOD.replace('"Hi"', "-Infinity"), "-Infinity"),
        (GOOD.replace('"Hi"', "9" * 5000), "thousands of digits"),
        (GOOD.replace('"Hi"', "[" * 200 + "]" * 200), "nested"),
        (GOOD.replace('"Hi"', "[" * 100_000 + "]" * 100_000), "nested"),
        (GOOD.replace("Hi", "\\ud83d"), "half a character"),
        (GOOD.replace("Hi", "\ud83d"), "half a character"),
        (b"\xff\xfe{", "UTF-8"),
        ('{"input": {}, "preferred_output": [], "non_preferred_output": []}', "preferred"),
    ],
)
def test_each_fault_is_named_in_plain_words(line, says):
    with pytest.raises(ChatError) as caught:
        parse_line(line)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_is_forgiven():
    assert parse_line("\ufeff" + GOOD) == parse_line(GOOD.encode()) == parse_line(b"\xef\xbb\xbf" + GOOD.encode())


def test_a_huge_whole_number_is_kept_as_it_is():
    number = 10**300
    line = GOOD[:-1] + f', "tools": [{{"n": {number}}}]}}'
    assert parse_line(line).tools == [{"n": number}]


def test_the_order_of_a_messages_keys_does_not_change_its_line():
    one = TrainingExample([{"role": "user", "content": "a", "name": "b"}])
    other = TrainingExample([{"name": "b", "content": "a", "role": "user"}])
    assert to_line(one) == to_line(other)


def test_a_value_that_is_no_json_is_refused_when_writing():
    with pytest.raises(ChatError):
        to_line(TrainingExample([{"role": "user", "content": float("nan")}]))
    with pytest.raises(ChatError):
        to_line(TrainingExample([{"role": "user", "content": {1, 2}}]))


def test_cleaning_joins_halves_replaces_single_ones_and_says_so():
    assert clean("fine \N{GRINNING FACE}") == ("fine \N{GRINNING FACE}", ())
    assert clean("\ud83d\ude00")[0] == "\N{GRINNING FACE}"
    text, notes = clean("a\0b\ud83dc")
    assert text == "ab\ufffdc"
    assert len(notes) == 2
    assert clean_value({"k\0": ["\ud83d", 1, None]})[0] == {"k": ["\ufffd", 1, None]}
