"""Axolotl, type chat_template: messages with a field "train", which carries the weight.

https://docs.axolotl.ai/docs/dataset-formats/conversation.html. The configuration says `message_field_training: train` and
`roles_to_train: []`; without the first, the field is ignored.
"""

from __future__ import annotations

from typing import Any

from ftcore.dataset.raw import SourceError
from ftcore.dataset.targets.chat_shape import Abilities, cut, read_chat, tools_of
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import Message, TrainingExample

CAN = Abilities(weight=True, tools=True)


def express(row: ExportRow) -> Line:
    found = cut(row.training, CAN)
    if found.reason:
        return Line(left_out=found.reason)
    return Line({"messages": [_marked(message) for message in found.messages]} | tools_of(found), found.changed)


def read(value: Any) -> list[TrainingExample]:
    if not all(isinstance(message["train"], bool) for message in value["messages"]):
        raise SourceError('A message has no "train" that is true or false.')
    return read_chat(value)


def _marked(message: Message) -> Message:
    kept = {key: value for key, value in message.items() if key != "weight"}
    return kept | {"train": message["role"] == "assistant" and message.get("weight") != 0}


TARGET = JsonLines(
    name="axolotl",
    label="Axolotl",
    kind=Kind.SFT,
    help='Chat lines whose field "train" carries the weights: set type: chat_template and message_field_training: train.',
    express=express,
    read=read,
)
