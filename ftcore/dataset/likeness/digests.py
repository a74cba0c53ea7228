"""Texts as 128-bit digests, to see which are the same without keeping them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

NOTHING = bytes(16)
"""Stands for "nothing to compare": such rows are like no other."""


def digest(parts: Iterable[str]) -> bytes:
    """BLAKE2b of several texts; ("ab", "c") is not ("a", "bc")."""
    kept = [part.encode(errors="surrogatepass") for part in parts]
    lengths = ",".join(str(len(part)) for part in kept).encode()
    return hashlib.blake2b(b"".join([lengths, b"\0", *kept]), digest_size=16).digest()


def column(digests: Sequence[bytes]) -> Array:
    """uint64, two numbers a digest."""
    import numpy as np

    return np.frombuffer(b"".join(digests), dtype=np.uint64)


def firsts(numbers: Array) -> Array:
    """For every row the first row with the same digest, from their `column`; a row with `NOTHING` is its own."""
    import numpy as np

    pairs = numbers.reshape(-1, 2)
    rows = np.arange(len(pairs), dtype=np.int64)
    if not len(pairs):
        return rows
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))  # stable: the first row of a group stays its first
    ordered = pairs[order]
    starts = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)]
    first = np.empty_like(rows)
    first[order] = order[np.maximum.accumulate(np.where(starts, rows, 0))]
    return np.where(is_nothing(numbers), rows, first)


def is_nothing(numbers: Array) -> Array:
    """True for the rows whose digest is `NOTHING`."""
    import numpy as np

    return np.asarray(~numbers.reshape(-1, 2).any(axis=1))
