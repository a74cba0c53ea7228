"""Exact Jaccard similarity of candidate pairs, their texts fetched in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ftcore.dataset.likeness.shingles import CHUNK_ROWS, chunks, readings, shingles

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

Fetch = Callable[[Sequence[int]], dict[int, str]]
"""The texts of some rows; rows that have gone in the meantime are left out."""
STEP_PAIRS, STEP_CHARACTERS = 2_000, 6_000_000
KEPT_BYTES = 24_000_000


class Shingled:
    """The shingles of the rows that were asked for lately: at most about `KEPT_BYTES` of them. `tokens` of rows that are known
    need no fetching."""

    def __init__(self, fetch: Fetch, tokens: Mapping[int, str] | None = None) -> None:
        self._fetch, self._tokens = fetch, tokens or {}
        self._known: dict[int, Array] = {}
        self._bytes = 0

    def of(self, rows: Sequence[int]) -> list[Array]:
        """Aligned with `rows`; an empty array for a row that has gone."""
        import numpy as np

        found = {row: self._known[row] for row in rows if row in self._known}
        found |= {row: self._add(row, self._tokens[row]) for row in rows if row in self._tokens and row not in found}
        missing = [row for row in rows if row not in found]
        for at in range(0, len(missing), CHUNK_ROWS):
            found.update(self._read(missing[at : at + CHUNK_ROWS]))
        gone = np.empty(0, dtype=np.int64)
        return [found.get(row, gone) for row in rows]

    def _add(self, row: int, tokens: str) -> Array:
        made = shingles(tokens)
        self._known[row] = made
        self._bytes += made.nbytes
        while self._bytes > KEPT_BYTES and len(self._known) > 1:
            self._bytes -= self._known.pop(next(iter(self._known))).nbytes
        return made

    def _read(self, rows: list[int]) -> dict[int, Array]:
        texts = self._fetch(rows)
        rows = [row for row in rows if row in texts]
        found: dict[int, Array] = {}
        for start, end in chunks([texts[row] for row in rows]):
            part = rows[start:end]
            for row, reading in zip(part, readings([texts[row] for row in part]), strict=True):
                found[row] = self._add(row, reading.tokens)
        return found


def similarities(one: Array, other: Array, shingled: Shingled) -> Array:
    """The Jaccard similarity of each pair of rows (float64); 0 where a row has gone."""
    import numpy as np
    from scipy.sparse import csr_array

    rows, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    sets = shingled.of(rows.tolist())
    sizes = np.array([len(numbers) for numbers in sets], dtype=np.int64)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    present = np.ones(int(ends[-1]), dtype=np.int8)
    table = csr_array((present, np.concatenate(sets), ends), shape=(len(rows), 2**62))
    first, second = places[: len(one)], places[len(one) :]
    both = np.asarray(table[first].multiply(table[second]).sum(axis=1)).ravel()
    either = sizes[first] + sizes[second] - both
    return np.divide(both, either, out=np.zeros(len(one)), where=either > 0)


def in_steps(one: Array, other: Array, lengths: Array) -> Iterator[tuple[Array, Array]]:
    """The pairs in parts of bounded length, those of one group of linked rows together: so each text is fetched about once.
    `lengths` are the characters of all rows."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    if not len(one):
        return
    rows, places = np.unique(np.concatenate([one, other]), return_inverse=True)
    links = (places[: len(one)], places[len(one) :])
    graph = csr_array((np.ones(len(one), dtype=np.int8), links), shape=(len(rows), len(rows)))
    group = connected_components(graph, directed=False)[1]
    order = np.argsort(group[links[0]], kind="stable")
    one, other = one[order], other[order]
    step = np.cumsum(lengths[one].astype(np.int64) + lengths[other]) // STEP_CHARACTERS
    cuts = np.union1d(np.flatnonzero(np.diff(step)) + 1, np.arange(0, len(one), STEP_PAIRS))
    for start, end in zip(cuts, [*cuts[1:], len(one)], strict=True):
        yield one[start:end], other[start:end]
