"""Fireworks: OpenAI's shape, the system message first only. https://docs.fireworks.ai/fine-tuning/fine-tuning-models"""

from __future__ import annotations

from ftcore.dataset.targets.chat_shape import Abilities, chat_lines, read_chat
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import Kind

TARGET = JsonLines(
    name="fireworks",
    label="Fireworks",
    kind=Kind.SFT,
    help="One conversation a line; weights and tools are kept, and a system message comes first.",
    express=chat_lines(Abilities(weight=True, tools=True)),
    read=read_chat,
)
