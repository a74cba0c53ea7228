"""Rows that must stay on one side of a split: by the same question, the same near-duplicate group, the same customer."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bunches:
    """`of` holds the number of its bunch for every row, `sizes` the rows of every bunch, and `order` all rows, those of one
    bunch beside each other: bunch b's are `order[starts[b] : starts[b] + sizes[b]]`, rising."""

    of: Ints
    sizes: Ints
    order: Ints
    starts: Ints

    def rows(self, bunch: int) -> Ints:
        start = self.starts[bunch]
        return self.order[start : start + self.sizes[bunch]]


def bunch(n: int, groupings: Sequence[Sequence[Hashable] | NDArray[Any]]) -> Bunches:
    """Unites `n` rows that agree in at least one of the groupings, also by way of a third row.

    Each grouping gives every row its group; None stands for a row by itself. Raises ValueError when a grouping does not have
    `n` values.
    """
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows, nodes, next_node = [], [], n
    for grouping in groupings:
        if len(grouping) != n:
            raise ValueError(f"A grouping has {len(grouping):,} values for {n:,} rows.")
        numbers = numbered(grouping)
        grouped = np.flatnonzero(numbers >= 0)
        rows.append(grouped)
        nodes.append(numbers[grouped] + next_node)
        next_node += int(numbers.max(initial=-1)) + 1
    ends = (np.concatenate(rows), np.concatenate(nodes)) if rows else (np.empty(0, int), np.empty(0, int))
    graph = coo_array((np.ones(len(ends[0]), np.int8), ends), shape=(next_node, next_node))
    found = connected_components(graph, directed=False)[1][:n]
    of = np.unique(found, return_inverse=True)[1].astype(np.int64)
    sizes = np.bincount(of)
    return Bunches(of, sizes, np.argsort(of, kind="stable"), np.cumsum(sizes) - sizes)


def numbered(values: Sequence[Hashable] | NDArray[Any]) -> Ints:
    """A number from 0 on for every different value, in order of appearance; -1 for None."""
    import numpy as np

    if isinstance(values, np.ndarray) and values.dtype != object:
        return np.unique(values, return_inverse=True)[1].astype(np.int64)
    seen: dict[Hashable, int] = {}
    return np.fromiter((-1 if v is None else seen.setdefault(v, len(seen)) for v in values), np.int64, len(values))
