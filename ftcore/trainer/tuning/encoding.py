"""A conversation as tokens, with a mark on each token that the model is to learn.

What is learnt: the text of every assistant message whose `weight` is not 0, and the token that ends its turn (a model
that never learnt to stop rambles). The text comes from the model's own chat template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ftcore.records import Message, TrainingExample, text_of
from ftcore.trainer.errors import TrainerError


@dataclass(frozen=True, slots=True)
class Encoded:
    """`ids[i]` is learnt where `learnt[i]`; `line` is the physical line it came from."""

    ids: list[int]
    learnt: list[bool]
    line: int

    @property
    def answer_tokens(self) -> int:
        return sum(self.learnt)


def plain_messages(messages: list[Message]) -> list[dict[str, str]]:
    """The messages as a template without tools knows them: role and text, `developer` as `system`.

    Raises `TrainerError` for what such a template would drop or garble.
    """
    plain = []
    for message in messages:
        role = "system" if message["role"] == "developer" else message["role"]
        if role in ("tool", "function") or message.get("tool_calls") or message.get("function_call"):
            raise TrainerError(
                "It uses tools, which this model's chat template does not know.", code="unsupported_value"
            )
        content = message.get("content")
        if isinstance(content, list) and any(part.get("type") not in ("text", "input_text") for part in content):
            raise TrainerError(
                "It has images or other parts that are not text; this model reads text only.", code="unsupported_value"
            )
        plain.append({"role": role, "content": text_of(message)})
    return plain


def render(tokenizer: Any, messages: list[dict[str, str]], *, ask: bool) -> str:
    """The conversation in the model's own format; `ask` adds the beginning of an answer."""
    text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)
    return text


def encode(tokenizer: Any, example: TrainingExample, line: int) -> Encoded:
    """Raises `TrainerError` when the template cannot show the conversation, or nothing in it is to be learnt."""
    if example.tools:
        raise TrainerError("It offers tools, which this model's chat template does not know.", code="unsupported_value")
    messages = plain_messages(example.messages)
    text = render(tokenizer, messages, ask=False)
    spans = [
        _span(tokenizer, messages, at, text)
        for at, message in enumerate(example.messages)
        if message["role"] == "assistant" and message.get("weight") != 0
    ]
    coded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ends = coded["offset_mapping"]
    learnt = [any(low <= start and end <= high for low, high in spans) and end > start for start, end in ends]
    if not any(learnt):
        raise TrainerError("There is nothing to learn in it: no assistant message with text and without weight 0.")
    return Encoded(list(coded["input_ids"]), learnt, line)


def _span(tokenizer: Any, messages: list[dict[str, str]], at: int, text: str) -> tuple[int, int]:
    """From the first character of the answer to the end of its turn's end mark, in the whole rendered text."""
    begin = render(tokenizer, messages[:at], ask=True)
    whole = render(tokenizer, messages[: at + 1], ask=False).rstrip()
    if not text.startswith(begin) or not text.startswith(whole):
        raise TrainerError(
            "This model's chat template rewrites earlier turns, so a conversation of several answers cannot be learnt."
        )
    return len(begin), len(whole)
