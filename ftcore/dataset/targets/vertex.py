"""Vertex (Gemini): {"systemInstruction": ..., "contents": [{"role": "user"|"model", "parts": [...]}], "tools": [...]}.

https://docs.cloud.google.com/vertex-ai/generative-ai/docs/models/gemini-supervised-tuning-prepare and .../tune-function-calling
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ftcore.dataset.targets.arguments import arguments_of
from ftcore.dataset.targets.chat_shape import ARGUMENTS, Abilities, cut
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.dataset.targets.vertex_tools import CUT_SCHEMA, declarations
from ftcore.records import Message, TrainingExample

CAN = Abilities(tools=True)
Content = dict[str, Any]


def express(row: ExportRow) -> Line:
    found = cut(row.training, CAN)
    if found.reason:
        return Line(left_out=found.reason)
    if arguments_of(found.messages) is None:
        return Line(left_out=ARGUMENTS)
    line: dict[str, Any] = {}
    if found.system:
        line["systemInstruction"] = {"role": "system", "parts": [{"text": found.system}]}
    line["contents"] = _contents(found.talk)
    changed = found.changed
    if found.tools:
        functions, whole = declarations(found.tools)
        line["tools"] = [{"functionDeclarations": functions}]
        changed = changed if whole else (*changed, CUT_SCHEMA)
    return Line(line, changed)


def read(value: Any) -> list[TrainingExample]:
    """The conversation of a line. Calls have no ids there; they are numbered again."""
    messages: list[Message] = []
    if "systemInstruction" in value:
        messages.append({"role": "system", "content": value["systemInstruction"]["parts"][0]["text"]})
    for content in value["contents"]:
        messages += _messages(content, messages)
    functions = [function for tool in value.get("tools", ()) for function in tool["functionDeclarations"]]
    return [TrainingExample(messages, [{"type": "function", "function": f} for f in functions] or None)]


def _contents(messages: list[Message]) -> list[Content]:
    """The results of several calls stand side by side in one content, as the calls do."""
    names: dict[str, str] = {}
    contents: list[Content] = []
    before = ""
    for message in messages:
        role = message["role"]
        parts = list(_parts(message, names))
        if role == "tool" and before == "tool":
            contents[-1]["parts"] += parts
        else:
            contents.append({"role": "model" if role == "assistant" else "user", "parts": parts})
        before = role
    return contents


def _parts(message: Message, names: dict[str, str]) -> Iterator[dict[str, Any]]:
    if message["role"] == "tool":
        name = names.get(message["tool_call_id"], "")
        yield {"functionResponse": {"name": name, "response": _object(message["content"])}}
        return
    calls = message.get("tool_calls") or []
    if message.get("content") or not calls:
        yield {"text": message.get("content", "")}
    for call in calls:
        function = call["function"]
        names[call["id"]] = function["name"]
        yield {"functionCall": {"name": function["name"], "args": json.loads(function["arguments"])}}


def _object(text: str) -> dict[str, Any]:
    """A result must be an object there: a text that is none stands under "output"."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"output": text}


def _messages(content: Content, before: list[Message]) -> Iterator[Message]:
    texts = [part["text"] for part in content["parts"] if "text" in part]
    calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
    results = [part["functionResponse"] for part in content["parts"] if "functionResponse" in part]
    if content["role"] == "model":
        numbered = [
            {"id": f"{len(before)}-{n}", "type": "function", "function": _function(c)} for n, c in enumerate(calls)
        ]
        answer: Message = {"role": "assistant", "content": texts[0] if texts else None}
        yield answer | ({"tool_calls": numbered} if numbered else {})
    elif results:
        yield from (
            {"role": "tool", "tool_call_id": f"{len(before) - 1}-{n}", "content": json.dumps(r["response"])}
            for n, r in enumerate(results)
        )
    else:
        yield {"role": "user", "content": texts[0]}


def _function(call: dict[str, Any]) -> dict[str, str]:
    return {"name": call["name"], "arguments": json.dumps(call["args"])}


TARGET = JsonLines(
    name="vertex",
    label="Google Vertex (Gemini)",
    kind=Kind.SFT,
    help="One conversation a line in Gemini's shape; tools are kept, weights are not.",
    express=express,
    read=read,
)
