"""A conversation as tokens, with a mark on each token that the model is to learn.

What is learnt: the text and tool calls of every assistant message whose `weight` is not 0, and the token that ends its
turn (a model that never learnt to stop rambles). The text comes from the model's own chat template, with its quirks.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ftcore.records import Message, TrainingExample, text_of
from ftcore.trainer.errors import TrainerError

GENERATION = re.compile(r"\{%-?\s*(end)?generation\s*-?%\}")
"""A tag that transformers adds to the template language; it changes nothing in what a template asks for."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """`ids[i]` is learnt where `learnt[i]`; `line` is the physical line it came from."""

    ids: list[int]
    learnt: list[bool]
    line: int

    @property
    def answer_tokens(self) -> int:
        return sum(self.learnt)


def knows_tools(tokenizer: Any) -> bool:
    """Whether the model's chat template asks for `tools`. The template is read, not run."""
    return "tools" in _asked_for(template_of(tokenizer, tools=True))


def template_of(tokenizer: Any, *, tools: bool) -> str:
    """The chat template that transformers would use, "" when the model has none."""
    found = tokenizer.chat_template or ""
    if isinstance(found, dict):
        found = (found.get("tool_use") if tools else None) or found.get("default") or ""
    return str(found)


@lru_cache(maxsize=16)
def _asked_for(template: str) -> frozenset[str]:
    from jinja2 import TemplateSyntaxError, meta
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    reader = ImmutableSandboxedEnvironment(extensions=["jinja2.ext.loopcontrols"])
    try:
        return frozenset(meta.find_undeclared_variables(reader.parse(GENERATION.sub("", template))))
    except TemplateSyntaxError:
        return frozenset()  # rendering says what is wrong with it


def messages_for(tokenizer: Any, messages: list[Message]) -> list[dict[str, Any]]:
    """The messages as this model's template knows them, tool calls included where it does.

    Raises `TrainerError` for what the template would drop or garble.
    """
    if not knows_tools(tokenizer):
        return list(plain_messages(messages))
    return [_with_tools(message) for message in messages]


def plain_messages(messages: list[Message]) -> list[dict[str, str]]:
    """The messages as a template without tools knows them: role and text, `developer` as `system`.

    Raises `TrainerError` for what such a template would drop or garble.
    """
    plain = []
    for message in messages:
        if message["role"] in ("tool", "function") or message.get("tool_calls") or message.get("function_call"):
            raise TrainerError(
                "It uses tools, which this model's chat template does not know.", code="unsupported_value"
            )
        plain.append(_plain(message))
    return plain


def _plain(message: Message) -> dict[str, str]:
    content = message.get("content")
    if isinstance(content, list) and any(part.get("type") not in ("text", "input_text") for part in content):
        raise TrainerError(
            "It has images or other parts that are not text; this model reads text only.", code="unsupported_value"
        )
    return {"role": "system" if message["role"] == "developer" else message["role"], "content": text_of(message)}


def _with_tools(message: Message) -> dict[str, Any]:
    if message["role"] == "function" or message.get("function_call"):
        raise TrainerError(
            'It uses "function_call", which is out of date: use tool_calls and the role tool.', code="unsupported_value"
        )
    found: dict[str, Any] = dict(_plain(message))
    if message.get("tool_calls"):
        found["tool_calls"] = [_call(call) for call in message["tool_calls"]]
    found |= {key: message[key] for key in ("tool_call_id", "name") if message["role"] == "tool" and key in message}
    return found


def _call(call: dict[str, Any]) -> dict[str, Any]:
    """Templates want the arguments as an object; the protocol sends them as JSON text."""
    function = call["function"]
    try:
        arguments = json.loads(function["arguments"])
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        message = f'The arguments of its call of "{function["name"][:64]}" are no JSON object.'
        raise TrainerError(message, code="invalid_value")
    return {"id": call["id"], "type": "function", "function": {"name": function["name"], "arguments": arguments}}


def render(
    tokenizer: Any, messages: list[dict[str, Any]], *, ask: bool, tools: list[dict[str, Any]] | None = None
) -> str:
    """The conversation in the model's own format; `ask` adds the beginning of an answer.

    Raises `TrainerError` when the model has no template, or its template refuses the conversation.
    """
    from jinja2 import TemplateError

    if not tokenizer.chat_template:
        raise TrainerError("This model has no chat template, so it cannot read a conversation.")
    try:
        text: str = tokenizer.apply_chat_template(
            messages, tools=tools or None, tokenize=False, add_generation_prompt=ask
        )
    except (TemplateError, TypeError) as error:
        reason = f"This model's chat template refuses the conversation: {error}"
        raise TrainerError(reason, code="unsupported_value") from error
    return text


def encode(tokenizer: Any, example: TrainingExample, line: int) -> Encoded:
    """Raises `TrainerError` when the template cannot show the conversation, or nothing in it is to be learnt."""
    if example.tools and not knows_tools(tokenizer):
        raise TrainerError("It offers tools, which this model's chat template does not know.", code="unsupported_value")
    messages = messages_for(tokenizer, example.messages)
    text = render(tokenizer, messages, ask=False, tools=example.tools)
    spans = [
        _span(tokenizer, messages, at, text, example.tools)
        for at, message in enumerate(example.messages)
        if message["role"] == "assistant" and message.get("weight") != 0
    ]
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ends = coded["offset_mapping"]
    learnt = [any(low <= start and end <= high for low, high in spans) and end > start for start, end in ends]
    if not any(learnt):
        raise TrainerError("There is nothing to learn in it: no assistant message with text and without weight 0.")
    return Encoded(list(coded["input_ids"]), learnt, line)


def _span(
    tokenizer: Any, messages: list[dict[str, Any]], at: int, text: str, tools: list[dict[str, Any]] | None
) -> tuple[int, int]:
    """From the first character of the answer to the end of its turn's end mark, in the whole rendered text."""
    begin = render(tokenizer, messages[:at], ask=True, tools=tools)
    whole = render(tokenizer, messages[: at + 1], ask=False, tools=tools).rstrip()
    if not text.startswith(begin) or not text.startswith(whole):
        raise TrainerError(
            "This model's chat template rewrites earlier turns, so a conversation of several answers cannot be learnt."
        )
    return len(begin), len(whole)
