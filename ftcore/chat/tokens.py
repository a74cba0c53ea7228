"""How many tokens a text or an example has, offline, in OpenAI's o200k encoding."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from ftcore.chat.cleaning import clean, is_broken
from ftcore.records import Message, TrainingExample, text_of

ENCODING = "o200k_base"
PER_MESSAGE = 3
PER_NAME = 1
PER_REPLY = 3


class Tokens(NamedTuple):
    """Of an example: all of its tokens, and those among them that are learnt. (A tuple: there is one for each of a million rows.)"""

    total: int
    learnt: int


def count_tokens(item: str | TrainingExample) -> int:
    """Tokens of a text, or of an example as it is trained on: 3 a message, 1 a name and 3 for the reply are added
    to its texts (OpenAI's counting recipe). Special tokens in a text count as plain text."""
    if isinstance(item, str):
        return _count(item)
    return tokens_of(item).total


def tokens_of(example: TrainingExample) -> Tokens:
    """`learnt` are those of what the assistant says and calls, without answers of weight 0; `total` is `count_tokens`'."""
    total, learnt, count = PER_REPLY, 0, counter()
    for message in example.messages:
        role, content = message.get("role", ""), message.get("content")
        # The quick way for most of a million texts.
        said = count(content) if type(content) is str and content.isascii() else _count(text_of(message))
        if "tool_calls" in message:
            said += _count_calls(message)
        total += PER_MESSAGE + _count_role(str(role)) + said
        if message.get("name"):
            total += PER_NAME + _count(str(message["name"]))
        if role == "assistant" and message.get("weight") != 0:
            learnt += said
    return Tokens(total + _count(_compact(example.tools)) if example.tools else total, learnt)


def _count_calls(message: Message) -> int:
    total = 0
    for call in message["tool_calls"] or ():
        function = call.get("function") if isinstance(call, dict) else None
        total += _count(_compact(function if isinstance(function, dict) else call))
    return total


@cache
def _count_role(role: str) -> int:
    return _count(role)


def _count(text: str) -> int:
    # Both tokenizers raise on a lone surrogate.
    return counter()(clean(text)[0] if is_broken(text) else text) if text else 0


@cache
def counter() -> Callable[[str], int]:
    """The counting function of the tokenizer that is installed: quicktok, or bpe-openai where it has no wheel."""
    try:
        import quicktok
    except ImportError:
        return fallback_counter()
    count: Callable[[str], int] = quicktok.get_encoding(ENCODING).count
    return count


def fallback_counter() -> Callable[[str], int]:
    """bpe-openai's counting function: the same ids, slower."""
    import bpe_openai

    encoding = bpe_openai.get_encoding(ENCODING)
    return lambda text: len(encoding.encode_ordinary(text))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
