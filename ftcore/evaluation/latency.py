"""How long answers take: the middle one, and what 95 of 100 stay below. Pure.

A reply that was kept from an earlier run counts with the time that was measured when it was asked for: reading it again
from the store is no fast answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds."""

    n: int
    median: float
    p95: float


def latency(seconds: Sequence[float]) -> Latency | None:
    """Of the answers that arrived; None without any. Quantiles lie between the two nearest values (linear, as numpy's)."""
    import numpy as np

    if not len(seconds):
        return None
    median, p95 = (float(found) for found in np.quantile(np.asarray(seconds, dtype=np.float64), (0.5, 0.95)))
    return Latency(len(seconds), median, p95)
