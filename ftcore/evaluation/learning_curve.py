"""Would more training examples help? A curve through what smaller shares of them taught, with a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.intervals import Floats

DRAWS = 1_000
FARTHEST = 2.0
"""Beyond so many times the largest number of examples that was tried, nothing is said."""
_POWERS = np.linspace(0.1, 1.0, 46)
"""Exponents of learning curves as they have been found; most lie around one half, and none above 1."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """`average` in [0, 1] with its 95% band, at `examples` training examples."""

    examples: float
    average: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Average score = 1 - (a + b n^-c), once for the data and once for every draw.

    The band says how much the test examples leave open. It does not hold what another training run with the same
    examples would change: one run was made for each size.
    """

    sizes: tuple[int, ...]
    averages: tuple[float, ...]
    a: float
    b: float
    c: float
    draws: NDArray[np.float64] = field(compare=False, repr=False)
    """(draws, 3): a, b, c."""
    alpha: float = 0.05

    @property
    def farthest(self) -> int:
        """The largest number of training examples about which something is said."""
        return int(FARTHEST * self.sizes[-1])

    def at(self, examples: float) -> CurvePoint:
        """The average to be expected with so many training examples. Raises EvaluationError beyond twice the largest
        number that was tried, and below the smallest."""
        self._check(examples)
        low, high = np.quantile(self._draws_at(examples), [self.alpha / 2, 1 - self.alpha / 2])
        average = float(np.clip(1 - (self.a + self.b * examples**-self.c), 0, 1))
        return CurvePoint(examples, average, min(float(low), average), max(float(high), average))

    def gain(self, examples: float) -> CurvePoint:
        """What so many examples would add to the average of the largest number that was tried."""
        self._check(examples)
        now = self.sizes[-1]
        gains = self._draws_at(examples) - self._draws_at(now)
        low, high = np.quantile(gains, [self.alpha / 2, 1 - self.alpha / 2])
        gain = self.at(examples).average - self.at(now).average
        return CurvePoint(examples, gain, min(float(low), gain), max(float(high), gain))

    def band(self, count: int = 40) -> list[CurvePoint]:
        """Points for a chart, from the smallest number that was tried to twice the largest."""
        return [self.at(float(n)) for n in np.geomspace(self.sizes[0], self.farthest, count)]

    def _draws_at(self, examples: float) -> Floats:
        a, b, c = self.draws.T
        return np.asarray(np.clip(1 - (a + b * examples**-c), 0, 1), dtype=np.float64)

    def _check(self, examples: float) -> None:
        if not self.sizes[0] * 0.999 <= examples <= FARTHEST * self.sizes[-1] * 1.001:
            raise EvaluationError(
                f"The curve rests on {self.sizes[0]:,} to {self.sizes[-1]:,} training examples and says nothing about "
                f"{examples:,.0f}: at most about twice as many as were tried ({self.farthest:,})."
            )


def learning_curve(
    points: Sequence[tuple[int, Sequence[float | None]]], *, alpha: float = 0.05, draws: int = DRAWS, seed: int = 0
) -> LearningCurve:
    """The curve through three or more sizes.

    `points`: (training examples, the scores (n,) of the model trained on them, on the same test examples in the same
    order). Each draw takes test examples at random, the same for all sizes, and fits err = a + b n^-c with a and b not
    below 0, so that more examples never make it worse. A test example that misses a score at one size is left out.
    Raises EvaluationError for fewer than three sizes, scores that do not match, or fewer than ten test examples.
    """
    ordered = sorted(points, key=lambda point: point[0])
    sizes = [int(size) for size, _ in ordered]
    if len(set(sizes)) < 3 or len(set(sizes)) < len(sizes) or sizes[0] < 1:
        raise EvaluationError("A learning curve needs the scores of three different numbers of training examples.")
    if len({len(scores) for _, scores in ordered}) > 1:
        raise EvaluationError("The models of a learning curve must have been asked the same test examples.")
    table = np.array([[np.nan if s is None else s for s in scores] for _, scores in ordered], dtype=np.float64)
    table = table[:, ~np.isnan(table).any(axis=0)]
    if table.shape[1] < 10:
        raise EvaluationError(
            f"A learning curve needs ten test examples that every model answered; there are {table.shape[1]}."
        )
    if bool(np.any((table < 0) | (table > 1))):
        raise EvaluationError("Scores go from 0 to 1.")
    errors = 1 - table
    chosen = np.random.default_rng(seed).integers(0, table.shape[1], size=(draws, table.shape[1]))
    resampled = np.stack([row[chosen].mean(axis=1) for row in errors], axis=1)
    fitted = fit(np.array(sizes, dtype=np.float64), np.vstack([errors.mean(axis=1), resampled]))
    a, b, c = (float(value) for value in fitted[0])
    return LearningCurve(tuple(sizes), tuple(float(row.mean()) for row in table), a, b, c, fitted[1:], alpha)


def fit(sizes: Floats, errors: Floats) -> Floats:
    """(rows, 3): a, b, c of the curves through `errors` (rows, sizes), by least squares with a, b >= 0.

    For a given c the curve is a straight line in n^-c, so every c of a grid is tried for all rows at once.
    """
    best = np.full(len(errors), np.inf)
    found = np.zeros((len(errors), 3))
    middle = errors.mean(axis=1)
    for power in _POWERS:
        x = sizes**-power
        away = x - x.mean()
        b = np.maximum(errors @ away / (away @ away), 0.0)
        a = middle - b * x.mean()
        below = a < 0  # then the line goes through the origin
        b = np.where(below, np.maximum(errors @ x / (x @ x), 0.0), b)
        a = np.where(below, 0.0, a)
        loss = ((errors - a[:, None] - b[:, None] * x) ** 2).sum(axis=1)
        better = loss < best - 1e-15
        best = np.where(better, loss, best)
        found[better] = np.stack([a, b, np.full(len(b), power)], axis=1)[better]
    return found
