"""Mistral: {"messages": [...], "tools": [...]}, with ids of tool calls of nine characters.

https://docs.mistral.ai/capabilities/finetuning/text_finetuning; ids and weights as its own trainer, mistral-finetune, reads them.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from ftcore.dataset.targets.chat_shape import Abilities, cut, read_chat, tools_of
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import Message

CAN = Abilities(weight=True, tools=True)
NINE = re.compile(r"[0-9A-Za-z]{9}")


def express(row: ExportRow) -> Line:
    found = cut(row.training, CAN)
    if found.reason:
        return Line(left_out=found.reason)
    return Line({"messages": [_renamed(message) for message in found.messages]} | tools_of(found), found.changed)


def _renamed(message: Message) -> Message:
    """A call and its result bear the same id; any other of the right length does as well."""
    if "tool_call_id" in message:
        return message | {"tool_call_id": _nine(message["tool_call_id"])}
    calls: list[dict[str, Any]] = message.get("tool_calls") or []
    return message | {"tool_calls": [call | {"id": _nine(call["id"])} for call in calls]} if calls else message


def _nine(id_: str) -> str:
    return id_ if NINE.fullmatch(id_) else hashlib.sha256(id_.encode(errors="replace")).hexdigest()[:9]


TARGET = JsonLines(
    name="mistral",
    label="Mistral",
    kind=Kind.SFT,
    help="One conversation a line; weights and tools are kept, and tool calls get ids of nine characters.",
    express=express,
    read=read_chat,
)
