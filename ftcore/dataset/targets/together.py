"""Together: {"messages": [...], "tools": [...]}, beginning with system or user, user and assistant in turn.

Weights and tools as documented in 2026: https://docs.together.ai/docs/fine-tuning/data-preparation and .../function-calling
"""

from __future__ import annotations

from ftcore.dataset.targets.chat_shape import Abilities, chat_lines, read_chat
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import Kind

CAN = Abilities(weight=True, tools=True, user_first=True, alternating=True)

TARGET = JsonLines(
    name="together",
    label="Together",
    kind=Kind.SFT,
    help="One conversation a line; user and assistant must take turns, after one system message at most.",
    express=chat_lines(CAN),
    read=read_chat,
)
