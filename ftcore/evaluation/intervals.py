"""Confidence intervals for an average, chosen so that they hold in small and skewed samples.

Every sample is a set of independent units: an item, or a cluster of items (a document, a customer) with the `sums` of
its values and its `sizes`. The average is sum(sums) / sum(sizes). Plain t and bootstrap intervals are too short when few
values differ (.80 instead of .95 for 20 right-or-wrong items): hence the choice made in `interval`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Scores = Sequence[float | None] | Floats
"""(n,) in [0, 1]; None or NaN = missing."""

RESAMPLES = 9_999
SMALL = 30
"""Below so many independent units no bootstrap is trusted."""
LARGE = 100
VARIED = 10
"""So many units must differ from the usual value, or nothing is known of the tails."""
_CHUNK = 2_000_000


class Interval(NamedTuple):
    low: float
    high: float
    se: float
    """Standard error that the interval rests on."""
    method: str
    rough: bool = False


class Units(NamedTuple):
    sums: Floats
    sizes: Floats

    @property
    def average(self) -> float:
        return float(self.sums.sum() / self.sizes.sum())

    @property
    def worth(self) -> float:
        """How many equally large units these are worth (Kish): unequal clusters count for fewer."""
        return float(self.sizes.sum() ** 2 / (self.sizes**2).sum())


def gather(values: Floats, clusters: NDArray[np.int64] | None) -> Units:
    """The units of `values` (n,); `clusters` (n,) numbers each item's cluster, None = every item by itself."""
    if clusters is None:
        return Units(values, np.ones_like(values))
    sums, sizes = np.bincount(clusters, weights=values), np.bincount(clusters)
    return Units(np.asarray(sums, dtype=np.float64), np.asarray(sizes, dtype=np.float64))


def interval(
    units: Units, span: tuple[float, float], *, alpha: float, seed: int, resampled: Floats | None = None
) -> Interval:
    """The interval for the average of values within `span` = (least, greatest possible).

    Fewer than 30 units, or fewer than 10 that differ from the usual value: t after adding one unit at each end of the
    span ("rough"). From 30: the wider of t and BCa. From 100: BCa. `resampled` (9,999,) are the resampled averages where
    they are known already.
    """
    lowest, highest = span
    count, clustered = units.worth, bool(np.any(units.sizes != 1))
    kind = "cluster " if clustered else ""
    if count < SMALL or _varied(units) < VARIED:
        found = t_interval(_widened(units, span), alpha, f"{kind}t, one extreme value added at each end", rough=True)
    else:
        plain = t_interval(units, alpha, f"{kind}t")
        if resampled is None:
            resampled = _resample(units, np.random.default_rng(seed))
        bootstrapped = bca_of(resampled, units, alpha, plain.se, f"{kind}BCa bootstrap")
        if bootstrapped is None:
            found = t_interval(
                _widened(units, span), alpha, f"{kind}t, one extreme value added at each end", rough=True
            )
        elif count >= LARGE or bootstrapped.high - bootstrapped.low >= plain.high - plain.low:
            found = bootstrapped
        else:
            found = plain
    return found._replace(low=max(lowest, found.low), high=min(highest, found.high))


def t_interval(units: Units, alpha: float, method: str, *, rough: bool = False) -> Interval:
    """Student's t for the average; with clusters, for the ratio by linearisation."""
    from scipy.special import stdtrit

    average, count = units.average, len(units.sums)
    residuals = units.sums - average * units.sizes
    se = math.sqrt(count / max(count - 1, 1) * float((residuals**2).sum())) / float(units.sizes.sum())
    half = float(stdtrit(max(units.worth - 1, 1.0), 1 - alpha / 2)) * se
    return Interval(average - half, average + half, se, method, rough)


def bca(units: Units, alpha: float, seed: int, se: float, method: str) -> Interval | None:
    """Bias-corrected and accelerated bootstrap (Efron 1987) with 9,999 resamples; None where it is not defined, as it
    is not when all values are equal."""
    return bca_of(_resample(units, np.random.default_rng(seed)), units, alpha, se, method)


def bca_of(resampled: Floats, units: Units, alpha: float, se: float, method: str) -> Interval | None:
    """The BCa interval from averages (9,999,) of resampled units."""
    from scipy.special import ndtr, ndtri

    # Averages that are equal in truth may differ in the last bits.
    resampled, average = np.round(resampled, 12), round(units.average, 12)
    below = float((resampled < average).mean() + (resampled <= average).mean()) / 2
    if not 0 < below < 1:
        return None
    bias = float(ndtri(below))
    left_out = (units.sums.sum() - units.sums) / (units.sizes.sum() - units.sizes)
    spread = left_out.mean() - left_out
    scale = float((spread**2).sum()) ** 1.5
    if scale == 0:
        return None
    acceleration = float((spread**3).sum()) / (6 * scale)
    places = []
    for z in (float(ndtri(alpha / 2)), float(ndtri(1 - alpha / 2))):
        shrunk = 1 - acceleration * (bias + z)
        if shrunk <= 0:
            return None
        places.append(float(ndtr(bias + (bias + z) / shrunk)))
    low, high = (float(bound) for bound in np.quantile(resampled, places))
    return Interval(low, high, se, method) if math.isfinite(low) and math.isfinite(high) else None


def wilson(ones: int, n: int, alpha: float) -> Interval:
    """Wilson's score interval for a share (1927)."""
    z = quantile(1 - alpha / 2)
    share = ones / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Interval(max(0.0, middle - half), min(1.0, middle + half), half / z, "Wilson")


def bonett_price(wins: int, losses: int, n: int, alpha: float) -> Interval:
    """Difference of two paired shares (Bonett and Price 2012): one is added to each discordant count, two to n."""
    better, worse = (wins + 1) / (n + 2), (losses + 1) / (n + 2)
    middle = better - worse
    se = math.sqrt((better + worse - middle**2) / (n + 2))
    half = quantile(1 - alpha / 2) * se
    return Interval(max(-1.0, middle - half), min(1.0, middle + half), se, "Bonett-Price")


def quantile(share: float) -> float:
    """Of the normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(share))


def _varied(units: Units) -> int:
    """How many units differ from the most common average, or from zero if those are fewer."""
    averages = np.round(units.sums / units.sizes, 12)
    usual = np.unique(averages, return_counts=True)[1].max()
    return int(min(len(averages) - usual, np.count_nonzero(averages)))


def _widened(units: Units, span: tuple[float, float]) -> Units:
    size = units.sizes.mean()
    return Units(np.append(units.sums, np.multiply(span, size)), np.append(units.sizes, (size, size)))


def _resample(units: Units, random: np.random.Generator) -> Floats:
    """(9,999,) averages of resampled units, drawn in chunks so that memory stays small."""
    clustered = bool(np.any(units.sizes != 1))
    parts = []
    for chosen in draws(len(units.sums), random):
        sums = units.sums[chosen].sum(axis=1)
        parts.append(sums / units.sizes[chosen].sum(axis=1) if clustered else sums / chosen.shape[1])
    return np.concatenate(parts)


def draws(count: int, random: np.random.Generator) -> Iterator[NDArray[np.int32]]:
    """9,999 times `count` places out of `count`, in parts of (rows, count)."""
    for size in chunks(RESAMPLES, count):
        yield random.integers(0, count, size=(size, count), dtype=np.int32)


def chunks(rows: int, columns: int) -> list[int]:
    """Numbers of rows that together make `rows`, each with at most about two million cells."""
    step = max(1, _CHUNK // max(columns, 1))
    return [min(step, rows - start) for start in range(0, rows, step)]
