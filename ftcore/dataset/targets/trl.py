"""TRL, messages: {"messages": [...], "tools": [...]}, with the arguments of tool calls as objects, as chat templates want them.

https://huggingface.co/docs/trl/dataset_formats
"""

from __future__ import annotations

from ftcore.dataset.targets.arguments import with_objects
from ftcore.dataset.targets.chat_shape import ARGUMENTS, Abilities, cut, read_chat, tools_of
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line

CAN = Abilities(tools=True)


def express(row: ExportRow) -> Line:
    found = cut(row.training, CAN)
    if found.reason:
        return Line(left_out=found.reason)
    messages = with_objects(found.messages)
    if messages is None:
        return Line(left_out=ARGUMENTS)
    return Line({"messages": messages} | tools_of(found), found.changed)


TARGET = JsonLines(
    name="trl",
    label="TRL (Hugging Face), messages",
    kind=Kind.SFT,
    help="One conversation a line for SFTTrainer; tools are kept, weights are not.",
    express=express,
    read=read_chat,
)
