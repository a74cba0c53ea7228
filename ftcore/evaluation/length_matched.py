"""Is the longer answer only liked because it is longer? The comparison again, among answers of like length.

Judges, and people, prefer long answers (arXiv 2404.04475). Where the candidate's gain is gone among pairs of like length,
it was bought with length.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.intervals import Scores
from ftcore.records import Comparison

RATIO = 1.25


@dataclass(frozen=True, slots=True)
class LengthMatched:
    """`matched`: the comparison over the pairs of which neither answer is more than `ratio` times as long as the other;
    `everything`: over all. `longer`: the candidate's median length over the baseline's. `follows`: the rank correlation
    (Spearman) of the difference in score with the ratio of lengths, None where there is none to tell; well above 0 =
    the score follows length."""

    everything: Comparison
    matched: Comparison | None
    """None where no pair is of like length."""
    pairs: int
    ratio: float
    longer: float
    follows: float | None


def length_matched(
    baseline: Scores,
    candidate: Scores,
    baseline_lengths: Sequence[int] | NDArray[np.int64],
    candidate_lengths: Sequence[int] | NDArray[np.int64],
    *,
    ratio: float = RATIO,
    clusters: Sequence[Hashable] | None = None,
    delta: float = 0.05,
    alpha: float = 0.05,
    seed: int = 0,
) -> LengthMatched:
    """`compare` over all pairs and over those of like length. All lists are (n,), in the same order; lengths in
    characters or tokens. Raises EvaluationError as `compare` does, and for lengths that do not match the scores."""
    from ftcore.evaluation.statistics import compare

    if not len(baseline) == len(candidate) == len(baseline_lengths) == len(candidate_lengths):
        raise EvaluationError("Scores and lengths must be given for the same items.")
    if not ratio > 1:
        raise EvaluationError("The ratio within which lengths are alike must be above 1.")
    first, second = (
        np.maximum(np.array(sizes, dtype=np.float64), 1) for sizes in (baseline_lengths, candidate_lengths)
    )
    apart = np.log(second / first)
    alike = np.abs(apart) <= math.log(ratio) + 1e-12
    everything = compare(baseline, candidate, clusters=clusters, delta=delta, alpha=alpha, seed=seed)
    matched = None
    if alike.any():
        kept: list[int] = np.flatnonzero(alike).tolist()
        matched = compare(
            [baseline[at] for at in kept],
            [candidate[at] for at in kept],
            clusters=None if clusters is None else [clusters[at] for at in kept],
            delta=delta,
            alpha=alpha,
            seed=seed,
        )
    longer = float(np.median(second) / np.median(first))
    return LengthMatched(
        everything, matched, int(alike.sum()), ratio, longer, _follows(baseline, candidate, apart.tolist())
    )


def _follows(baseline: Scores, candidate: Scores, apart: Sequence[float]) -> float | None:
    from scipy.stats import rankdata

    rows = [
        (second - first, at)
        for first, second, at in zip(baseline, candidate, apart, strict=True)
        if first is not None and second is not None and not math.isnan(first + second)
    ]
    if len(rows) < 3:
        return None
    one, other = (rankdata(np.round(column, 12)) for column in zip(*rows, strict=True))
    one, other = one - one.mean(), other - other.mean()
    scale = math.sqrt(float((one**2).sum()) * float((other**2).sum()))
    return float((one * other).sum()) / scale if scale else None
