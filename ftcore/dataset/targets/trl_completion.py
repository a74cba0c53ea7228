"""TRL, prompt and completion: {"prompt": [...], "completion": [...]}: only the last answer is learnt."""

from __future__ import annotations

from typing import Any

from ftcore.dataset.shapes import prompt_completion
from ftcore.dataset.targets import trl
from ftcore.dataset.targets.chat_shape import NO_WEIGHT
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import Message, TrainingExample

LAST_ONLY = "Only the last answer is learnt; the earlier ones are part of the question."


def express(row: ExportRow) -> Line:
    line = trl.express(row)
    if line.left_out:
        return line
    *asked, answer = line.value["messages"]
    value = {"prompt": asked, "completion": [answer]} | {k: v for k, v in line.value.items() if k == "tools"}
    earlier = [m for m in row.training.messages[:-1] if m["role"] == "assistant"]
    # An earlier answer of weight 0 is not learnt here either, and the last one never has weight 0 alone.
    changed = tuple(s for s in line.changed if s != NO_WEIGHT or row.training.messages[-1].get("weight") == 0)
    return Line(value, (*changed, LAST_ONLY) if any(m.get("weight") != 0 for m in earlier) else changed)


def read(value: Any) -> list[TrainingExample]:
    sides: tuple[list[Message], list[Message]] = (value["prompt"], value["completion"])
    if not all(sides) or len(sides[1]) != 1:
        return [TrainingExample([])]
    return [prompt_completion.build(value)]


TARGET = JsonLines(
    name="trl-completion",
    label="TRL (Hugging Face), prompt and completion",
    kind=Kind.SFT,
    help="The conversation and, apart from it, the last answer: only that one is learnt.",
    express=express,
    read=read,
)
