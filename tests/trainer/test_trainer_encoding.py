"""Which tokens are learnt, token by token, with the starter's own template and with one that knows tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ftcore.records import TrainingExample
from ftcore.trainer.errors import TrainerError
from ftcore.trainer.tuning.encoding import encode, knows_tools, messages_for, render, template_of
from tests.trainer.chat_models import HERMES

pytestmark = pytest.mark.model
TALK: list[dict[str, Any]] = [
    {"role": "system", "content": "Be short."},
    {"role": "developer", "content": "Be kind."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Not this", "weight": 0},
    {"role": "user", "content": "And now?"},
    {"role": "assistant", "content": "This one"},
    {"role": "user", "content": "More"},
    {"role": "assistant", "content": "That one", "weight": 1},
]
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
WITH_TOOLS: list[dict[str, Any]] = [
    {"role": "user", "content": "Weather?"},
    {"role": "assistant", "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "c1", "content": "Sunny"},
    {"role": "assistant", "content": "It is sunny."},
]


@pytest.fixture
def tokenizer(starter_model: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(starter_model)


@pytest.fixture
def with_tools(tokenizer: Any) -> Any:
    tokenizer.chat_template = HERMES
    return tokenizer


def marked(tokenizer: Any, example: TrainingExample) -> list[tuple[str, bool]]:
    coded = encode(tokenizer, example, 1)
    return [(tokenizer.decode([token]), learnt) for token, learnt in zip(coded.ids, coded.learnt, strict=True)]


def test_of_a_long_conversation_each_learnt_token_is_known(tokenizer: Any) -> None:
    assert marked(tokenizer, TrainingExample(TALK)) == [
        *((token, False) for token in ("<|im_start|>", "system", "\n", "Be", " short", ".", "<|im_end|>", "\n")),
        *((token, False) for token in ("<|im_start|>", "system", "\n", "Be", " kind", ".", "<|im_end|>", "\n")),
        *((token, False) for token in ("<|im_start|>", "user", "\n", "Hi", "<|im_end|>", "\n")),
        *((token, False) for token in ("<|im_start|>", "ass", "istant", "\n", "Not", " this", "<|im_end|>", "\n")),
        *((token, False) for token in ("<|im_start|>", "user", "\n", "And", " now", "?", "<|im_end|>", "\n")),
        *((token, False) for token in ("<|im_start|>", "ass", "istant", "\n")),
        *((token, True) for token in ("This", " one", "<|im_end|>")),
        *((token, False) for token in ("\n", "<|im_start|>", "user", "\n", "More", "<|im_end|>", "\n")),
        *((token, False) for token in ("<|im_start|>", "ass", "istant", "\n")),
        *((token, True) for token in ("That", " one", "<|im_end|>")),
        ("\n", False),
    ]


def test_what_the_template_adds_by_itself_is_kept(tokenizer: Any) -> None:
    text = "".join(token for token, _ in marked(tokenizer, TrainingExample(TALK[2:3] + TALK[5:6])))
    assert text.startswith("<|im_start|>system\nYou are a helpful AI assistant named SmolLM")
    assert text == render(tokenizer, messages_for(tokenizer, TALK[2:3] + TALK[5:6]), ask=False)


def test_a_question_ends_where_the_answer_was_learnt_to_begin(tokenizer: Any) -> None:
    """What is asked later and what was trained on are the same text up to the answer."""
    asked = render(tokenizer, messages_for(tokenizer, TALK[:-1]), ask=True)
    coded = encode(tokenizer, TrainingExample(TALK), 1)
    last = len(coded.learnt) - coded.learnt[::-1].index(True) - 3
    assert coded.ids[:last] == tokenizer(asked, add_special_tokens=False)["input_ids"]


def test_calls_are_learnt_where_the_template_knows_tools(with_tools: Any) -> None:
    assert knows_tools(with_tools)
    pairs = marked(with_tools, TrainingExample(WITH_TOOLS, [TOOL]))
    learnt = "".join(token for token, mark in pairs if mark)
    assert learnt == (
        '<tool_call>\n{"name": "weather", "arguments": {"city": "Rome"}}\n</tool_call><|im_end|>It is sunny.<|im_end|>'
    )
    rest = "".join(token for token, mark in pairs if not mark)
    assert json.dumps(TOOL["function"]["name"]) in rest  # type: ignore[index]
    assert "<tool_response>\nSunny\n</tool_response>" in rest


def test_calls_are_an_error_where_the_template_does_not(tokenizer: Any) -> None:
    assert not knows_tools(tokenizer)
    for example in (TrainingExample(WITH_TOOLS), TrainingExample(TALK, [TOOL])):
        with pytest.raises(TrainerError, match="does not know"):
            encode(tokenizer, example, 1)


def test_arguments_that_are_no_object_are_an_error(with_tools: Any) -> None:
    broken = {**CALL, "function": {"name": "weather", "arguments": "[1]"}}
    with pytest.raises(TrainerError, match='"weather" are no JSON object'):
        encode(with_tools, TrainingExample([WITH_TOOLS[0], {"role": "assistant", "tool_calls": [broken]}]), 1)


@pytest.mark.parametrize(
    ("template", "knows"),
    [
        ("{% if tools %}{{ tools }}{% endif %}", True),
        ("{% for tool in tools %}{% if tool %}{% continue %}{% endif %}{% endfor %}", True),
        ("{% generation %}{{ messages[0].tools }}{% endgeneration %}", False),
        ("{% set tools = [] %}{{ tools }}", False),
        ("{% broken", False),
        ({"default": "{{ messages }}", "tool_use": "{{ tools }}"}, True),
        ({"default": "{{ messages }}"}, False),
        (None, False),
    ],
)
def test_a_template_is_read_to_see_whether_it_asks_for_tools(tokenizer: Any, template: Any, knows: bool) -> None:
    tokenizer.chat_template = template
    assert knows_tools(tokenizer) is knows


def test_a_template_that_refuses_or_is_missing_is_told_in_words(tokenizer: Any) -> None:
    tokenizer.chat_template = "{{ raise_exception('Roles must alternate.') }}"
    with pytest.raises(TrainerError, match=r"refuses the conversation: Roles must alternate\."):
        encode(tokenizer, TrainingExample(TALK), 1)
    tokenizer.chat_template = None
    assert template_of(tokenizer, tools=False) == ""
    with pytest.raises(TrainerError, match="no chat template"):
        encode(tokenizer, TrainingExample(TALK), 1)
