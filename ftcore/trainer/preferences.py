"""A line of preference training: one conversation, and two answers to it of which one is preferred. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from ftcore.chat import ChatError, decode, parse_line, validate
from ftcore.chat.parsing import may_hold_half_character
from ftcore.records import Message, Severity, TrainingExample

MARK = b'preferred_output"'
"""In every line of a pair, and (since quotes inside a text are escaped) in no text of another line."""
KEYS = ("input", "preferred_output", "non_preferred_output")
INPUT_KEYS = ("messages", "tools", "parallel_tool_calls")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two conversations with the same beginning; only their last messages, both the assistant's, differ."""

    chosen: TrainingExample
    rejected: TrainingExample


def parse_pair(line: bytes) -> Pair:
    """Raises `ChatError` when the line is no pair that can be trained on."""
    value = decode(line)
    if not isinstance(value, dict):
        raise ChatError("The line is no object; one with input, preferred_output and non_preferred_output was wanted.")
    _know(value, KEYS, "a line")
    missing = next((key for key in KEYS if key not in value), None)
    if missing is not None:
        raise ChatError(f'There is no "{missing}"; a pair has {", ".join(KEYS)}.')
    asked = value["input"]
    if not isinstance(asked, dict) or not isinstance(asked.get("messages"), list) or not asked["messages"]:
        raise ChatError('"input" must be an object with a list of "messages".')
    _know(asked, INPUT_KEYS, '"input"')
    plain = len(asked) == 1 and not may_hold_half_character(line)
    chosen, rejected = (_conversation(asked, value[key], key, plain) for key in KEYS[1:])
    if chosen.messages[-1] == rejected.messages[-1]:
        raise ChatError("The two answers are the same, so there is nothing to prefer.")
    return Pair(chosen, rejected)


def _know(value: dict[str, Any], keys: tuple[str, ...], what: str) -> None:
    unknown = next((key for key in value if key not in keys), None)
    if unknown is not None:
        raise ChatError(f'Unknown key "{str(unknown)[:40]}"; {what} may hold {", ".join(keys)}.')


def _conversation(asked: dict[str, Any], answer: Any, key: str, plain: bool) -> TrainingExample:
    """The beginning with one of the answers, checked as a conversation. `plain`: there are messages alone in it."""
    if not isinstance(answer, list) or len(answer) != 1 or not isinstance(answer[0], dict):
        raise ChatError(f'"{key}" must be a list of one message of the assistant.')
    if answer[0].get("role") != "assistant":
        raise ChatError(f'"{key}" must be a message of the assistant.')
    before = asked["messages"]
    if isinstance(before[-1], dict) and before[-1].get("role") == "assistant":
        raise ChatError('"input" ends with the assistant; the answers must follow the user or a tool.')
    example = TrainingExample([*before, answer[0]], asked.get("tools"), asked.get("parallel_tool_calls"))
    for at, message in enumerate(example.messages, 1):
        if not isinstance(message, dict):
            raise ChatError(f"Message {at} is no object with a role and content.")
    if not plain:  # written and read again: what parse_line refuses (half characters, odd tools) is refused here too
        example = parse_line(json.dumps({**asked, "messages": example.messages}))
    fault = next((problem.message for problem in validate(example) if problem.severity == Severity.ERROR), None)
    if fault is not None:
        raise ChatError(f"With {key}: {fault}")
    return _only_the_answer(example)


def _only_the_answer(example: TrainingExample) -> TrainingExample:
    """Earlier answers belong to the beginning that both sides share: they are not compared."""
    before: list[Message] = [
        {**message, "weight": 0} if message["role"] == "assistant" else message for message in example.messages[:-1]
    ]
    last = {key: value for key, value in example.messages[-1].items() if key != "weight"}
    return replace(example, messages=[*before, last])
