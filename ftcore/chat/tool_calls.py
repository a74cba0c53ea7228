"""Tools in a conversation: every call has its result, every result its call, every function its description."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ftcore.records import Message, Problem, Severity, TrainingExample


def check_tool_calls(example: TrainingExample) -> Iterator[Problem]:
    """Pairs calls with results. Calls of the last message need no result: making them is what is learned."""
    described = {name for name in map(_tool_name, example.tools or ()) if name}
    waiting: dict[str, int] = {}
    for at, message in enumerate(example.messages, 1):
        if message.get("role") == "tool":
            yield from _check_result(message, at, waiting)
            continue
        yield from _unanswered(waiting)
        waiting = {}
        if message.get("tool_calls") is not None:
            yield from _check_calls(message, at, waiting, described)
    if waiting and example.messages[-1].get("role") == "tool":
        yield from _unanswered(waiting)


def check_tools(example: TrainingExample) -> Iterator[Problem]:
    """Each entry of `tools` names a function."""
    for at, tool in enumerate(example.tools or (), 1):
        if not _tool_name(tool):
            yield _error("tools", f'Tool {at} is not of the form {{"type": "function", "function": {{"name": ...}}}}.')


def _tool_name(tool: Any) -> str:
    function = tool.get("function") if isinstance(tool, dict) and tool.get("type") == "function" else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else ""


def _check_result(message: Message, at: int, waiting: dict[str, int]) -> Iterator[Problem]:
    key = message.get("tool_call_id")
    if not isinstance(key, str) or not key:
        yield _error("tool_pair", f"Message {at} (tool) has no tool_call_id: it must say which call it answers.")
    elif waiting.pop(key, None) is None:
        yield _error("tool_pair", f"Message {at} (tool) answers a call that was not made just before it.")


def _unanswered(waiting: dict[str, int]) -> Iterator[Problem]:
    for at in waiting.values():
        yield _error("tool_pair", f"Message {at} (assistant) calls a tool, and no tool message gives the result.")


def _check_calls(message: Message, at: int, waiting: dict[str, int], described: set[str]) -> Iterator[Problem]:
    calls = message["tool_calls"]
    if message.get("role") != "assistant":
        yield _error("tool_calls", f"Message {at} calls a tool; only the assistant may.")
        return
    if not isinstance(calls, list) or not calls:
        yield _error("tool_calls", f"Message {at} (assistant): tool_calls must be a list with at least one call.")
        return
    for call in calls:
        key = call.get("id") if isinstance(call, dict) else None
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(key, str) or not key or key in waiting:
            yield _error("tool_calls", f"Message {at} (assistant): each tool call needs an id of its own.")
        else:
            waiting[key] = at
        yield from _check_function(function, at, described)


def _check_function(function: Any, at: int, described: set[str]) -> Iterator[Problem]:
    name = function.get("name") if isinstance(function, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if not isinstance(name, str) or not name or not isinstance(arguments, str):
        yield _error(
            "tool_calls", f"Message {at} (assistant): a tool call needs a function name and arguments as text."
        )
        return
    if name not in described:
        message = f'Message {at} (assistant) calls "{name[:64]}", which "tools" does not describe.'
        yield Problem("tool_unknown", Severity.WARNING, message, "messages")
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        message = f"Message {at} (assistant): the tool call's arguments are no valid JSON."
        yield Problem("tool_arguments", Severity.WARNING, message, "messages")


def _error(code: str, message: str) -> Problem:
    return Problem(code, Severity.ERROR, message, "messages")
