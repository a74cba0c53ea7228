"""Tools, through the official SDK, with small models whose template knows them. They know nothing: what makes their calls
right is the form that they are held to."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import openai
import pytest
from openai import OpenAI

from tests.fixtures_trainer import TrainerProcess
from tests.trainer.chat_models import PLAIN, TAGS, TOOLS, chat_server  # noqa: F401

pytestmark = pytest.mark.model
ASK: list[Any] = [{"role": "user", "content": "What is the weather?"}]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string", "maxLength": 6}, "days": {"type": "integer", "minimum": 1, "maximum": 9}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
OFFERED: list[Any] = [
    {"type": "function", "function": {"name": "weather", "description": "The weather.", "parameters": WEATHER}},
    {"type": "function", "function": {"name": "time"}},
]


@pytest.fixture(scope="module")
def client(chat_server: TrainerProcess) -> OpenAI:  # noqa: F811
    return chat_server.client()


def checked(name: str, arguments: str) -> None:
    value = json.loads(arguments)
    assert name in ("weather", "time")
    jsonschema.validate(value, WEATHER) if name == "weather" else jsonschema.validate(value, {"const": {}})


@pytest.mark.parametrize("model", [TOOLS, TAGS])
@pytest.mark.parametrize("temperature", [0, 1])
def test_a_required_call_is_a_call_of_an_offered_function(client: OpenAI, model: str, temperature: float) -> None:
    for seed in range(3):
        reply = client.chat.completions.create(
            model=model,
            messages=ASK,
            tools=OFFERED,
            tool_choice="required",
            parallel_tool_calls=False,
            temperature=temperature,
            seed=seed,
            max_tokens=150,
        )
        choice = reply.choices[0]
        assert choice.finish_reason == "tool_calls"
        assert choice.message.content is None
        (call,) = choice.message.tool_calls or []
        assert call.type == "function"
        assert call.id.startswith("call_")
        checked(call.function.name, call.function.arguments)


def test_a_named_function_is_the_one_that_is_called(client: OpenAI) -> None:
    for name in ("weather", "time", "auto"):
        reply = client.chat.completions.create(
            model=TOOLS,
            messages=ASK,
            tools=[*OFFERED, {"type": "function", "function": {"name": "auto"}}],
            tool_choice={"type": "function", "function": {"name": name}},
            parallel_tool_calls=False,
            max_tokens=150,
        )
        calls = reply.choices[0].message.tool_calls or []
        assert [call.function.name for call in calls] == [name]  # type: ignore[union-attr]


def test_several_calls_may_come_in_one_answer_and_a_stream_says_the_same(client: OpenAI) -> None:
    asked: dict[str, Any] = {"model": TOOLS, "messages": ASK, "tools": OFFERED, "tool_choice": "required"}
    asked |= {"seed": 4, "max_tokens": 900, "logit_bias": {"2": -100}}  # it would rather not end: it calls eight times
    whole = client.chat.completions.create(**asked).choices[0]
    assert whole.finish_reason == "tool_calls"
    assert len(whole.message.tool_calls or []) == 8
    calls, reason, content = [], None, ""
    for chunk in client.chat.completions.create(stream=True, **asked):
        for choice in chunk.choices:
            content += choice.delta.content or ""
            calls += choice.delta.tool_calls or []
            reason = choice.finish_reason or reason
    assert (reason, content) == ("tool_calls", "")
    assert [call.index for call in calls] == list(range(8))
    said = [(call.function.name, call.function.arguments) for call in calls]
    assert said == [(c.function.name, c.function.arguments) for c in whole.message.tool_calls or []]  # type: ignore[union-attr]
    for name, arguments in said:
        checked(name, arguments)


def test_a_call_that_is_cut_is_no_call(client: OpenAI) -> None:
    reply = client.chat.completions.create(
        model=TOOLS, messages=ASK, tools=OFFERED, tool_choice="required", max_tokens=6
    )
    assert reply.choices[0].finish_reason == "length"
    assert reply.choices[0].message.tool_calls is None
    assert (reply.choices[0].message.content or "").startswith("<tool_call>")


@pytest.mark.parametrize("model", [TOOLS, TAGS])
def test_with_auto_a_model_answers_freely_or_calls(client: OpenAI, model: str) -> None:
    free = client.chat.completions.create(model=model, messages=ASK, tools=OFFERED, max_tokens=20, seed=1)
    assert free.choices[0].message.tool_calls is None
    assert free.choices[0].message.content
    none = client.chat.completions.create(
        model=model, messages=ASK, tools=OFFERED, tool_choice="none", max_tokens=5, temperature=0
    )
    without = client.chat.completions.create(model=model, messages=ASK, max_tokens=5, temperature=0)
    assert none.choices[0].message.content == without.choices[0].message.content


def test_a_call_within_a_free_answer_is_held_to_its_form(client: OpenAI, chat_server: TrainerProcess) -> None:  # noqa: F811
    """The control token that begins a call is made likely; what follows it is the grammar's doing."""
    asked: dict[str, Any] = {"model": TAGS, "messages": ASK, "tools": OFFERED, "max_tokens": 120, "seed": 3}
    reply = client.chat.completions.create(logit_bias={"49152": 100}, parallel_tool_calls=False, **asked)
    assert reply.choices[0].finish_reason == "tool_calls"
    (call,) = reply.choices[0].message.tool_calls or []
    checked(call.function.name, call.function.arguments)  # type: ignore[union-attr]


def test_calls_and_their_results_are_part_of_the_conversation(client: OpenAI) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome", "days": 2}'}}
    talk: list[Any] = [
        *ASK,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "Sunny"},
    ]
    reply = client.chat.completions.create(model=TOOLS, messages=talk, tools=OFFERED, max_tokens=4)
    shorter = client.chat.completions.create(model=TOOLS, messages=talk[:1], tools=OFFERED, max_tokens=4)
    assert reply.usage is not None
    assert shorter.usage is not None
    assert reply.usage.prompt_tokens > shorter.usage.prompt_tokens + 20
    broken = {**call, "function": {"name": "weather", "arguments": "Rome"}}
    talk[1] = {"role": "assistant", "tool_calls": [broken]}
    with pytest.raises(openai.BadRequestError, match="no JSON object") as caught:
        client.chat.completions.create(model=TOOLS, messages=talk, tools=OFFERED)
    assert caught.value.param == "messages"


def test_a_model_whose_template_knows_no_tools_says_so(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="chat template does not know tools") as caught:
        client.chat.completions.create(model=PLAIN, messages=ASK, tools=OFFERED)
    assert caught.value.param == "tools"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools"),
        ({"tools": [{"type": "function", "function": {"name": "a b"}}]}, "tools"),
        ({"tools": [OFFERED[1], OFFERED[1]]}, "tools"),
        ({"tools": [{"type": "function", "function": {"name": "x", "parameters": {"type": "thing"}}}]}, "tools"),
        ({"tool_choice": {"type": "function", "function": {"name": "other"}}}, "tool_choice"),
        ({"tool_choice": "always"}, "tool_choice"),
        ({"tools": [], "tool_choice": "required"}, "tool_choice"),
    ],
)
def test_tools_that_cannot_be_offered_are_refused(client: OpenAI, changes: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**{"model": TOOLS, "messages": ASK, "tools": OFFERED, **changes})
    assert caught.value.param == param
