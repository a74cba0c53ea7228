"""The fields of the detail pane, without Streamlit: which texts of a row can be typed, and what comes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ftcore.dataset import turns
from ftcore.dataset.turns import TurnError
from ftcore.records import Example, text_of
from ftcore.store import examples
from ftcore.ui.table import grid_edits

TAGS, NOTE, WORSE = "tags", "note", "worse"


def texts_of(row: Example) -> dict[str, str]:
    """What stands in the fields: "turn:2" is the text of turn 2 (counted from 0), "call:2:0" the arguments of its first call."""
    found: dict[str, str] = {}
    for at, message in enumerate(row.training.messages):
        if turns.can_be_edited(message):
            found[f"turn:{at}"] = text_of(message)
        for call, arguments in enumerate(arguments_of(message)):
            found[f"call:{at}:{call}"] = arguments
    return found | {TAGS: grid_edits.told_tags(row.tags), NOTE: row.note, WORSE: row.worse}


def arguments_of(message: Mapping[str, Any]) -> list[str]:
    """What tools are called with, laid out for reading; as it stands when it is no JSON."""
    calls = message.get("tool_calls")
    return [_laid_out(call) for call in calls] if isinstance(calls, list) else []


def values_of(row: Example, typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """(the journal's values, what is wrong by field): a field that is wrong is left out, the others are kept."""
    training, wrong = row.training, {}
    values: dict[str, Any] = {}
    for name, text in typed.items():
        kind, *places = name.split(":")
        try:
            if kind == "turn":
                training = turns.with_text(training, int(places[0]), text)
            elif kind == "call":
                training = turns.with_arguments(training, int(places[0]), int(places[1]), text)
            elif kind == TAGS:
                values[TAGS] = grid_edits.read_tags(text)
            else:
                values[name] = text
        except TurnError as error:
            wrong[name] = str(error)
    if training != row.training:
        values["training"] = examples.to_json(training)
    return values, wrong


def label_of(values: Mapping[str, Any], row_id: int) -> str:
    """The name of the change in the journal: "Edited the conversation of row 5"."""
    names = {"training": "the conversation", TAGS: "the tags", NOTE: "the note", WORSE: "the worse answer"}
    several = [name for field, name in names.items() if field in values]
    return f"Edited {' and '.join(several)} of row {row_id}"


def _laid_out(call: Any) -> str:
    function = call.get("function") if isinstance(call, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    if not isinstance(arguments, str):
        return ""
    try:
        return json.dumps(json.loads(arguments), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return arguments
