"""Texts as 64-bit numbers, to see which are the same without keeping them.

They are Python's own hashes: as quick as reading the text, and different in each process, so they are never stored beyond it. Among a
million rows, two different ones share their number in about one of 40 million runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

NOTHING = 0
"""Stands for "nothing to compare": such rows are like no other."""


def digest(parts: Iterable[str]) -> int:
    """Of several texts in their order; ("ab", "c") is not ("a", "bc"). Never `NOTHING`."""
    return hash(tuple(parts)) or 1


def firsts(digests: Array) -> Array:
    """For every row the first row with the same digest; a row with `NOTHING` is its own."""
    import numpy as np

    rows = np.arange(len(digests), dtype=np.int64)
    if not len(digests):
        return rows
    order = np.argsort(digests, kind="stable")  # the first row of a group stays its first
    ordered = digests[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]]
    first = np.empty_like(rows)
    first[order] = order[np.maximum.accumulate(np.where(starts, rows, 0))]
    return np.where(digests == NOTHING, rows, first)
