"""Rows that say the same, as pairs and as groups, and how alike is alike enough: in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ftcore.dataset.likeness.index import LikenessIndex


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rows, `earlier` before `later`, and their Jaccard similarity in [0, 1] (1.0: the same but for case and punctuation)."""

    earlier: int
    later: int
    similarity: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Rows that are linked by pairs, also by way of others, ascending; and the most similar pair among them."""

    rows: tuple[int, ...]
    closest: Pair


@dataclass(frozen=True, slots=True)
class Threshold:
    """A similarity in words. `one` and `other` are called near-duplicates from this threshold on, not at the stricter ones."""

    words: str
    similarity: float
    one: str
    other: str


THRESHOLD_WORDS: tuple[Threshold, ...] = (
    Threshold(
        "only nearly identical",
        0.85,
        "The lamp that I ordered from your shop last week came without its bulb and without the screws for the wall, so "
        "please tell me when you can send the missing parts to me.",
        "The lamp that I ordered from your shop last week came without its bulb and without the screws for the wall, so "
        "please tell me when you can send the missing parts.",
    ),
    Threshold(
        "clearly alike",
        0.6,
        "The lamp that I ordered from your shop last week came without its bulb and without the screws for the wall.",
        "The lamp that I ordered from your shop last week arrived without its bulb and without the screws for the wall.",
    ),
    Threshold(
        "loosely alike",
        0.5,
        "The lamp that I ordered from your shop last week came without its bulb and without the screws for the wall.",
        "The lamp that I ordered from you last week came without its bulb and without the screws for it.",
    ),
)
"""From strict to loose; the middle one is what a project starts with."""


def near_duplicates(texts: Sequence[str], similarity: float = 0.6) -> list[Pair]:
    """Pairs of rows at least so similar, ordered by the later row. Of many rows that are all the same, each is paired with the
    first only. The rules for short rows and scripts without spaces are `LikenessIndex.pairs`'."""
    if len(texts) < 2:
        return []
    index = LikenessIndex()
    index.add(texts)
    found = [
        pair
        for block in index.pairs(lambda rows: {row: texts[row] for row in rows}, similarity)
        for pair in as_pairs(*block)
    ]
    return sorted(found, key=lambda pair: (pair.later, pair.earlier))


def as_pairs(earlier: Iterable[int], later: Iterable[int], similarity: Iterable[float]) -> Iterator[Pair]:
    """Numpy's numbers as pairs of Python's."""
    for one, other, measured in zip(earlier, later, similarity, strict=True):
        yield Pair(int(one), int(other), float(measured))


def groups(texts: Sequence[str], similarity: float = 0.6) -> list[int]:
    """For every row the first row of its group: rows linked by near-duplicates, also by way of others."""
    first = list(range(len(texts)))
    for cluster in clusters(near_duplicates(texts, similarity)):
        for row in cluster.rows:
            first[row] = cluster.rows[0]
    return first


def clusters(pairs: Iterable[Pair]) -> list[Cluster]:
    """The groups of rows that pairs link, ordered by their first rows. Rows in no pair are in no group."""
    parent: dict[int, int] = {}
    closest: dict[int, Pair] = {}

    def find(row: int) -> int:
        parent.setdefault(row, row)
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for pair in pairs:
        one, other = sorted((find(pair.earlier), find(pair.later)))
        known = [closest.pop(root) for root in {one, other} if root in closest]
        parent[other] = one
        closest[one] = max(pair, *known, key=_closeness) if known else pair
    together: dict[int, list[int]] = defaultdict(list)
    for row in sorted(parent):
        together[find(row)].append(row)
    return [Cluster(tuple(rows), closest[root]) for root, rows in sorted(together.items())]


def _closeness(pair: Pair) -> tuple[float, int, int]:
    return pair.similarity, -pair.earlier, -pair.later
