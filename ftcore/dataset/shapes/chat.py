"""Chat: {"messages": [{"role", "content"}, ...], "tools": [...]}, also under the names that other programs use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ftcore.dataset.shapes.turns import LINE_KEYS, left_out_of_messages, tidy, tools_of, turns_of, wanted_turns
from ftcore.records import TrainingExample

NAME = "chat messages"


def fits(row: dict[str, Any]) -> bool:
    found = turns_of(row)
    return found is not None and bool(found[1]) and "role" in found[1][0]


def build(row: dict[str, Any]) -> TrainingExample:
    messages = [tidy(turn) for turn in wanted_turns(row, "messages")]
    parallel = row.get("parallel_tool_calls")
    example = TrainingExample(messages, tools_of(row), parallel if isinstance(parallel, bool) else None)
    system = row.get("system")
    return example.with_system(system) if isinstance(system, str) and system and not example.system else example


def left_out(row: dict[str, Any]) -> Iterable[str]:
    found = turns_of(row)
    yield from (key for key in row if key not in LINE_KEYS and (not found or key != found[0]))
    yield from left_out_of_messages(found[1] if found else [])
