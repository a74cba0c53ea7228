"""Messages as other programs write them, made into the protocol's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ftcore.chat import KNOWN_KEYS, ChatError, decode
from ftcore.chat.parsing import name_of
from ftcore.dataset.raw import SourceError, compact
from ftcore.records import Message

KEYS = ("messages", "conversations", "conversation", "chat", "dialog", "dialogue", "turns")
LINE_KEYS = {"messages", "tools", "parallel_tool_calls", "system"}


def turns_of(row: dict[str, Any]) -> tuple[str, list[Any]] | None:
    """(column, list of turns); a column may hold the list as JSON text. None when there is none."""
    for key in KEYS:
        value = row.get(key)
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(value, list) and (not value or isinstance(value[0], dict)):
            return key, value
    return None


def wanted_turns(row: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The turns, or `SourceError` with what was found in their place."""
    found = turns_of(row)
    if found is None:
        at = next((name for name in KEYS if name in row), None)
        what = f'"{at}" is {name_of(row[at])}' if at else f'There is no "{key}"'
        raise SourceError(f"{what}; a list of messages was wanted.")
    for number, turn in enumerate(found[1], 1):
        if not isinstance(turn, dict):
            raise SourceError(f"Message {number} is {name_of(turn)}; an object was wanted.")
    return found[1]


def tidy(message: dict[str, Any]) -> Message:
    """A message without what files of tables add: keys that are null, unknown keys, weights as 1.0, arguments as objects."""
    tidied = {k: v for k, v in message.items() if k in KNOWN_KEYS and (v is not None or k == "content")}
    if isinstance(tidied.get("role"), str):
        tidied["role"] = tidied["role"].strip().lower()
    if isinstance(tidied.get("weight"), float) and tidied["weight"] in (0.0, 1.0):
        tidied["weight"] = int(tidied["weight"])
    if "tool_calls" in tidied and not tidied["tool_calls"]:
        del tidied["tool_calls"]
    if isinstance(tidied.get("tool_calls"), list):
        tidied["tool_calls"] = [_tidy_call(call) for call in tidied["tool_calls"]]
    return tidied


def _tidy_call(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or isinstance(function.get("arguments"), str):
        return call
    return {**call, "function": {**function, "arguments": compact(function.get("arguments") or {})}}


def tools_of(row: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The `tools` column, also as JSON text; None when it is empty."""
    tools = row.get("tools")
    if isinstance(tools, str) and tools.strip():
        try:
            tools = decode(tools)
        except ChatError as error:
            raise SourceError(f'"tools" cannot be read: {error}') from None
    if not tools:
        return None
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise SourceError(f'"tools" is {name_of(tools)}; a list of functions was wanted.')
    return tools


def left_out_of_messages(messages: list[Any], known: frozenset[str] = KNOWN_KEYS) -> Iterator[str]:
    for message in messages:
        if isinstance(message, dict):
            yield from (f"{key} (in messages)" for key in message if key not in known)
