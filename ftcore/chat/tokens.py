"""How many tokens a text or an example has, offline, in OpenAI's o200k encoding."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from ftcore.chat.cleaning import clean, is_broken
from ftcore.records import Message, TrainingExample, text_of

ENCODING = "o200k_base"
PER_MESSAGE = 3
PER_NAME = 1
PER_REPLY = 3


def count_tokens(item: str | TrainingExample) -> int:
    """Tokens of a text, or of an example as it is trained on: 3 a message, 1 a name and 3 for the reply are added
    to its texts (OpenAI's counting recipe). Special tokens in a text count as plain text."""
    if isinstance(item, str):
        return _count(item)
    total = PER_REPLY + sum(_count_message(message) for message in item.messages)
    return total + (_count(_compact(item.tools)) if item.tools else 0)


def _count_message(message: Message) -> int:
    total = PER_MESSAGE + _count_role(str(message.get("role", ""))) + _count(text_of(message))
    if message.get("name"):
        total += PER_NAME + _count(str(message["name"]))
    for call in message.get("tool_calls") or ():
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
