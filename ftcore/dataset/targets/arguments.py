"""The arguments of tool calls, which the protocol writes as JSON text, as the objects that some formats want."""

from __future__ import annotations

import json
from typing import Any

from ftcore.records import Message


def arguments_of(messages: list[Message]) -> list[dict[str, Any]] | None:
    """The arguments of every call, in order; None when one of them is no JSON object."""
    found = []
    for message in messages:
        for call in message.get("tool_calls") or ():
            try:
                value = json.loads(call["function"]["arguments"])
            except (ValueError, RecursionError):
                return None
            if not isinstance(value, dict):
                return None
            found.append(value)
    return found


def with_objects(messages: list[Message]) -> list[Message] | None:
    """The messages with arguments as objects; None when one of them is none."""
    arguments = arguments_of(messages)
    if arguments is None:
        return None
    following = iter(arguments)
    return [
        message
        if not message.get("tool_calls")
        else message
        | {
            "tool_calls": [
                call | {"function": call["function"] | {"arguments": next(following)}} for call in message["tool_calls"]
            ]
        }
        for message in messages
    ]
