"""Bedrock (Nova): {"schemaVersion", "system": [{"text"}], "messages": [{"role", "content": [{"text"}]}]}, texts only.

https://docs.aws.amazon.com/nova/latest/userguide/fine-tune-prepare-data-understanding.html: user first, assistant last, and words
that the trainer reserves. Tools are in the format but not trained on: a job with them may fail.
"""

from __future__ import annotations

import re
from typing import Any

from ftcore.dataset.targets.chat_shape import Abilities, cut
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import Message, TrainingExample

VERSION = "bedrock-conversation-2024"
CAN = Abilities(user_first=True, alternating=True)
RESERVED = re.compile(r"\b(User|Bot|Assistant|System):|<image>|<video>|\[EOS\]")
RESERVED_WORD = "The question or the instructions hold a word that Bedrock reserves (User:, Bot:, Assistant:, System:, <image>, <video>, [EOS])."


def express(row: ExportRow) -> Line:
    found = cut(row.training, CAN)
    if found.reason:
        return Line(left_out=found.reason)
    if any(RESERVED.search(message["content"]) for message in found.messages if message["role"] != "assistant"):
        return Line(left_out=RESERVED_WORD)
    line: dict[str, Any] = {"schemaVersion": VERSION}
    if found.system:
        line["system"] = [{"text": found.system}]
    line["messages"] = [{"role": m["role"], "content": [{"text": m["content"]}]} for m in found.talk]
    return Line(line, found.changed)


def read(value: Any) -> list[TrainingExample]:
    messages: list[Message] = [{"role": "system", "content": part["text"]} for part in value.get("system", ())]
    messages += [{"role": m["role"], "content": m["content"][0]["text"]} for m in value["messages"]]
    return [TrainingExample(messages)]


TARGET = JsonLines(
    name="bedrock",
    label="Amazon Bedrock",
    kind=Kind.SFT,
    help="One conversation a line in Bedrock's shape: text only, user and assistant in turn.",
    express=express,
    read=read,
)
