"""A map of the rows: those that mean the same lie together.

First the 50 directions in which the vectors differ most (PCA), then neighbours are drawn together and others pushed apart, as in
LargeVis (Tang 2016, arXiv 1602.00370) and UMAP, with the forces of Student's t and all points moved at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftcore.dataset.meaning.records import Records, decode
from ftcore.dataset.sampling import sample

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MOST_POINTS = 20_000
DIRECTIONS, NEIGHBOURS = 50, 15
ROUNDS, STRANGERS, PUSH, FURTHEST = 200, 5, 2.0, 4.0
WIDTH = 3.0
"""The spread of the map before the forces work, in the units in which their reach is 1."""
BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Map:
    """Where each example lies: x and y between -1 and 1, aligned with `ids`, which rise."""

    ids: Ints
    x: NDArray[np.float32]
    y: NDArray[np.float32]


def draw_map(records: Records, ids: Sequence[int] | None = None, *, seed: int = 0, most: int = MOST_POINTS) -> Map:
    """Draws these examples, or all; a seeded sample of `most` when they are more. Rows without a vector or a word are left out.

    The same rows and seed give the same map on the same machine, in whatever order they come; another processor may add up in
    another order and give another map, as good. About 5 s for 10,000 points; the time grows with their square.
    """
    import numpy as np

    worded = records.ids[records.scales[records.rows] > 0]
    wanted = worded if ids is None else np.intersect1d(np.asarray(ids, np.int64), worded)
    if len(wanted) > most:
        wanted = np.sort(np.asarray(sample(wanted, most, seed), np.int64))
    vectors = decode(records, records.find(wanted)[0])
    places = _principal(vectors.astype(np.float64))
    if len(wanted) > 2:
        places = _refine(places, _neighbours(places), seed)
    places = places[:, :2] - places[:, :2].mean(axis=0) if len(places) else places[:, :2]
    places = places / (np.abs(places).max(initial=0) or 1.0)
    return Map(wanted, places[:, 0].astype(np.float32), places[:, 1].astype(np.float32))


def _principal(vectors: Floats) -> Floats:
    """The vectors in the directions in which they differ most; a direction's sign is made certain."""
    import numpy as np

    centred = vectors - (vectors.mean(axis=0) if len(vectors) else 0)
    directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :DIRECTIONS]
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(directions.shape[1])])
    places: Floats = centred @ directions
    return places


def _neighbours(places: Floats) -> Ints:
    """Pairs of rows, each once, the smaller first: every row with its nearest 15. Shape (pairs, 2)."""
    import numpy as np

    n, many = len(places), min(NEIGHBOURS, len(places) - 1)
    exact = places.astype(np.float32)
    squares = (exact * exact).sum(axis=1)
    nearest = np.empty((n, many), np.int64)
    for start in range(0, n, BLOCK):
        block = exact[start : start + BLOCK]
        distances = squares - 2 * block @ exact.T
        distances[np.arange(len(block)), np.arange(start, start + len(block))] = np.inf
        nearest[start : start + BLOCK] = np.argpartition(distances, many - 1, axis=1)[:, :many]
    one, other = np.repeat(np.arange(n), many), nearest.ravel()
    pairs = np.unique(np.minimum(one, other) * n + np.maximum(one, other))
    return np.stack(np.divmod(pairs, n), axis=1)


def _refine(places: Floats, pairs: Ints, seed: int) -> Floats:
    """Moves all points at once, in steps that become smaller: towards their neighbours, away from random others."""
    import numpy as np

    random, n = np.random.default_rng(seed), len(places)
    at = places[:, :2] * (WIDTH / (places[:, 0].std() or 1.0))
    one, other = pairs.T
    degree = np.maximum(np.bincount(pairs.ravel(), minlength=n), 1)[:, None]
    for turn in range(ROUNDS):
        apart = at[one] - at[other]
        pull = apart * (2 / (1 + (apart * apart).sum(axis=1)))[:, None]
        move = np.stack([np.bincount(other, pull[:, c], n) - np.bincount(one, pull[:, c], n) for c in (0, 1)], axis=1)
        move /= degree
        for _ in range(STRANGERS):
            apart = at - at[random.integers(0, n, n)]
            far = (apart * apart).sum(axis=1)
            push = apart * (2 * PUSH / ((0.01 + far) * (1 + far)))[:, None]
            move += np.clip(push, -FURTHEST, FURTHEST) / STRANGERS
        at = at + move * (1 - turn / ROUNDS)
    return at
