"""Together, pairs of answers: OpenAI's keys and no others. https://docs.together.ai/docs/fine-tuning/data-preparation"""

from __future__ import annotations

from ftcore.dataset.targets.chat_shape import Abilities
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.preference_shape import cut_pair, read_openai_pair
from ftcore.dataset.targets.row import ExportRow, Kind, Line

CAN = Abilities(tools=True, user_first=True, alternating=True)


def express(row: ExportRow) -> Line:
    pair = cut_pair(row, CAN)
    if pair.reason:
        return Line(left_out=pair.reason)
    asked = {"messages": pair.asked} | ({"tools": pair.tools} if pair.tools else {})
    sides = {"preferred_output": [pair.chosen], "non_preferred_output": [pair.rejected]}
    return Line({"input": asked} | sides, pair.changed)


TARGET = JsonLines(
    name="together-dpo",
    label="Together, pairs of answers (DPO)",
    kind=Kind.PREFERENCE,
    help="A better and a worse answer a line: every answer that was corrected gives a pair.",
    express=express,
    read=read_openai_pair,
)
