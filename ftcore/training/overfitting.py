"""Has the model begun to learn its examples by heart, or was it stopped while it still learnt? Told from the losses alone, and only
when they show it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from math import sqrt
from statistics import fmean, stdev

from ftcore.records import Metric

POINTS = 12
"""A server that measures the validation loss at every step measures it on a few rows: such noise is averaged into at most
so many points."""
WORSE = 0.02
"""How much of the best validation loss must have been lost again in the end. Less is what another seed would change."""
NOISE = 4.0
"""By how many standard errors of the averaged points the later ones must be worse; the best of twelve is lower by chance."""
FELL = 0.05
"""By how much of itself the validation loss must have fallen in the last third to be called falling still."""
LATER = 2
"""Measurements after the best one that must all be worse: one alone may be chance."""


def overfitting_since(metrics: Sequence[Metric]) -> int | None:
    """The step of the best validation loss, when every later one is worse, the last by 2% or more, while the training loss
    went on falling; None when that is not so, or not yet known. `metrics` may come in any order; losses are means per token."""
    told = sorted(metrics, key=lambda metric: metric.step)
    validated, noise = _averaged([(m.step, m.valid_loss) for m in told if m.valid_loss is not None])
    if len(validated) <= LATER:
        return None
    best = min(range(len(validated)), key=lambda at: validated[at][1])
    step, lowest = validated[best]
    later = [loss for _, loss in validated[best + 1 :]]
    if len(later) < LATER or min(later) <= lowest * (1 + WORSE / 2) or later[-1] < lowest * (1 + WORSE):
        return None
    if fmean(later) - lowest <= NOISE * noise:
        return None
    return step if _went_on_falling(told, step) else None


def still_falling(metrics: Sequence[Metric]) -> tuple[float, float] | None:
    """The validation loss two thirds of the way and at the end, when it fell by 5% or more between them and was never lower
    than at the end: more passes may teach more. None when that is not so, or not known. Of a training that has ended; `metrics`
    may come in any order."""
    told = sorted(metrics, key=lambda metric: metric.step)
    validated, noise = _averaged([(m.step, m.valid_loss) for m in told if m.valid_loss is not None])
    if len(validated) <= LATER:
        return None
    last, end = validated[-1]
    before = next((loss for step, loss in reversed(validated[:-1]) if step * 3 <= last * 2), validated[0][1])
    fell = before - end
    lowest = min(loss for _, loss in validated)
    return (before, end) if end == lowest and fell >= FELL * before and fell > NOISE * noise else None


def best_step(metrics: Sequence[Metric]) -> int | None:
    """The step with the lowest validation loss; None where none was measured."""
    validated = [(m.valid_loss, m.step) for m in metrics if m.valid_loss is not None]
    return min(validated)[1] if validated else None


def _went_on_falling(told: Sequence[Metric], step: int) -> bool:
    losses = [(m.step, m.train_loss) for m in told if m.train_loss is not None]
    before = [loss for at, loss in losses if at <= step]
    after = [loss for at, loss in losses if at > step]
    if not before or not after:
        return False
    window = max(1, min(len(before), len(after)) // 2)
    return sum(after[-window:]) / window < sum(before[-window:]) / window


def _averaged(points: list[tuple[int, float]]) -> tuple[list[tuple[int, float]], float]:
    """At most POINTS points, each the mean of its neighbours, at the last of their steps; and the standard error of such a
    mean (0 where nothing had to be averaged: then it is not known)."""
    if len(points) < 2 * POINTS:
        return points, 0.0
    edges = [round(at * len(points) / POINTS) for at in range(POINTS + 1)]
    parts = [points[first:last] for first, last in itertools.pairwise(edges)]
    errors = [stdev(loss for _, loss in part) / sqrt(len(part)) for part in parts]
    return [(part[-1][0], fmean(loss for _, loss in part)) for part in parts], fmean(errors)
