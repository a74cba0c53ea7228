"""Alpaca: {"instruction", "input", "output", "system"?, "history"?: [[question, answer], ...]}."""

from __future__ import annotations

from typing import Any

from ftcore.dataset.shapes import alpaca
from ftcore.dataset.targets.chat_shape import Abilities, cut
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import TrainingExample

CAN = Abilities(user_first=True, alternating=True)


def express(row: ExportRow) -> Line:
    """The last question is the instruction and the input is empty: some readers join the two with one line break, others with two."""
    found = cut(row.training, CAN)
    if found.reason:
        return Line(left_out=found.reason)
    texts = [message["content"] for message in found.talk]
    line: dict[str, Any] = {"instruction": texts[-2], "input": "", "output": texts[-1]}
    if found.system:
        line["system"] = found.system
    if len(texts) > 2:
        line["history"] = [list(pair) for pair in zip(texts[:-2:2], texts[1:-2:2], strict=True)]
    return Line(line, found.changed)


def read(value: Any) -> list[TrainingExample]:
    return [alpaca.build(value)]


TARGET = JsonLines(
    name="alpaca",
    label="Alpaca",
    kind=Kind.SFT,
    help="Instruction and output a line, earlier turns as history: text only.",
    express=express,
    read=read,
)
