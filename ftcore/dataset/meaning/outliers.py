"""Rows that are like nothing else, and rows whose label does not fit its neighbours."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftcore.dataset.meaning.records import Records, decode
from ftcore.embedding import DIMENSIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

NEIGHBOURS = 5
MOST_PAIRED = 4000
"""Up to so many rows each is compared with every other one."""
SAMPLE = 1000
"""Above, with so many first."""
SECOND_LOOK = 500
"""At least so many candidates of the sample's, and twice as many as wanted, are compared with all rows."""
BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A row that is nearer to the middle of `other`'s rows than to that of its own label's, by `by` (a difference of cosines)."""

    id: int
    label: Hashable
    other: Hashable
    by: float


def find_outliers(records: Records, k: int = 20, *, seed: int = 0) -> list[tuple[int, float]]:
    """(id, mean cosine with its 5 nearest neighbours) of the `k` rows least like anything else, the strangest first.

    Above 4,000 rows the candidates are those that are far from all of a seeded sample; what is given is measured
    against all rows. Rows without a word are left out, for there is nothing to compare.
    """
    import numpy as np

    every = np.flatnonzero(records.scales[records.rows] > 0)
    if len(every) <= 1:
        return []
    if len(every) <= MOST_PAIRED:
        some, near = every, _nearness(records, every)
    else:
        sampled = np.sort(np.random.default_rng(seed).choice(every, SAMPLE, replace=False))
        closest = _closest(records, every, sampled)
        some = np.sort(every[np.argsort(closest, kind="stable")[: max(2 * k, SECOND_LOOK)]])
        near = _nearness_of_few(records, some, every)
    order = np.lexsort((records.ids[some], near))[:k]
    return [(int(records.ids[some[at]]), float(near[at])) for at in order]


def find_misplaced(records: Records, labels: Mapping[int, Hashable], k: int = 50) -> list[Misplaced]:
    """The `k` rows whose label fits them worst, the clearest first: another label's middle is nearer than their own's, from
    which they are left out themselves. `labels` is by example id; labels with fewer than three rows are not judged."""
    import numpy as np

    places, known = records.find(np.fromiter(labels, np.int64, len(labels)))
    names = list(dict.fromkeys(labels.values()))
    number = {name: at for at, name in enumerate(names)}
    owner = np.fromiter((number[label] for label in labels.values()), np.int64, len(labels))[known]
    places = places[known]
    sums = np.zeros((len(names), DIMENSIONS), np.float32)
    for part, vectors in _parts(records, places):
        np.add.at(sums, owner[part], vectors)
    fit = np.bincount(owner, minlength=len(names)) >= 3
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    middles = np.where(fit[:, None], sums / np.where(lengths > 0, lengths, 1), 0)
    found: list[Misplaced] = []
    for part, vectors in _parts(records, places):
        own = owner[part]
        cosines = vectors @ middles.T
        cosines[:, ~fit] = -np.inf
        mine = _own_cosines(vectors, sums[own])
        cosines[np.arange(len(own)), own] = -np.inf
        other = cosines.argmax(axis=1)
        by = cosines[np.arange(len(own)), other] - mine
        judged = fit[own] & (np.abs(vectors).max(axis=1) > 0) & (by > 0) & np.isfinite(by)
        ids = records.ids[places[part]]
        found += [
            Misplaced(int(ids[at]), names[own[at]], names[other[at]], float(by[at])) for at in np.flatnonzero(judged)
        ]
    return sorted(found, key=lambda one: (-one.by, one.id))[:k]


def _own_cosines(vectors: Floats, sums: Floats) -> Floats:
    """The cosine of each vector with the middle of the others of its label."""
    import numpy as np

    others = sums - vectors
    lengths = np.linalg.norm(others, axis=1)
    cosines: Floats = (others * vectors).sum(axis=1) / np.where(lengths > 0, lengths, 1)
    return cosines


def _parts(records: Records, places: Ints) -> Iterator[tuple[slice, Floats]]:
    """(which of `places`, their vectors), in blocks."""
    for start in range(0, len(places), BLOCK):
        part = slice(start, min(start + BLOCK, len(places)))
        yield part, decode(records, places[part])


def _nearness(records: Records, rows: Ints) -> Floats:
    """The mean cosine of each row with its nearest neighbours among these rows, itself left out."""
    import numpy as np

    against = decode(records, rows)
    many = min(NEIGHBOURS, len(rows) - 1)
    near = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), BLOCK):
        cosines = against[start : start + BLOCK] @ against.T
        cosines[np.arange(len(cosines)), np.arange(start, start + len(cosines))] = -1
        near[start : start + BLOCK] = np.partition(cosines, -many, axis=1)[:, -many:].mean(axis=1)
    return near


def _closest(records: Records, rows: Ints, sample: Ints) -> Floats:
    """The cosine of each row with the nearest of a sample, itself left out."""
    import numpy as np

    against = decode(records, sample)
    own = np.minimum(np.searchsorted(sample, rows), len(sample) - 1)
    inside = sample[own] == rows
    closest = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), BLOCK):
        part = slice(start, start + BLOCK)
        cosines = decode(records, rows[part]) @ against.T
        here = np.flatnonzero(inside[part])
        cosines[here, own[part][here]] = -1
        closest[part] = cosines.max(axis=1)
    return closest


def _nearness_of_few(records: Records, rows: Ints, every: Ints) -> Floats:
    """As `_nearness`, of few rows among many: these are gone through in blocks."""
    import numpy as np

    few = decode(records, rows)
    many = min(NEIGHBOURS, len(every) - 1)
    best = np.full((len(rows), many), -1, np.float32)
    for start in range(0, len(every), BLOCK):
        block = every[start : start + BLOCK]
        cosines = few @ decode(records, block).T
        cosines[rows[:, None] == block[None, :]] = -1
        both = np.concatenate([best, cosines], axis=1)
        best = np.partition(both, -many, axis=1)[:, -many:]
    return best.mean(axis=1)
