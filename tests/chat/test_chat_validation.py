"""What makes a conversation unfit for training."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftcore.chat import validate
from ftcore.records import Severity, TrainingExample

USER = {"role": "user", "content": "What time is it?"}
ANSWER = {"role": "assistant", "content": "Noon."}
CALL = {"id": "call_1", "type": "function", "function": {"name": "clock", "arguments": "{}"}}
TOOLS = [{"type": "function", "function": {"name": "clock", "parameters": {}}}]


def codes(*messages, tools=None, severity=None):
    found = validate(TrainingExample(list(messages), tools))
    return [problem.code for problem in found if severity in (None, problem.severity)]


def test_good_conversations_have_no_problem():
    assert codes(USER, ANSWER) == []
    assert codes({"role": "system", "content": "Be brief."}, USER, ANSWER, USER, ANSWER) == []
    assert codes({"role": "developer", "content": "Be brief."}, USER, ANSWER | {"weight": 0}, USER, ANSWER) == []
    assert codes({"role": "user", "content": [{"type": "text", "text": "Hi"}]}, ANSWER) == []
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    result = {"role": "tool", "tool_call_id": "call_1", "content": "12:00"}
    assert codes(USER, called, result, ANSWER, tools=TOOLS) == []
    assert codes(USER, called, tools=TOOLS) == []


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([], "no_messages"),
        ([USER], "no_answer"),
        ([USER, ANSWER, USER], "no_answer"),
        ([{"content": "x"}, ANSWER], "role"),
        ([{"role": "bot", "content": "x"}, ANSWER], "role"),
        ([{"role": ["user"], "content": "x"}, ANSWER], "role"),
        ([{"role": "user"}, ANSWER], "empty"),
        ([{"role": "user", "content": "  \n"}, ANSWER], "empty"),
        ([{"role": "user", "content": []}, ANSWER], "empty"),
        ([USER, {"role": "assistant", "content": ""}], "empty"),
        ([USER, {"role": "assistant", "content": 7}], "content"),
        ([USER, {"role": "assistant", "content": {"label": "x"}}], "content"),
        ([{"role": "user", "content": ["Hi"]}, ANSWER], "content"),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, ANSWER], "not_text"),
        ([USER | {"weight": 1}, ANSWER], "weight"),
        ([USER, ANSWER | {"weight": 2}], "weight"),
        ([USER, ANSWER | {"weight": True}], "weight"),
        ([USER, ANSWER | {"weight": 0.5}], "weight"),
        ([USER, ANSWER | {"weight": 0}], "weight"),
        ([USER | {"timestamp": 1}, ANSWER], "unknown_key"),
        ([USER | {"name": 1}, ANSWER], "name"),
        ([{"role": "user", "content": "\ud83d"}, ANSWER], "broken_character"),
        ([USER, {"role": "assistant", "content": None, "tool_calls": []}], "empty"),
        ([USER, {"role": "assistant", "tool_calls": [{"id": "a"}]}], "tool_calls"),
        ([USER, {"role": "assistant", "tool_calls": [CALL, CALL]}], "tool_calls"),
        ([USER, {"role": "assistant", "tool_calls": [CALL]}, ANSWER], "tool_pair"),
        ([USER, {"role": "tool", "content": "x", "tool_call_id": "nobody"}, ANSWER], "tool_pair"),
        ([USER, {"role": "tool", "content": "x"}, ANSWER], "tool_pair"),
    ],
)
def test_each_of_these_cannot_be_trained_on(messages, code):
    assert code in codes(*messages, severity=Severity.ERROR)


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([ANSWER], "no_user"),
        ([{"role": "system", "content": ""}, USER, ANSWER], "empty_system"),
        ([USER, {"role": "system", "content": "x"}, ANSWER], "system_not_first"),
        ([ANSWER, USER, ANSWER], "order"),
        ([USER, {"role": "assistant", "tool_calls": [CALL]}], "tool_unknown"),
        ([{"role": "function", "content": "x", "name": "f"}, USER, ANSWER], "deprecated"),
    ],
)
def test_these_are_warnings_only(messages, code):
    assert code in codes(*messages, severity=Severity.WARNING)
    assert codes(*messages, severity=Severity.ERROR) == []


def test_a_problem_says_in_which_text_it_is():
    found = validate(
        TrainingExample([USER, ANSWER, {"role": "user", "content": ""}, {"role": "assistant", "content": ""}])
    )
    assert [problem.where for problem in found] == ["prompt", "response"]
    assert found[0].message == "Message 3 (user) is empty."


anything = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.text(max_size=3), max_size=2)
odd_messages = st.lists(
    st.dictionaries(
        st.sampled_from(["role", "content", "weight", "tool_calls", "tool_call_id", "name", "x"]),
        anything | st.sampled_from(["user", "assistant", "tool"]) | st.lists(st.just(CALL) | st.just({}), max_size=2),
    ),
    max_size=5,
)


@given(odd_messages)
def test_validation_survives_anything(messages):
    for problem in validate(TrainingExample(messages, [{}])):
        assert problem.message.endswith(".")
