"""ShareGPT: {"conversations": [{"from": "human"|"gpt", "value": ""}], "system"?}."""

from __future__ import annotations

from typing import Any

from ftcore.dataset.shapes import sharegpt
from ftcore.dataset.targets.chat_shape import Abilities, cut
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import TrainingExample

SPEAKERS = {"user": "human", "assistant": "gpt"}


def express(row: ExportRow) -> Line:
    found = cut(row.training, Abilities())
    if found.reason:
        return Line(left_out=found.reason)
    turns = [{"from": SPEAKERS[message["role"]], "value": message["content"]} for message in found.talk]
    line: dict[str, Any] = {"conversations": turns}
    return Line(line | ({"system": found.system} if found.system else {}), found.changed)


def read(value: Any) -> list[TrainingExample]:
    return [sharegpt.build(value)]


TARGET = JsonLines(
    name="sharegpt",
    label="ShareGPT",
    kind=Kind.SFT,
    help="Turns of human and gpt a line: text only.",
    express=express,
    read=read,
)
