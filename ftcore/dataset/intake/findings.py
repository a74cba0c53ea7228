"""What was found about rows, in the order in which it was found, to be had again row by row: in files, for a million rows."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import msgspec

from ftcore.records import Problem

BLOCK = 10_000
"""Rows (by id) whose findings share a file."""
WAITING = 20_000
"""So many findings wait in memory before they are written."""


class Findings:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._waiting: dict[int, list[bytes]] = defaultdict(list)
        self._number = 0
        self._block = -1
        self._here: dict[int, list[Problem]] = {}

    def add(self, example_id: int, problem: Problem) -> None:
        self._waiting[example_id // BLOCK].append(msgspec.json.encode((example_id, problem)))
        self._number += 1
        if self._number >= WAITING:
            self._write()

    def of(self, example_id: int) -> list[Problem]:
        """Asked for in the order of ids, each file is read once."""
        block = example_id // BLOCK
        if block != self._block:
            self._write()
            self._block, self._here = block, self._read(block)
        return self._here.get(example_id, [])

    def _write(self) -> None:
        for block, lines in self._waiting.items():
            with self._path(block).open("ab") as file:
                file.writelines(line + b"\n" for line in lines)
        self._waiting.clear()
        self._number = 0
        self._block = -1

    def _read(self, block: int) -> dict[int, list[Problem]]:
        found: dict[int, list[Problem]] = defaultdict(list)
        if self._path(block).exists():
            with self._path(block).open("rb") as file:
                for line in file:
                    example_id, problem = msgspec.json.decode(line, type=tuple[int, Problem])
                    found[example_id].append(problem)
        return found

    def _path(self, block: int) -> Path:
        return self._folder / f"{block}.jsonl"
