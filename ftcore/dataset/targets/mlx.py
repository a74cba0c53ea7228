"""MLX: a folder with train.jsonl, valid.jsonl and test.jsonl of chat lines. https://github.com/ml-explore/mlx-lm, LORA.md"""

from __future__ import annotations

from ftcore.dataset.targets.chat_shape import Abilities, chat_lines, read_chat
from ftcore.dataset.targets.json_lines import JsonLines
from ftcore.dataset.targets.row import Kind
from ftcore.records import Split

TARGET = JsonLines(
    name="mlx",
    label="MLX (Apple)",
    kind=Kind.SFT,
    help="A folder for mlx_lm.lora --data: chat lines with their tools; weights are not kept.",
    express=chat_lines(Abilities(tools=True)),
    read=read_chat,
    files={Split.TRAIN: "train.jsonl", Split.VALIDATION: "valid.jsonl", Split.TEST: "test.jsonl"},
    needs=(Split.TRAIN, Split.VALIDATION),
)
