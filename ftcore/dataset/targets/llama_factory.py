"""LLaMA-Factory: ShareGPT lines with function_call and observation, and the dataset_info.json that describes the files.

https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md: human and observation stand in odd places, gpt and
function_call in even ones, and every line has the columns that dataset_info.json names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ftcore.dataset.targets.arguments import arguments_of
from ftcore.dataset.targets.chat_shape import ARGUMENTS, Abilities, cut
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import Message, Split, TrainingExample

CAN = Abilities(tools=True, user_first=True, alternating=True)
WORDS_BESIDE_CALL = "The words beside a tool call are not kept."
SEVERAL_CALLS = "It calls several tools at once, which this format cannot hold."
OUT_OF_TURN = "Questions (or results of tools) and answers do not take turns, which this format wants."
ODD, EVEN = ("human", "observation"), ("gpt", "function_call")
COLUMNS = {"messages": "conversations", "system": "system", "tools": "tools"}
ROLES = {"human": "user", "gpt": "assistant", "function_call": "assistant", "observation": "tool"}


def express(row: ExportRow) -> Line:
    found = cut(row.training, CAN)
    if found.reason:
        return Line(left_out=found.reason)
    if any(len(message.get("tool_calls") or ()) > 1 for message in found.talk):
        return Line(left_out=SEVERAL_CALLS)
    if arguments_of(found.talk) is None:
        return Line(left_out=ARGUMENTS)
    turns = [_turn(message) for message in found.talk]
    if any(turn["from"] not in (ODD, EVEN)[place % 2] for place, turn in enumerate(turns)):
        return Line(left_out=OUT_OF_TURN)
    tools = _dumps([tool["function"] for tool in found.tools]) if found.tools else ""
    beside = any(message.get("tool_calls") and message.get("content") for message in found.talk)
    changed = (*found.changed, WORDS_BESIDE_CALL) if beside else found.changed
    return Line({"conversations": turns, "system": found.system, "tools": tools}, changed)


def read(value: Any) -> list[TrainingExample]:
    """The conversation of a line. Calls have no ids there; they are numbered again."""
    system: list[Message] = [{"role": "system", "content": value["system"]}] if value["system"] else []
    tools = [{"type": "function", "function": f} for f in json.loads(value["tools"] or "[]")]
    return [TrainingExample([*system, *_messages(value["conversations"])], tools or None)]


def dataset_info(stem: str, files: dict[Split, str]) -> dict[str, str]:
    described = {
        f"{stem}_{split.value}": {"file_name": name, "formatting": "sharegpt", "columns": COLUMNS}
        for split, name in files.items()
    }
    return {"dataset_info.json": json.dumps(described, indent=2) + "\n"}


def _turn(message: Message) -> dict[str, str]:
    if message["role"] == "tool":
        return {"from": "observation", "value": message["content"]}
    if message.get("tool_calls"):
        function = message["tool_calls"][0]["function"]
        called = {"name": function["name"], "arguments": json.loads(function["arguments"])}
        return {"from": "function_call", "value": _dumps(called)}
    return {"from": "human" if message["role"] == "user" else "gpt", "value": message["content"]}


def _messages(turns: list[dict[str, str]]) -> Iterator[Message]:
    for place, turn in enumerate(turns):
        message: Message = {"role": ROLES[turn["from"]], "content": turn["value"]}
        if turn["from"] == "function_call":
            called = json.loads(turn["value"])
            function = {"name": called["name"], "arguments": _dumps(called["arguments"])}
            calls = [{"id": f"call-{place}", "type": "function", "function": function}]
            message |= {"content": None, "tool_calls": calls}
        elif turn["from"] == "observation":
            message["tool_call_id"] = f"call-{place - 1}"
        yield message


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


TARGET = JsonLines(
    name="llama-factory",
    label="LLaMA-Factory",
    kind=Kind.SFT,
    help="ShareGPT lines with dataset_info.json beside them: put both into its data folder.",
    express=express,
    read=read,
    files={split: f"{{stem}}_{split.value}.jsonl" for split in Split},
    beside=dataset_info,
)
