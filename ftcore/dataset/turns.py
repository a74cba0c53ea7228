"""Editing a conversation turn by turn. Every function takes a conversation and gives a new one; turns are counted from 0."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ftcore.records import Message, TrainingExample, text_of

ROLES = ("system", "developer", "user", "assistant", "tool")


class TurnError(ValueError):
    """Why a conversation cannot be changed like that, in a sentence for the screen."""


def with_text(training: TrainingExample, at: int, text: str) -> TrainingExample:
    """Another text for one turn. A turn of several parts (texts between pictures) becomes one of text only when its text
    is really another; pictures are then gone, so `can_be_edited` says where this is not offered."""
    message = _at(training, at)
    if text_of(message) == text:
        return training
    content: str | None = text
    if not text and message.get("tool_calls"):
        content = None  # an answer that only calls tools has no text
    return _put(training, at, {**message, "content": content})


def can_be_edited(message: Message) -> bool:
    """Whether a turn's text can be typed: not when it holds something that is no text."""
    content = message.get("content")
    if content is None or isinstance(content, str):
        return True
    return isinstance(content, list) and all(isinstance(p, dict) and isinstance(p.get("text"), str) for p in content)


def map_text(training: TrainingExample, at: int, change: Callable[[str], str]) -> TrainingExample:
    """Changes the text of one turn, part by part, so that what is no text stays where it is."""
    message = _at(training, at)
    content = message.get("content")
    if isinstance(content, str):
        new: Any = change(content)
    elif isinstance(content, list):
        new = [
            {**part, "text": change(part["text"])}
            if isinstance(part, dict) and isinstance(part.get("text"), str)
            else part
            for part in content
        ]
    else:
        return training
    return training if new == content else _put(training, at, {**message, "content": new})


def add(training: TrainingExample, at: int, role: str, text: str = "") -> TrainingExample:
    """A new turn before the one at `at`; at the end when `at` is the number of turns."""
    if role not in ROLES:
        raise TurnError(f"A turn is one of {', '.join(ROLES)}.")
    if not 0 <= at <= len(training.messages):
        raise TurnError(f"There is no place {at + 1} in a conversation of {len(training.messages)} turns.")
    new: Message = {"role": role, "content": text}
    return replace(training, messages=[*training.messages[:at], new, *training.messages[at:]])


def remove(training: TrainingExample, at: int) -> TrainingExample:
    """Without one turn. What tools gave back to its calls goes with it: nothing would be left that they answer."""
    message = _at(training, at)
    if len(training.messages) == 1:
        raise TurnError("This is the only turn. Move the whole row to the trash instead.")
    calls = {call.get("id") for call in message.get("tool_calls") or () if isinstance(call, dict)} - {None}
    rest: list[Message] = []
    for place, other in enumerate(training.messages):
        answers = place > at and other.get("role") == "tool" and other.get("tool_call_id") in calls
        if place != at and not answers:
            rest.append(other)
    if not rest:
        raise TurnError("Nothing would be left. Move the whole row to the trash instead.")
    return replace(training, messages=rest)


def move(training: TrainingExample, at: int, to: int) -> TrainingExample:
    """One turn to another place."""
    message = _at(training, at)
    _at(training, to)
    rest = [*training.messages[:at], *training.messages[at + 1 :]]
    return replace(training, messages=[*rest[:to], message, *rest[to:]])


def with_weight(training: TrainingExample, at: int, weight: int | None) -> TrainingExample:
    """Whether an answer is learnt (1) or only read (0); None leaves it to the server, which learns it."""
    message = _at(training, at)
    if message.get("role") != "assistant":
        raise TurnError("Only an answer can be left out of learning: the other turns are never learnt.")
    if weight not in (0, 1, None):
        raise TurnError("An answer is learnt (1) or only read (0).")
    rest = {name: value for name, value in message.items() if name != "weight"}
    return _put(training, at, rest if weight is None else {**rest, "weight": weight})


def with_arguments(training: TrainingExample, at: int, call: int, typed: str) -> TrainingExample:
    """What a tool is called with, as JSON. Raises TurnError when it is none, or no object."""
    message = _at(training, at)
    calls = message.get("tool_calls")
    if not isinstance(calls, list) or not 0 <= call < len(calls) or not isinstance(calls[call], dict):
        raise TurnError(f"Turn {at + 1} has no tool call {call + 1}.")
    try:
        value = json.loads(typed, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise TurnError(f"These arguments are no JSON: {error}. Nothing was changed.") from None
    if not isinstance(value, dict):
        raise TurnError('Arguments are an object, such as {"order": 17}. Nothing was changed.')
    function = calls[call].get("function")
    known = function if isinstance(function, dict) else {}
    if _same_json(known.get("arguments"), value):
        return training  # written otherwise, but the same: it stays as it was
    new = {**calls[call], "function": {**known, "arguments": json.dumps(value, ensure_ascii=False)}}
    return _put(training, at, {**message, "tool_calls": [*calls[:call], new, *calls[call + 1 :]]})


def answers(training: TrainingExample) -> list[int]:
    """The turns at which the conversation can be split: answers of the assistant that nothing but an answer follows from.

    A call of tools whose results follow is no end of an example."""
    followed = [m.get("role") == "tool" for m in training.messages[1:]] + [False]
    return [at for at, m in enumerate(training.messages) if m.get("role") == "assistant" and not followed[at]]


def split_at(training: TrainingExample, at: int) -> TrainingExample:
    """The conversation up to one answer, as an example of its own: what came before is what its model is shown, and only
    this answer is learnt."""
    if at not in answers(training):
        raise TurnError("A conversation is split at an answer: each becomes an example with what came before it.")
    kept = [_only_read(message) for message in training.messages[:at]]
    last = {name: value for name, value in training.messages[at].items() if name != "weight"}
    return replace(training, messages=[*kept, last])


def split(training: TrainingExample, places: list[int]) -> list[TrainingExample]:
    """One example for each of these answers, in their order."""
    return [split_at(training, at) for at in sorted(set(places))]


def _only_read(message: Message) -> Message:
    return {**message, "weight": 0} if message.get("role") == "assistant" else message


def _same_json(text: Any, value: Any) -> bool:
    try:
        return isinstance(text, str) and bool(json.loads(text) == value)
    except (ValueError, RecursionError):
        return False


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _at(training: TrainingExample, at: int) -> Message:
    if not 0 <= at < len(training.messages):
        raise TurnError(f"There is no turn {at + 1} in this conversation any more. Look again.")
    return training.messages[at]


def _put(training: TrainingExample, at: int, message: Message) -> TrainingExample:
    return replace(training, messages=[*training.messages[:at], message, *training.messages[at + 1 :]])
