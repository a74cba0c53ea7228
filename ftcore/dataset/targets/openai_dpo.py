"""OpenAI preference JSONL: {"input": {"messages", "tools", "parallel_tool_calls"}, "preferred_output", "non_preferred_output"}."""

from __future__ import annotations

from ftcore.dataset.targets.chat_shape import NO_PARALLEL, Abilities
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.preference_shape import cut_pair, read_openai_pair
from ftcore.dataset.targets.row import ExportRow, Kind, Line

CAN = Abilities(tools=True)


def express(row: ExportRow) -> Line:
    pair = cut_pair(row, CAN)
    if pair.reason:
        return Line(left_out=pair.reason)
    asked = {
        "messages": pair.asked,
        "tools": pair.tools or [],
        "parallel_tool_calls": row.training.parallel_tool_calls is not False,
    }
    changed = tuple(sentence for sentence in pair.changed if sentence != NO_PARALLEL)
    return Line({"input": asked, "preferred_output": [pair.chosen], "non_preferred_output": [pair.rejected]}, changed)


TARGET = JsonLines(
    name="openai-dpo",
    label="OpenAI and Azure, pairs of answers (DPO)",
    kind=Kind.PREFERENCE,
    help="A better and a worse answer a line: every answer that was corrected gives a pair.",
    express=express,
    read=read_openai_pair,
)
