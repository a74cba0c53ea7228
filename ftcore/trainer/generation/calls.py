"""Tool calls in a model's text, in the form that most open models write: `<tool_call>{"name", "arguments"}</tool_call>`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

OPENS, CLOSES = "<tool_call>", "</tool_call>"
CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Call:
    """`arguments` is JSON text, as the protocol wants it."""

    name: str
    arguments: str


def calls_of(text: str, names: frozenset[str]) -> tuple[str, list[Call]]:
    """(the text without its calls, the calls). What is no whole call of one of these functions stays text."""
    found: list[Call] = []

    def take(match: re.Match[str]) -> str:
        call = _call(match[1], names)
        if call is None:
            return match[0]
        found.append(call)
        return ""

    rest = CALL.sub(take, text)
    return (rest.strip() if found else text), found


def _call(text: str, names: frozenset[str]) -> Call | None:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or value.get("name") not in names or not isinstance(value.get("arguments"), dict):
        return None
    return Call(value["name"], json.dumps(value["arguments"], ensure_ascii=False))
