"""Pairs of rows that agree in at least one band of their MinHash: those that are worth a comparison.

A band is four hashes: two of the 24 pairs of them that a row has. Each pair is in eight bands, so that 48 hashes make 96 bands. Of two
rows that are alike by 0.5, 0.6 and 0.7, these find 94.4, 99.5 and 99.98 of 100 (counted in 100,000 drawings). 32 bands of four
hashes of their own find 87.3, 98.8 and 99.98, and making 128 hashes is what takes the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ftcore.dataset.likeness.columns import Columns
from ftcore.dataset.likeness.shingles import MIX, PAIRS

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

STEPS = (1, 3, 7, 10)
"""How far apart the two pairs of a band are, the pairs being in a circle: few bands hang together in threes."""
BANDS = tuple((pair, (pair + step) % PAIRS) for step in STEPS for pair in range(PAIRS))
FEWEST_EQUAL = 10
"""Of the 48 hashes so many are equal in rows that are alike by half (all but 1 of 100,000). Rows that agree in one band by accident,
because they begin with the same words of courtesy, seldom have so many."""
LONGEST_BUNCH = 40
"""Of a bigger bunch not every pair is looked at, or they would be millions."""
MOST = 1_000_000
"""Pairs that are held in memory at once, 8 bytes each (and for a moment three times so many)."""
MOST_RUNS = 16


def candidates(
    columns: Columns, rows: Array, worth: Callable[[Array, Array], Array], seen: Callable[[int], None]
) -> Iterator[tuple[Array, Array]]:
    """(earlier rows, later rows) in blocks, each pair once. `rows` are the rows that take part, ascending; `columns` holds their
    hashes as "pair0" to "pair23"; `worth` says of (earlier, later) which are kept; `seen` hears how many bands are done."""
    import numpy as np

    if len(rows) < 2:
        return
    total = int(rows[-1]) + 1
    runs = Runs(columns)
    for done, (one_pair, other_pair) in enumerate(BANDS, 1):
        keys = columns.read(f"pair{one_pair}") * np.uint64(MIX[0]) ^ columns.read(f"pair{other_pair}")
        for one, other in _agreeing(keys[rows], rows):
            kept = worth(one, other)
            runs.add(one[kept].astype(np.int64) * total + other[kept])
        seen(done)
    for keys in runs.merged():
        one, other = keys // total, keys % total
        kept = _equal_hashes(columns, one, other) >= FEWEST_EQUAL
        yield one[kept], other[kept]


def _equal_hashes(columns: Columns, one: Array, other: Array) -> Array:
    """How many of their hashes are the same, for each pair of rows."""
    import numpy as np

    equal = np.zeros(len(one), dtype=np.int8)
    for pair in range(PAIRS):
        hashes = columns.read(f"pair{pair}").view(np.uint32).reshape(-1, 2)
        equal += (hashes[one] == hashes[other]).sum(axis=1, dtype=np.int8)
    return equal


def _agreeing(keys: Array, rows: Array) -> Iterator[tuple[Array, Array]]:
    """All pairs of a small bunch; in a big one each row with the first and with the one before."""
    import numpy as np

    # Key and place in one number: sorting numbers takes a tenth of the time of sorting places by them. The bits that the key
    # loses make a candidate by accident now and then, and every candidate is verified.
    bits = np.uint64(len(keys).bit_length())
    places = np.uint64(2) ** bits - np.uint64(1)
    packed = np.sort(keys & ~places | np.arange(len(keys), dtype=np.uint64))
    again = np.zeros(len(rows) + 1, dtype=bool)
    again[1:-1] = packed[1:] >> bits == packed[:-1] >> bits
    grouped = again[1:] | again[:-1]
    starts = np.flatnonzero(~again[:-1][grouped])
    members = rows[(packed[grouped] & places).astype(np.int64)]
    sizes = np.diff(np.r_[starts, len(members)])
    for size in np.unique(sizes[(sizes > 1) & (sizes <= LONGEST_BUNCH)]).tolist():
        one, other = np.triu_indices(size, 1)
        begins = starts[sizes == size]
        at_once = max(1, MOST // 4 // len(one))
        for at in range(0, len(begins), at_once):
            bunches = members[begins[at : at + at_once, None] + np.arange(size)]
            yield bunches[:, one].ravel(), bunches[:, other].ravel()
    for start, size in zip(starts[sizes > LONGEST_BUNCH], sizes[sizes > LONGEST_BUNCH], strict=True):
        bunch = members[start : start + size]
        yield bunch[:-1], bunch[1:]
        yield np.broadcast_to(bunch[0], size - 2), bunch[2:]


class Runs:
    """Numbers that are given in any order and come back ascending, each once: an external merge sort in `columns`."""

    def __init__(self, columns: Columns, most: int = MOST) -> None:
        self._columns, self._most = columns, most
        self._waiting: list[Array] = []
        self._number, self._names, self._made = 0, list[str](), 0

    def add(self, keys: Array) -> None:
        self._waiting.append(keys)
        self._number += len(keys)
        if self._number >= self._most:
            self._write([self._unique()])
            if len(self._names) >= MOST_RUNS:
                names, self._names = self._names, []
                self._write(self._merge(names))

    def merged(self) -> Iterator[Array]:
        """Ascending blocks of about `most` numbers. Afterwards nothing is left in `columns`."""
        if not self._names:
            yield self._unique()
            return
        self._write([self._unique()])
        yield from self._merge(self._names)

    def _unique(self) -> Array:
        import numpy as np

        keys = np.unique(np.concatenate(self._waiting)) if self._waiting else np.empty(0, np.int64)
        self._waiting, self._number = [], 0
        return keys

    def _write(self, parts: Iterator[Array] | list[Array]) -> None:
        self._made += 1
        name = f"run{self._made}"
        for part in parts:
            self._columns.append(name, part)
        self._names.append(name)

    def _merge(self, names: list[str]) -> Iterator[Array]:
        """Cuts all runs at the same numbers, so close together that what lies between them fits into memory."""
        import numpy as np

        runs = [self._columns.read(name) for name in names]
        every = max(1, self._most // (4 * len(runs)))
        samples = np.sort(np.concatenate([run[::every] for run in runs]))
        cuts = np.unique(samples[:: max(1, self._most // (2 * every))])[1:]
        places = [[0, *np.searchsorted(run, cuts).tolist(), len(run)] for run in runs]
        for bounds in pairwise(zip(*places, strict=True)):
            parts = [run[start:end] for run, start, end in zip(runs, *bounds, strict=True)]
            yield np.unique(np.concatenate(parts))
        runs.clear()  # a file that is still mapped cannot be deleted everywhere
        for name in names:
            self._columns.delete(name)
