"""ShareGPT: {"conversations": [{"from": "human", "value": ""}, {"from": "gpt", "value": ""}], "system"?}."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ftcore.dataset.raw import SourceError, text_value
from ftcore.dataset.shapes.turns import left_out_of_messages, turns_of, wanted_turns
from ftcore.records import Message, TrainingExample

NAME = "ShareGPT"
ROLES = {
    "system": "system",
    **dict.fromkeys(("human", "user"), "user"),
    **dict.fromkeys(("gpt", "assistant", "chatgpt", "bot", "model", "bing", "bard"), "assistant"),
}


def fits(row: dict[str, Any]) -> bool:
    found = turns_of(row)
    return found is not None and bool(found[1]) and "from" in found[1][0]


def build(row: dict[str, Any]) -> TrainingExample:
    turns = wanted_turns(row, "conversations")
    example = TrainingExample([_message(turn, number) for number, turn in enumerate(turns, 1)])
    system = row.get("system")
    return example.with_system(system) if isinstance(system, str) and system and not example.system else example


def _message(turn: dict[str, Any], number: int) -> Message:
    speaker = turn.get("from")
    role = ROLES.get(speaker.strip().lower()) if isinstance(speaker, str) else None
    if role is None:
        raise SourceError(f'Turn {number} is from "{str(speaker)[:40]}"; human, gpt or system was wanted.')
    return {"role": role, "content": text_value(turn.get("value", turn.get("text")))}


def left_out(row: dict[str, Any]) -> Iterable[str]:
    found = turns_of(row)
    yield from (key for key in row if key != "system" and (not found or key != found[0]))
    yield from left_out_of_messages(found[1] if found else [], frozenset(("from", "value", "text")))
