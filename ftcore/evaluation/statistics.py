"""Is one arm better than another? A paired comparison with an interval, a p value and a verdict that does not overstate.

Simulated in tests/bench/simulation.py; told in docs/statistics.md. Sources: Miller 2024 (arXiv 2411.00640), Bowyer 2025
(2503.01747). Pure: numpy, and scipy where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from ftcore.evaluation.agreement import Kappa, kappa
from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.intervals import (
    RESAMPLES,
    Floats,
    Interval,
    Scores,
    bonett_price,
    chunks,
    gather,
    interval,
    quantile,
    wilson,
)
from ftcore.evaluation.learning_curve import CurvePoint, LearningCurve, learning_curve
from ftcore.evaluation.length_matched import LengthMatched, length_matched
from ftcore.evaluation.multiplicity import benjamini_hochberg, holm
from ftcore.records import Comparison, Verdict

__all__ = [
    "MISSING_ALLOWED",
    "POWER",
    "CurvePoint",
    "Kappa",
    "LearningCurve",
    "LengthMatched",
    "benjamini_hochberg",
    "compare",
    "detectable_difference",
    "holm",
    "judge",
    "kappa",
    "learning_curve",
    "length_matched",
    "mcnemar",
    "mean_interval",
    "required_n",
    "sign_flip",
]

MISSING_ALLOWED = 0.02
"""Above this share of missing pairs there is no verdict."""
POWER = 0.8


def compare(
    baseline: Scores,
    candidate: Scores,
    *,
    clusters: Sequence[Hashable] | None = None,
    delta: float = 0.05,
    alpha: float = 0.05,
    seed: int = 0,
) -> Comparison:
    """Candidate minus baseline on the same items.

    `baseline` and `candidate` are (n,) scores in [0, 1] in the same order of items; None or NaN is a missing score,
    never a bad one. Items that share a value of `clusters` (n,) are not independent and are resampled together; None
    stands for an item by itself. `delta` is the difference that matters to the user. The same input and seed give the
    same result. Raises EvaluationError for lengths that differ and scores that are no scores.

    When not one pair is complete, the averages are 0, the interval is everything, and `n` is 0.
    """
    first, second = _scores(baseline, "baseline"), _scores(candidate, "candidate")
    _check(first, second, clusters, delta, alpha)
    there = ~(np.isnan(first) | np.isnan(second))
    n, missing = int(there.sum()), int((~there).sum())
    if n == 0:
        return _nothing(missing, delta, alpha, seed)
    first, second = first[there], second[there]
    groups = (
        None if clusters is None else _numbered([c for c, is_there in zip(clusters, there, strict=True) if is_there])
    )
    differences = _rounded(second - first)
    wins, losses = int((differences > 0).sum()), int((differences < 0).sum())
    if groups is None and _is_binary(first) and _is_binary(second):
        found = bonett_price(wins, losses, n, alpha)
        p_value = mcnemar(wins, losses)
    else:
        units = gather(differences, groups)
        found = interval(units, (-1.0, 1.0), alpha=alpha, seed=seed)
        p_value = sign_flip(units.sums, seed)
    return Comparison(
        n=n,
        baseline_avg=float(first.mean()),
        candidate_avg=float(second.mean()),
        mean_difference=float(differences.mean()),
        low=found.low,
        high=found.high,
        p_value=p_value,
        wins=wins,
        ties=n - wins - losses,
        losses=losses,
        missing=missing,
        verdict=judge(found.low, found.high, delta=delta, missing_share=missing / (n + missing)),
        method=found.method,
        rough=found.rough,
        delta=delta,
        alpha=alpha,
        seed=seed,
        detectable_difference=min(1.0, _strength(alpha) * found.se),
    )


def judge(low: float, high: float, *, delta: float, missing_share: float = 0.0) -> Verdict:
    """The verdict for the interval of a difference. The order matters: missing answers never pass, and a difference
    that is real but smaller than `delta` is called equivalent."""
    if missing_share > MISSING_ALLOWED:
        return Verdict.NOT_ENOUGH_EVIDENCE
    if -delta < low and high < delta:
        return Verdict.EQUIVALENT
    if low > delta:
        return Verdict.CLEARLY_BETTER
    if low > 0:
        return Verdict.BETTER
    if high < 0:
        return Verdict.WORSE
    if low > -delta:
        return Verdict.NOT_WORSE
    return Verdict.NOT_ENOUGH_EVIDENCE


def mean_interval(scores: Scores, *, alpha: float = 0.05, seed: int = 0) -> tuple[float, float, float]:
    """(average, low, high) of one arm's scores in [0, 1]: Wilson for 0/1, otherwise as for differences. Missing scores
    are left out; (0, 0, 1) when none is there."""
    found = _scores(scores, "scores")
    found = found[~np.isnan(found)]
    if len(found) == 0:
        return 0.0, 0.0, 1.0
    average = float(found.mean())
    bounds: Interval
    if _is_binary(found):
        bounds = wilson(int(found.sum()), len(found), alpha)
    else:
        bounds = interval(gather(found, None), (0.0, 1.0), alpha=alpha, seed=seed)
    return average, bounds.low, bounds.high


def detectable_difference(n: int, sd: float = 0.35, *, alpha: float = 0.05) -> float:
    """The smallest true difference that `n` pairs show with 80% power, when the differences spread by `sd`:
    2.80 x sd / sqrt(n) at alpha .05. At most 1."""
    return 1.0 if n < 1 else min(1.0, _strength(alpha) * sd / math.sqrt(n))


def required_n(sd: float, difference: float, *, alpha: float = 0.05) -> int:
    """How many pairs show a true difference of this size with 80% power, when the differences spread by `sd`. Raises
    EvaluationError for a difference that is not in (0, 1] and a spread below 0."""
    if not 0 < difference <= 1:
        raise EvaluationError("The difference to be seen must be above 0 and at most 1.")
    if not 0 <= sd < math.inf:
        raise EvaluationError("The spread of the differences must be a number, 0 or above.")
    return max(1, math.ceil((_strength(alpha) * sd / difference) ** 2 - 1e-9))


def mcnemar(wins: int, losses: int) -> float:
    """Exact two-sided p value for paired 0/1 scores: the binomial test of wins among the pairs that differ."""
    from scipy.special import bdtr

    return 1.0 if wins + losses == 0 else min(1.0, 2 * float(bdtr(min(wins, losses), wins + losses, 0.5)))


def sign_flip(sums: Floats, seed: int) -> float:
    """Two-sided p value of the sign-flip permutation test on units' summed differences: (1 + hits) / (B + 1)."""
    sums = sums[sums != 0]
    if len(sums) == 0:
        return 1.0
    random = np.random.default_rng((seed, 1))
    total = float(sums.sum())
    # Sums that are equal in truth may differ in the last bits.
    observed = abs(total) - 1e-9 * float(np.abs(sums).sum())
    hits = 0
    for size in chunks(RESAMPLES, len(sums)):
        drawn = np.frombuffer(random.bytes(size * -(-len(sums) // 8)), dtype=np.uint8)
        kept = np.unpackbits(drawn.reshape(size, -1), axis=1, count=len(sums))
        # What keeps its sign less what does not.
        hits += int((np.abs(2 * (kept.astype(np.float64) @ sums) - total) >= observed).sum())
    return (1 + hits) / (RESAMPLES + 1)


def _strength(alpha: float) -> float:
    """2.80 at alpha .05."""
    return quantile(1 - alpha / 2) + quantile(POWER)


def _scores(values: Scores, name: str) -> Floats:
    try:
        found = np.array([math.nan if value is None else value for value in values], dtype=np.float64)
    except (TypeError, ValueError):
        raise EvaluationError(
            f"The {name} must be a list of numbers from 0 to 1, with None where one is missing."
        ) from None
    if found.ndim != 1:
        raise EvaluationError(f"The {name} must be one list of numbers, not a table.")
    outside = np.flatnonzero(~np.isnan(found) & ((found < 0) | (found > 1)))
    if len(outside):
        at = int(outside[0])
        raise EvaluationError(f"Scores go from 0 to 1, but item {at + 1} of the {name} is {found[at]:g}.")
    return found


def _check(first: Floats, second: Floats, clusters: Sequence[Hashable] | None, delta: float, alpha: float) -> None:
    if len(first) != len(second):
        raise EvaluationError(
            f"The two lists must hold the same items: the baseline has {len(first)} scores, the candidate {len(second)}."
        )
    if len(first) == 0:
        raise EvaluationError("There are no scores to compare.")
    if clusters is not None and len(clusters) != len(first):
        raise EvaluationError(f"There are {len(first)} items but {len(clusters)} clusters.")
    if not 0 < delta < 1:
        raise EvaluationError("The difference that matters (delta) must lie between 0 and 1.")
    if not 0 < alpha < 1:
        raise EvaluationError("alpha must lie between 0 and 1; 0.05 gives a 95% interval.")


def _numbered(clusters: Sequence[Hashable]) -> NDArray[np.int64] | None:
    """Numbers for the clusters; None when every item is by itself."""
    numbers: dict[Hashable, int] = {}
    found = np.array(
        [numbers.setdefault((at,) if c is None else (c, c), len(numbers)) for at, c in enumerate(clusters)]
    )
    return None if len(numbers) == len(found) else found


def _rounded(differences: Floats) -> Floats:
    """0.3 - 0.1 and 0.2 are the same difference."""
    return np.round(differences, 12) + 0.0


def _is_binary(scores: Floats) -> bool:
    return bool(np.all((scores == 0) | (scores == 1)))


def _nothing(missing: int, delta: float, alpha: float, seed: int) -> Comparison:
    return Comparison(
        n=0,
        baseline_avg=0.0,
        candidate_avg=0.0,
        mean_difference=0.0,
        low=-1.0,
        high=1.0,
        p_value=1.0,
        wins=0,
        ties=0,
        losses=0,
        missing=missing,
        verdict=Verdict.NOT_ENOUGH_EVIDENCE,
        method="none",
        rough=True,
        delta=delta,
        alpha=alpha,
        seed=seed,
    )
