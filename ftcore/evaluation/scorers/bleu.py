"""How many short runs of words do the answer and the expected one share?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ftcore.evaluation.scorers.ngrams import common_runs
from ftcore.evaluation.scorers.scorer import QUALITY

COMPARED = 20_000
ORDER = 4


@dataclass(frozen=True, slots=True)
class Bleu:
    name: str = "bleu"
    label: str = "Word runs in common (BLEU)"
    explanation: str = (
        "How many runs of one to four words of the answer stand in the expected one, less a deduction for an answer that "
        "is too short. The first 20,000 characters are compared."
    )
    reason: str = QUALITY
    source: str = "Papineni 2002, as sacrebleu gives it for one sentence (effective order), divided by 100"
    blind_to: str = (
        "It was made for whole sets of texts: on one short answer it is rough, and other words count as wrong."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        from sacrebleu.metrics import BLEU

        ours, theirs = _words(answer[:COMPARED]), _words(expected[:COMPARED])
        if ours == theirs:
            return 1.0
        runs = common_runs(ours, theirs, ORDER)
        if runs is None:
            return 0.0  # no text of 20,000 characters gets there
        found = BLEU.compute_bleu(
            runs.common, runs.first, len(ours), len(theirs), smooth_method="exp", effective_order=True
        )
        return min(1.0, max(0.0, float(found.score) / 100))

    def why(self, answer: str, expected: str) -> str:
        return ""


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[str, ...]:
    """Cut as sacrebleu cuts (13a). Kept, since every arm's answer is compared with the same expected one."""
    return tuple(_tokenizer()(text.rstrip()).split())


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

    return Tokenizer13a()
