"""Of many pairs the best one a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

PORTION = 2_000
"""Rows that are fetched at once."""


class Best:
    """For each of `rows` rows the earlier row that is most like it, and how much; of two that are equally like it, the first."""

    def __init__(self, rows: int) -> None:
        import numpy as np

        self.similarity = np.zeros(rows)
        self.other = np.zeros(rows, dtype=np.int64)

    def add(self, earlier: Array, later: Array, similarity: Array) -> None:
        import numpy as np

        order = np.lexsort((earlier, -similarity, later))
        rows, at = np.unique(later[order], return_index=True)
        others, measured = earlier[order][at], similarity[order][at]
        known = self.similarity[rows]
        better = (measured > known) | ((measured == known) & (others < self.other[rows]))
        self.similarity[rows[better]] = measured[better]
        self.other[rows[better]] = others[better]

    def rows(self) -> Array:
        """The rows that have a pair, ascending."""
        import numpy as np

        return np.flatnonzero(self.similarity)


def portions(rows: Array) -> Iterator[Array]:
    """Parts of at most `PORTION` rows."""
    for at in range(0, len(rows), PORTION):
        yield rows[at : at + PORTION]
