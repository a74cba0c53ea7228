"""Nebius: {"messages": [...], "tools": [...]}, with an answer in words last. https://docs.tokenfactory.nebius.com/post-training/datasets"""

from __future__ import annotations

from ftcore.dataset.targets.chat_shape import Abilities, chat_lines, read_chat
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import Kind

TARGET = JsonLines(
    name="nebius",
    label="Nebius",
    kind=Kind.SFT,
    help="One conversation a line that ends with an answer in words; tools are kept, weights are not.",
    express=chat_lines(Abilities(tools=True, answer_last=True)),
    read=read_chat,
)
