"""Do two raters agree by more than chance? Cohen's kappa (1960), weighted (1968), with its interval."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.intervals import Floats, quantile

Weights = Literal["linear", "quadratic"] | None


@dataclass(frozen=True, slots=True)
class Kappa:
    """`value`: 1 = they always agree, 0 = as often as chance would have it; None where that cannot be said, because
    nothing was rated or both said one and the same thing of everything. `agreement`: the share on which they agree,
    weighted. `n`: how many both have rated."""

    value: float | None
    low: float
    high: float
    n: int
    agreement: float


def kappa(
    a: Sequence[Hashable],
    b: Sequence[Hashable],
    weights: Weights = None,
    *,
    categories: Sequence[Hashable] | None = None,
    alpha: float = 0.05,
) -> Kappa:
    """How far two raters' categories (n,) agree beyond chance; None or NaN = not rated, and left out.

    With weights a near miss counts as half an agreement: by the distance of the categories ("linear") or its square
    ("quadratic"). Numbers are as far apart as they are; other categories stand in the order of `categories` (needed for
    weights), one apart. The interval is that of Fleiss, Cohen and Everitt (1969); where all agree it has no width, so
    one disagreement as large as possible is assumed for its low end. Raises EvaluationError for lists of different
    length and for a category that is not listed.
    """
    if len(a) != len(b):
        raise EvaluationError(f"The two raters must have rated the same items: {len(a)} and {len(b)} are given.")
    if weights not in (None, "linear", "quadratic"):
        raise EvaluationError(f"The weights of kappa are None, 'linear' or 'quadratic', not {weights!r}.")
    pairs = [(_plain(x), _plain(y)) for x, y in zip(a, b, strict=True) if not _missing(x) and not _missing(y)]
    known = _categories(pairs, categories, weights)
    n = len(pairs)
    if n == 0:
        return Kappa(None, -1.0, 1.0, 0, 0.0)
    table = np.zeros((len(known), len(known)))
    places = {category: at for at, category in enumerate(known)}
    for x, y in pairs:
        table[places[x], places[y]] += 1
    credit = _credit(known, weights)
    value, se, agreement = _kappa(table, credit)
    if value is None:
        return Kappa(None, -1.0, 1.0, n, agreement)
    z = quantile(1 - alpha / 2)
    low, high = value - z * se, value + z * se
    if agreement == 1:
        worst = np.unravel_index(int(np.argmin(credit)), credit.shape)
        table[worst] += 0.5
        table[worst[::-1]] += 0.5
        doubted, se, _ = _kappa(table, credit)
        low = (doubted or 0.0) - z * se
    return Kappa(value, max(-1.0, low), min(1.0, high), n, agreement)


def _kappa(table: Floats, credit: Floats) -> tuple[float | None, float, float]:
    """(kappa, its standard error, the weighted agreement) of a table of counts."""
    n = float(table.sum())
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float((credit * shares).sum()), float(rows @ credit @ columns)
    if expected > 1 - 1e-12:
        return None, 0.0, observed
    value = (observed - expected) / (1 - expected)
    by_row, by_column = credit @ columns, rows @ credit
    inner = credit - (by_row[:, None] + by_column[None, :]) * (1 - value)
    variance = float((shares * inner**2).sum()) - (value - expected * (1 - value)) ** 2
    return value, math.sqrt(max(0.0, variance) / n) / (1 - expected), observed


def _credit(known: list[Any], weights: Weights) -> Floats:
    """(k, k) how much of an agreement each pair of categories is, from 0 to 1."""
    if weights is None or len(known) < 2:
        return np.eye(len(known))
    places = np.array(known if _numbers(known) else range(len(known)), dtype=np.float64)
    apart = np.abs(places[:, None] - places[None, :])
    apart = apart / apart.max()
    return np.asarray(1 - (apart if weights == "linear" else apart**2), dtype=np.float64)


def _categories(pairs: list[tuple[Any, Any]], categories: Sequence[Hashable] | None, weights: Weights) -> list[Any]:
    used = dict.fromkeys(category for pair in pairs for category in pair)
    if categories is not None:
        known = list(dict.fromkeys(_plain(category) for category in categories))
        strange = next((category for category in used if category not in known), None)
        if strange is not None:
            raise EvaluationError(f"{strange!r} is none of the categories.")
        return known
    if _numbers(list(used)):
        return sorted(used)
    if weights is not None:
        raise EvaluationError("With weights, categories that are no numbers must be listed in their order.")
    return list(used)


def _numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _plain(value: Any) -> Any:
    """numpy's numbers as Python's."""
    return value.item() if isinstance(value, np.generic) else value


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float | np.floating) and math.isnan(value))
