"""Several tests at once: p values adjusted, so that one lucky result among many is not taken for a find."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ftcore.evaluation.errors import EvaluationError


def holm(p_values: Sequence[float | None]) -> list[float]:
    """Adjusted p values (m,), in the order given (Holm 1979): where they are below .05, the chance that even one of
    those finds is false is at most 5%. For the other arms and measures of a run. NaN or None = not tested: stays NaN
    and does not count."""
    found = _read(p_values)
    order = _order(found)
    steps = found[order] * (len(order) - np.arange(len(order)))
    return _written(found, order, np.minimum(np.maximum.accumulate(steps), 1.0))


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float]:
    """Adjusted p values (m,), in the order given (Benjamini and Hochberg 1995): of the finds below .05, about 5% are
    expected to be false. For slices of the test set, where some false alarms are bearable. NaN or None = not tested."""
    found = _read(p_values)
    order = _order(found)
    steps = found[order] * len(order) / np.arange(1, len(order) + 1)
    return _written(found, order, np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0))


def _read(p_values: Sequence[float | None]) -> NDArray[np.float64]:
    try:
        found = np.array([np.nan if p is None else p for p in p_values], dtype=np.float64)
    except (TypeError, ValueError):
        raise EvaluationError("p values must be a list of numbers from 0 to 1, with None where none is.") from None
    if found.ndim != 1 or bool(np.any((found < 0) | (found > 1))):
        raise EvaluationError("p values must be a list of numbers from 0 to 1, with None where none is.")
    return found


def _order(found: NDArray[np.float64]) -> NDArray[np.intp]:
    """The places of the tested ones, the smallest p value first."""
    return np.argsort(found, kind="stable")[: int(np.sum(~np.isnan(found)))]


def _written(found: NDArray[np.float64], order: NDArray[np.intp], adjusted: NDArray[np.float64]) -> list[float]:
    result = np.full(len(found), np.nan)
    result[order] = adjusted
    return [float(p) for p in result]
