"""TRL, pairs of answers: {"prompt": [...], "chosen": [...], "rejected": [...]}. https://huggingface.co/docs/trl/dataset_formats"""

from __future__ import annotations

from typing import Any

from ftcore.dataset.targets.arguments import with_objects
from ftcore.dataset.targets.chat_shape import ARGUMENTS, Abilities
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.preference_shape import cut_pair, read_sides
from ftcore.dataset.targets.row import ExportRow, Kind, Line
from ftcore.records import TrainingExample


def express(row: ExportRow) -> Line:
    pair = cut_pair(row, Abilities(tools=True))
    if pair.reason:
        return Line(left_out=pair.reason)
    asked = with_objects(pair.asked)
    if asked is None:
        return Line(left_out=ARGUMENTS)
    line = {"prompt": asked, "chosen": [pair.chosen], "rejected": [pair.rejected]}
    return Line(line | ({"tools": pair.tools} if pair.tools else {}), pair.changed)


def read(value: Any) -> list[TrainingExample]:
    return read_sides(value["prompt"], [value["chosen"], value["rejected"]], value.get("tools"))


TARGET = JsonLines(
    name="trl-preference",
    label="TRL (Hugging Face), pairs of answers",
    kind=Kind.PREFERENCE,
    help="A better and a worse answer a line for DPOTrainer: every answer that was corrected gives a pair.",
    express=express,
    read=read,
)
