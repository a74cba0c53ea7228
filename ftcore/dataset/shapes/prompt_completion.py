"""Prompt and completion: texts, or lists of messages as TRL writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ftcore.dataset.raw import SourceError, text_value
from ftcore.dataset.shapes.turns import tidy, tools_of
from ftcore.records import Message, TrainingExample

NAME = "prompt and completion"


def fits(row: dict[str, Any]) -> bool:
    return "prompt" in row and "completion" in row


def build(row: dict[str, Any]) -> TrainingExample:
    messages = [*_messages(row, "prompt", "user"), *_messages(row, "completion", "assistant")]
    example = TrainingExample(messages, tools_of(row))
    system = row.get("system")
    return example.with_system(system) if isinstance(system, str) and system and not example.system else example


def _messages(row: dict[str, Any], key: str, role: str) -> list[Message]:
    value = row.get(key)
    if isinstance(value, list) and value and all(isinstance(item, dict) and "role" in item for item in value):
        return [tidy(item) for item in value]
    text = text_value(value)
    if not text.strip():
        raise SourceError(f'The {"question" if role == "user" else "answer"} ("{key}") is empty.')
    return [{"role": role, "content": text}]


def left_out(row: dict[str, Any]) -> Iterable[str]:
    return (key for key in row if key not in ("prompt", "completion", "system", "tools"))
