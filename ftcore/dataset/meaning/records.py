"""Vectors as they lie on disk, 256 int8 and a scale each, and how to compare with all of them quickly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ftcore.embedding import DIMENSIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

KEYS = (("id", "<i8"), ("digest", "<u8"), ("scale", "<f4"))
KEY_BYTES = 20
GONE = 0
"""The digest of a record that takes its id away."""
BLOCK = 8192
"""Records turned into float32 at a time: 8 MB, which stays in a processor's cache."""


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a store (`keys`, `vectors`), and for each id that counts, rising, the record that holds it (`rows`).

    `scales` has for each record what makes its vector's length 1; 0 for a text without a word.
    """

    keys: NDArray[Any]
    vectors: NDArray[np.int8]
    scales: Floats
    ids: Ints
    rows: Ints

    @classmethod
    def none(cls) -> Records:
        import numpy as np

        nobody = np.empty(0, np.int64)
        return cls(np.empty(0, list(KEYS)), np.empty((0, DIMENSIONS), np.int8), np.empty(0, np.float32), nobody, nobody)

    def extended(self, keys: Path, vectors: Path, count: int) -> Records:
        """These records and those that the files hold after them, up to `count`. Raises FileNotFoundError."""
        import numpy as np

        if count == 0:
            return Records.none()
        before = len(self.keys)
        new = np.fromfile(keys, list(KEYS), count - before, offset=before * KEY_BYTES)
        every = np.concatenate([self.keys, new])
        mapped = np.memmap(vectors, np.int8, "r", shape=(count, DIMENSIONS))
        scales = np.ascontiguousarray(every["scale"])
        fresh = np.concatenate([self.ids[-1:], new["id"]])
        if (fresh[1:] > fresh[:-1]).all() and (
            new["digest"] != GONE
        ).all():  # only new rows: the usual case, and quicker
            more = np.arange(before, count)
            return Records(
                every, mapped, scales, np.concatenate([self.ids, new["id"]]), np.concatenate([self.rows, more])
            )
        stays = ~np.isin(self.ids, new["id"])
        ids = np.concatenate([self.ids[stays], new["id"]])
        rows = np.concatenate([self.rows[stays], np.arange(before, count)])
        # The last record of an id is the one that counts.
        ids, last = np.unique(ids[::-1], return_index=True)
        rows = rows[::-1][last]
        there = every["digest"][rows] != GONE
        return Records(every, mapped, scales, ids[there], rows[there])

    def find(self, ids: Ints) -> tuple[Ints, NDArray[np.bool_]]:
        """(places in `self.ids`, whether the id is there at all); the place of an unknown id means nothing."""
        import numpy as np

        if not len(self.ids):
            return np.zeros(len(ids), np.int64), np.zeros(len(ids), bool)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return at, self.ids[at] == ids

    def digests_of(self, ids: Ints) -> NDArray[np.uint64]:
        """The digest of the text that each vector was made from; GONE for ids without one."""
        import numpy as np

        at, known = self.find(ids)
        found = np.full(len(ids), GONE, np.uint64)
        found[known] = self.keys["digest"][self.rows[at[known]]]
        return found

    def blocks(self, size: int = BLOCK) -> Iterator[tuple[slice, Floats]]:
        """(which of `self.ids`, their vectors as float32), from the first to the last."""
        import numpy as np

        for start in range(0, len(self.ids), size):
            part = slice(start, min(start + size, len(self.ids)))
            yield part, decode(self, np.arange(part.start, part.stop))


def encode(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """(int8 values, scales): each vector's largest number becomes 127. Cosines keep about three digits."""
    import numpy as np

    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    values = np.rint(vectors * (127 / np.where(largest > 0, largest, 1))).astype(np.int8)
    lengths = np.linalg.norm(values.astype(np.float32), axis=1)
    return values, np.where(lengths > 0, 1 / np.where(lengths > 0, lengths, 1), 0).astype(np.float32)


def decode(records: Records, at: Ints) -> Floats:
    """The vectors at these places of `records.ids`, float32, of length 1 (or 0)."""
    import numpy as np

    rows = records.rows[at]
    whole = np.asarray(records.vectors[rows], np.float32)
    whole *= records.scales[rows][:, None]
    return whole


def cosines(records: Records, query: Floats) -> Floats:
    """The cosine of each of `records.ids` with one vector of length 1."""
    import numpy as np

    count = len(records.vectors)
    products, block = np.empty(count, np.float32), np.empty((min(BLOCK, count), DIMENSIONS), np.float32)
    for start in range(0, count, BLOCK):
        part = records.vectors[start : start + BLOCK]
        np.copyto(block[: len(part)], part)
        np.dot(block[: len(part)], query, out=products[start : start + len(part)])
    found: Floats = products[records.rows] * records.scales[records.rows]
    return found
