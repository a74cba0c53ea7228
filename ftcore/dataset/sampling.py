"""A random sample to look at, and what it says about the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRIAGE = 200
"""So many random rows are looked at before the rest may be approved together."""


def sample(ids: Sequence[int] | NDArray[Any], many: int, seed: int) -> list[int]:
    """`many` of the ids at random, in random order; all of them when they are fewer.

    Each id has its place by a hash of itself and the seed. So the order in which ids come plays no part, a smaller sample is
    the beginning of a larger one, and a new row takes part without disturbing the others.
    """
    import numpy as np

    different = np.unique(np.asarray(ids, np.int64))
    places = _mixed(different.view(np.uint64) ^ _mixed(np.array([seed & (2**64 - 1)], np.uint64)))
    many = max(0, min(many, len(different)))
    if many < len(different):
        first = np.argpartition(places, many)[:many]
        different, places = different[first], places[first]
    chosen: list[int] = different[np.argsort(places)].tolist()
    return chosen


def upper_share(changed: int, looked_at: int, confidence: float = 0.95) -> float:
    """How large the share of rows that need a change could be, when `changed` of `looked_at` random ones did.

    The upper end of the two-sided exact interval (Clopper and Pearson 1934): 3 of 200 -> .0432. 1.0 when none was looked at.
    Raises ValueError when the numbers are impossible.
    """
    from scipy.special import betaincinv

    _check(changed, looked_at)
    if not 0 < confidence < 1:
        raise ValueError("The confidence must be between 0 and 1.")
    if changed == looked_at:
        return 1.0
    return float(betaincinv(changed + 1, looked_at - changed, 1 - (1 - confidence) / 2))


def told(changed: int, looked_at: int) -> str:
    """One sentence for the triage: "You changed 3 of 200 (1.5%; could be 4.3%)." """
    _check(changed, looked_at)
    if looked_at == 0:
        return "You have not looked at any row of the sample yet."
    most = _percent(upper_share(changed, looked_at))
    if changed == looked_at:
        number = "the only one" if looked_at == 1 else f"all {looked_at:,}"
        return f"You changed {number} that you looked at (100%)."
    number = "none" if changed == 0 else f"{changed:,}"
    return f"You changed {number} of {looked_at:,} ({_percent(changed / looked_at)}; could be {most})."


def _check(changed: int, looked_at: int) -> None:
    if not 0 <= changed <= looked_at:
        raise ValueError(f"{changed} of {looked_at} rows cannot have been changed.")


def _percent(share: float) -> str:
    """One digit after the point, none for whole numbers; a small share is never called 0%, nor a large one 100%."""
    if 0 < share < 0.001:
        return "under 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def _mixed(values: NDArray[Any]) -> NDArray[Any]:
    """The finaliser of splitmix64 (Steele 2014): one to one on 64 bits, and no trace of the order of its inputs."""
    import numpy as np

    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
