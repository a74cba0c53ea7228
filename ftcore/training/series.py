"""Jobs that are launched together: the same examples with several seeds, or growing parts of them for a learning curve."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from math import ceil

SIZES = (0.25, 0.5, 1.0)
"""The size series: a quarter, a half, all of the training rows."""


def size_of(share: float, rows: int) -> int:
    """How many of so many training rows a share is; never none of some."""
    return min(rows, ceil(share * rows - 1e-9))


def place(digest: str, example_id: int) -> bytes:
    """Where a training row stands when parts are taken: by chance, and the same for every part of one snapshot (`digest`), so that
    a smaller part is inside every larger one."""
    return hashlib.sha256(f"{digest}:{example_id}".encode()).digest()


def part(digest: str, example_ids: Iterable[int], share: float) -> list[int]:
    """The training rows that a job of this share learns from, in the order of their `place`."""
    ordered = sorted(example_ids, key=lambda id_: place(digest, id_))
    return ordered[: size_of(share, len(ordered))]
