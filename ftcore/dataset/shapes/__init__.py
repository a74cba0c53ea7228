"""Shapes of rows that need no mapping. One file a shape: `NAME`, `fits(row)` and `build(row)`, and a line here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from ftcore.dataset.shapes import alpaca, chat, people_table, prompt_completion, sharegpt
from ftcore.records import TrainingExample


class Shape(Protocol):
    """`build` raises `SourceError` with the reason when this row has no such conversation."""

    NAME: str

    def fits(self, row: dict[str, Any], /) -> bool: ...

    def build(self, row: dict[str, Any], /) -> TrainingExample: ...

    def left_out(self, row: dict[str, Any], /) -> Iterable[str]: ...


SHAPES: tuple[Shape, ...] = (people_table, chat, sharegpt, prompt_completion, alpaca)


def recognise(rows: Sequence[dict[str, Any]]) -> Shape | None:
    """The first shape that four of five rows have; None when a mapping is needed."""
    for shape in SHAPES:
        if rows and sum(shape.fits(row) for row in rows) >= 0.8 * len(rows):
            return shape
    return None
