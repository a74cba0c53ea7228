"""Every parameter of a chat request of today's SDK is honoured, harmless, or refused by its name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.completion_create_params import CompletionCreateParamsBase

from ftcore.trainer.errors import TrainerError
from ftcore.trainer.generation.asking import Ask, Tools
from ftcore.trainer.routes.chat_request import ANSWER, DEFAULTS, KNOWN, SERVICE, read

PLAIN: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
REFUSED = {
    "audio": {"voice": "a", "format": "wav"},
    "functions": [{"name": "f"}],
    "function_call": "auto",
    "modalities": ["text", "audio"],
    "moderation": {"model": "m"},
    "reasoning_effort": "high",
    "verbosity": "low",
    "web_search_options": {},
}
EVERY = sorted({*CompletionCreateParamsBase.__annotations__, "stream"})
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("name", EVERY)
def test_every_parameter_of_the_sdk_is_known_or_refused_by_its_name(name: str) -> None:
    assert (name in KNOWN) != (name in REFUSED), "each is one or the other"
    if name in REFUSED:
        with pytest.raises(TrainerError) as caught:
            read({**PLAIN, name: REFUSED[name]})
        assert (caught.value.status, caught.value.code, caught.value.param) == (400, "unsupported_parameter", name)
        assert name in caught.value.message
        read({**PLAIN, name: None})


def test_what_concerns_the_service_changes_nothing() -> None:
    plain = read(PLAIN).ask
    for name in SERVICE:
        assert read({**PLAIN, name: "x"}).ask == plain
    for name, harmless in DEFAULTS.items():
        assert read({**PLAIN, name: harmless[0]}).ask == plain


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(TrainerError, match="'top_k' is not supported"):
        read({**PLAIN, "top_k": 3})


def test_everything_that_is_honoured_reaches_the_question() -> None:
    question = read(
        {
            **PLAIN,
            "temperature": 0.5,
            "top_p": 0.9,
            "max_tokens": 5,
            "max_completion_tokens": 7,
            "stop": ["a", "b"],
            "seed": -3,
            "n": 2,
            "stream": True,
            "stream_options": {"include_usage": True},
            "presence_penalty": -2,
            "frequency_penalty": 2,
            "logit_bias": {"5": -100, "7": 1.5},
            "logprobs": True,
            "top_logprobs": 20,
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "array"}}},
            "tools": [TOOL],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
            "parallel_tool_calls": False,
            "user": "u",
        }
    )
    assert question.ask == Ask(
        "m",
        PLAIN["messages"],
        max_tokens=7,
        temperature=0.5,
        top_p=0.9,
        stop=("a", "b"),
        seed=-3,
        presence_penalty=-2.0,
        frequency_penalty=2.0,
        bias=((5, -100.0), (7, 1.5)),
        logprobs=20,
        form={"type": "array"},
        tools=Tools((TOOL,), "f", parallel=False, named=True),
    )
    assert (question.count, question.stream, question.with_usage, question.user) == (2, True, True, "u")


def test_what_is_not_asked_for_is_off() -> None:
    asked = {"logprobs": False, "response_format": {"type": "text"}, "tools": [], "tool_choice": "none"}
    assert read({**PLAIN, **asked, "logit_bias": {}, "top_logprobs": None}).ask == Ask("m", PLAIN["messages"])
    assert read({**PLAIN, "tools": [TOOL], "tool_choice": "none"}).ask.tools is None
    assert read({**PLAIN, "response_format": {"type": "json_object"}}).ask.form == {"type": "object"}


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"model": None}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": "\ud800"}]}, "messages"),
        ({"messages": [{"role": "captain", "content": "x"}]}, "messages"),
        ({"presence_penalty": 2.5}, "presence_penalty"),
        ({"frequency_penalty": "1"}, "frequency_penalty"),
        ({"temperature": float("nan")}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_completion_tokens": True}, "max_completion_tokens"),
        ({"logprobs": 3}, "logprobs"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"logit_bias": {"x": 1}}, "logit_bias"),
        ({"logit_bias": {"5": 101}}, "logit_bias"),
        ({"logit_bias": {"-5": 1}}, "logit_bias"),
        ({"logit_bias": [1]}, "logit_bias"),
        ({"n": 17}, "n"),
        ({"stop": ["a"] * 5}, "stop"),
        ({"stream": "yes"}, "stream"),
        ({"stream_options": [1]}, "stream_options"),
        ({"parallel_tool_calls": "no"}, "parallel_tool_calls"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_its_name(changes: dict[str, Any], param: str) -> None:
    with pytest.raises(TrainerError) as caught:
        read({**PLAIN, **changes})
    assert (caught.value.status, caught.value.param) == (400, param)


@given(st.sampled_from(sorted(KNOWN)), json_values)
def test_whatever_is_sent_there_is_a_question_or_a_refusal_with_a_name(name: str, value: Any) -> None:
    refused: list[TrainerError] = []
    try:
        assert read({**PLAIN, name: value}).count >= 1
    except TrainerError as error:
        refused.append(error)
    assert all(error.status == 400 and error.param in ANSWER for error in refused)
