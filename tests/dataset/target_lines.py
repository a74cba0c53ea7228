"""Conversations that the targets are asked to write, and what they make of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ftcore.dataset.targets import (
    TARGETS,
    ExportRow,
    Fate,
    Kind,
    export_rows,
)
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.records import TrainingExample

PAIR = TrainingExample(
    [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Où est-ce?"},
        {"role": "assistant", "content": "Ici."},
    ]
)
TALK = TrainingExample(
    [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello?", "weight": 0},
        {"role": "user", "content": "Lamp"},
        {"role": "assistant", "content": "Aisle 4", "weight": 1},
    ]
)
SCHEMA = {"type": "object", "properties": {"zone": {"type": "string"}}, "required": ["zone"]}
FUNCTION = {"name": "clock", "description": "The time.", "parameters": SCHEMA}
CALL = {"id": "call-1", "type": "function", "function": {"name": "clock", "arguments": '{"zone":"UTC"}'}}
CALLING = TrainingExample(
    [
        {"role": "user", "content": "Time?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call-1", "content": "12:00"},
        {"role": "assistant", "content": "Noon."},
    ],
    [{"type": "function", "function": FUNCTION}],
)
TRAINERS = [target for target in TARGETS.values() if isinstance(target, JsonLines)]
SFT = [target for target in TRAINERS if target.kind is Kind.SFT]
PAIRS = [target for target in TRAINERS if target.kind is Kind.PREFERENCE]


def lines_of(target: str, folder: Path, *trainings: TrainingExample, rejected: str | None = None) -> list[Any]:
    rows = [ExportRow(n, training, rejected=rejected) for n, training in enumerate(trainings, 1)]
    export = export_rows(TARGETS[target], rows, folder, name="x")
    return [json.loads(line) for line in export.files[0].path.read_text(encoding="utf-8").splitlines()]


def lost(target: str, training: TrainingExample, rejected: str | None = None) -> list[tuple[str, Fate]]:
    return [(loss.sentence, loss.fate) for loss in TARGETS[target].losses([ExportRow(1, training, rejected=rejected)])]


def texts(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: message[key] for key in ("role", "content")} for message in messages]


def turn(role: str, text: str, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": text, **more}


ASKED = [turn("system", "Be brief."), turn("user", "Où est-ce?")]
CALL_TURN = {"role": "assistant", "tool_calls": [CALL]}
OBJECT_CALL = CALL | {"function": {"name": "clock", "arguments": {"zone": "UTC"}}}
RESULT = turn("tool", "12:00", tool_call_id="call-1")
