"""A measured pair: the median of several runs of ours and of the baseline, taken in turn so that a drifting machine hits both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    ours: float
    baseline: float
    how: str
    unit: str = "s"

    def show(self, value: float) -> str:
        return f"{value * 1000:.2f} ms" if self.unit == "s" and value < 0.5 else f"{value:.2f} {self.unit}"


def in_turn(ours: Callable[[], object], baseline: Callable[[], object], times: int = 5) -> tuple[float, float]:
    """Median seconds of each, after one run of each that is not counted."""
    ours(), baseline()
    found: tuple[list[float], list[float]] = ([], [])
    for _ in range(times):
        for kept, what in zip(found, (ours, baseline), strict=True):
            began = time.perf_counter()
            what()
            kept.append(time.perf_counter() - began)
    return median(found[0]), median(found[1])
