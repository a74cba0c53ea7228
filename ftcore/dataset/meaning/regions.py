"""The areas of a map, each with the words that tell it from the others."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ftcore.dataset.meaning.map import Map
from ftcore.dataset.traits.languages import ANY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST, MOST, ROWS_EACH = 8, 15, 60
"""8 to 15 areas; a map of fewer than 480 rows has at most one for every 10."""
SMALLEST = 10
TELLING = 3
SAME_BEGINNING = 4
WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Small words of questions, which the list of languages leaves out.
STOP_WORDS = ANY | frozenset(
    (
        "why",
        "am",
        "me",
        "us",
        "our",
        "any",
        "some",
        "did",
        "done",
        "got",
        "get",
        "just",
        "still",
        "want",
        "need",
        "please",
    )
)
# Words of scripts without spaces: a run of Chinese characters or of katakana. Hiragana between them is mostly grammar.
RUNS = re.compile(
    r"[\u3400-\u9fff]{2,}|[\u30a1-\u30ff]{2,}|[\u0e00-\u0eff]{2,}|[\u1000-\u109f]{2,}|[\u1780-\u17ff]{2,}"
)
LONGEST_RUN = 4
"""A longer run is several words: it is read two characters at a time."""


@dataclass(frozen=True, slots=True)
class Region:
    """An area around (x, y) with `rows` examples, those at `members` of the map. `label` is that of most of them, with its
    share; "" and 0 without labels."""

    x: float
    y: float
    rows: int
    words: tuple[str, ...]
    members: tuple[int, ...]
    label: str = ""
    share: float = 0.0


def find_regions(
    drawn: Map, texts: Sequence[str], labels: Sequence[Hashable] | None = None, *, seed: int = 0
) -> list[Region]:
    """The areas of a map, the largest first. `texts` and `labels` are aligned with the map's ids.

    A word tells when it is frequent here and rare elsewhere: share here x log(share here / share everywhere).
    Raises ValueError for lengths that differ.
    """
    import numpy as np

    if len(texts) != len(drawn.ids) or (labels is not None and len(labels) != len(texts)):
        raise ValueError("A map's texts and labels must be aligned with its ids.")
    if not len(texts):
        return []
    points = np.stack([drawn.x, drawn.y], axis=1).astype(np.float64)
    area = _areas(points, _how_many(len(points)), seed)
    words = [_words(text) for text in texts]
    everywhere = Counter(word for several in words for word in several)
    found = []
    for number in np.unique(area):
        members = np.flatnonzero(area == number)
        # The middle is the row nearest to the average: a ring's average would lie outside of it.
        inside = points[members]
        middle = inside[((inside - inside.mean(axis=0)) ** 2).sum(axis=1).argmin()]
        here = Counter(word for at in members for word in words[at])
        label, share = _label([labels[at] for at in members.tolist()]) if labels is not None else ("", 0.0)
        telling = _telling(here, len(members), everywhere, len(texts))
        x, y = float(middle[0]), float(middle[1])
        found.append(Region(x, y, len(members), telling, tuple(members.tolist()), label, share))
    return sorted(found, key=lambda region: (-region.rows, region.x, region.y))


def _how_many(n: int) -> int:
    return max(1, min(max(FEWEST, min(MOST, n // ROWS_EACH)), n // SMALLEST))


def _areas(points: NDArray[np.float64], many: int, seed: int) -> NDArray[Any]:
    """k-means with k-means++ beginnings: the number of its area for every point."""
    import numpy as np

    random = np.random.default_rng(seed)
    middles = points[[random.integers(len(points))]]
    while len(middles) < many:
        far = ((points[:, None] - middles[None]) ** 2).sum(axis=2).min(axis=1)
        if far.sum() == 0:
            break
        middles = np.vstack([middles, points[random.choice(len(points), p=far / far.sum())]])
    for _ in range(50):
        area = ((points[:, None] - middles[None]) ** 2).sum(axis=2).argmin(axis=1)
        counts = np.bincount(area, minlength=len(middles))[:, None]
        sums = np.stack([np.bincount(area, points[:, c], len(middles)) for c in (0, 1)], axis=1)
        moved = np.where(counts > 0, sums / np.maximum(counts, 1), middles)
        if np.array_equal(moved, middles):
            break
        middles = moved
    return area


def _words(text: str) -> frozenset[str]:
    """A text's words that can tell something."""
    words = WORDS.findall(text.lower().replace("’", "'"))
    found = {word for word in words if len(word) > 2 and word.isascii() and "'" not in word and word not in STOP_WORDS}
    for word in words:
        if word.isascii():
            continue
        runs = RUNS.findall(word)
        if not runs and len(word) > 2 and word not in STOP_WORDS:
            found.add(word)
        for run in runs:
            found.update([run] if len(run) <= LONGEST_RUN else [run[at : at + 2] for at in range(len(run) - 1)])
    return frozenset(found)


def _telling(here: Counter[str], rows: int, everywhere: Counter[str], all_rows: int) -> tuple[str, ...]:
    least = max(2, rows // 50) if rows > 3 else 1

    def score(word: str) -> float:
        share = here[word] / rows
        return share * math.log(share / (everywhere[word] / all_rows))

    chosen: list[str] = []
    for word in sorted((w for w in here if here[w] >= least and score(w) >= 0), key=lambda w: (-score(w), -here[w], w)):
        # Not "card" and "cards".
        if not any(word[:SAME_BEGINNING] == other[:SAME_BEGINNING] for other in chosen):
            chosen.append(word)
        if len(chosen) == TELLING:
            break
    return tuple(chosen)


def _label(labels: Sequence[Hashable]) -> tuple[str, float]:
    counts = Counter(label for label in labels if label is not None)
    if not counts:
        return "", 0.0
    best = min(counts, key=lambda label: (-counts[label], str(label)))
    return str(best), counts[best] / len(labels)
