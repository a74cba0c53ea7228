"""How many runs of one to N characters or words do two texts have in common? Counted exactly, many times faster than
with dictionaries: each run becomes one whole number of 64 bits."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Runs(NamedTuple):
    """By length 1 to N: runs in the first text, in the second, and in both (each counted as often as in the poorer)."""

    first: list[int]
    second: list[int]
    common: list[int]


def common_runs(first: Sequence[Hashable], second: Sequence[Hashable], longest: int) -> Runs | None:
    """The runs of two sequences of characters or words; None when they hold more different ones than fit into a number
    (1,023 for runs of six, 32,767 for runs of four)."""
    bits = 60 // longest
    numbers: dict[Hashable, int] = {item: at for at, item in enumerate({*first, *second}, 1)}
    if len(numbers) >= 1 << bits:
        return None
    ours, theirs = _codes(first, numbers, longest, bits), _codes(second, numbers, longest, bits)
    # Sorted together, with a last bit that tells whose a run is, equal runs lie side by side: ours, then theirs.
    both = np.sort(np.concatenate([ours, theirs | np.uint64(1)]))
    if not len(both):
        return Runs([0] * longest, [0] * longest, [0] * longest)
    runs = both >> np.uint64(1)
    starts = np.flatnonzero(np.concatenate([[True], runs[1:] != runs[:-1]]))
    sizes = np.diff(np.append(starts, len(both)))
    of_theirs = np.add.reduceat(both & np.uint64(1), starts).astype(np.int64)
    counts = np.minimum(sizes - of_theirs, of_theirs)
    common = np.bincount((both[starts] >> np.uint64(61)).astype(np.int64), weights=counts, minlength=longest)
    return Runs(
        [max(0, len(first) - n) for n in range(longest)],
        [max(0, len(second) - n) for n in range(longest)],
        [int(count) for count in common[:longest]],
    )


def _codes(items: Sequence[Hashable], numbers: dict[Hashable, int], longest: int, bits: int) -> NDArray[np.uint64]:
    """Every run as a number: its length less one in the three highest bits, then its items, then an empty bit."""
    found = np.fromiter(map(numbers.__getitem__, items), dtype=np.int64, count=len(items)).view(np.uint64)
    parts, run = [], np.zeros(len(found), dtype=np.uint64)
    for n in range(min(longest, len(found))):
        run = (run[: len(found) - n] << np.uint64(bits)) | found[n:]
        parts.append(run << np.uint64(1) | np.uint64(n << 61))
    return np.concatenate(parts) if parts else found
