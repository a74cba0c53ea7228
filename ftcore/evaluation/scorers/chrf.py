"""How many short runs of characters do the answer and the expected one share?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ftcore.evaluation.scorers.ngrams import common_runs
from ftcore.evaluation.scorers.scorer import QUALITY

COMPARED = 5_000
ORDER = 6
BETA = 2


@dataclass(frozen=True, slots=True)
class Chrf:
    name: str = "chrf"
    label: str = "Characters in common (chrF)"
    explanation: str = (
        "How many runs of one to six characters the answer shares with the expected one; missing ones weigh more than "
        "superfluous ones. The first 5,000 characters are compared."
    )
    reason: str = QUALITY
    source: str = "Popović 2015, as sacrebleu gives it for one sentence, divided by 100"
    blind_to: str = "It cannot see sense: a wrong number costs next to nothing."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        ours, theirs = "".join(answer[:COMPARED].split()), "".join(expected[:COMPARED].split())
        if ours == theirs:
            return 1.0
        runs = common_runs(ours, theirs, ORDER)
        if runs is None:  # more than a thousand different characters
            return min(1.0, max(0.0, float(_metric().sentence_score(ours, [theirs]).score) / 100))
        there = [n for n in range(ORDER) if runs.first[n] and runs.second[n]]
        if not there or not any(runs.common):
            return 0.0
        precision = sum(runs.common[n] / runs.first[n] for n in there) / len(there)
        recall = sum(runs.common[n] / runs.second[n] for n in there) / len(there)
        return (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)

    def why(self, answer: str, expected: str) -> str:
        return ""


@lru_cache(maxsize=1)
def _metric() -> Any:
    from sacrebleu.metrics import CHRF

    return CHRF()
