"""Fireworks, pairs of answers: OpenAI's shape, one question only. https://docs.fireworks.ai/fine-tuning/dpo-fine-tuning"""

from __future__ import annotations

from ftcore.dataset.targets.chat_shape import Abilities
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.preference_shape import cut_pair, read_openai_pair
from ftcore.dataset.targets.row import ExportRow, Kind, Line

CAN = Abilities(tools=True, one_turn=True)


def express(row: ExportRow) -> Line:
    pair = cut_pair(row, CAN)
    if pair.reason:
        return Line(left_out=pair.reason)
    asked = {"messages": pair.asked, "tools": pair.tools or []}
    sides = {"preferred_output": [pair.chosen], "non_preferred_output": [pair.rejected]}
    return Line({"input": asked} | sides, pair.changed)


TARGET = JsonLines(
    name="fireworks-dpo",
    label="Fireworks, pairs of answers (DPO)",
    kind=Kind.PREFERENCE,
    help="A better and a worse answer a line, to conversations of one question.",
    express=express,
    read=read_openai_pair,
)
