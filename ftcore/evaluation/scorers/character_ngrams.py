"""Does it sound like the training answers, by the runs of three characters that they are made of?"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.scorer import STYLE

COMPARED = 5_000
_SIZE = 3
_KEPT = 3_000
_TRIED = 200
Profile = dict[str, float]


@dataclass(frozen=True, slots=True)
class CharacterNgrams:
    """`profile`: how often the training answers use each run of three characters, as a vector of length 1. `usual`: how
    near a training answer comes to the others."""

    profile: Profile = field(default_factory=dict)
    usual: float = 1.0
    name: str = "character_ngrams"
    label: str = "Sounds like the training answers"
    explanation: str = (
        "How near the answer comes to the training answers in the runs of three characters that it is made of: 1 when it "
        "is as near as a typical training answer is to the others."
    )
    reason: str = STYLE
    source: str = "own, after Kešelj and others 2003 (profiles of character n-grams)"
    blind_to: str = (
        "It cannot see sense, and it hears the subject as well as the voice. Short answers give rough values."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        return min(1.0, max(0.0, nearness(counts(answer), self.profile) / self.usual))

    def why(self, answer: str, expected: str) -> str:
        return ""


def make_character_ngrams(context: Context) -> CharacterNgrams:
    """Raises EvaluationError when there are too few training answers."""
    texts = context.habits()
    total: Counter[str] = Counter()
    for text in texts:
        total.update(counts(text))
    step = max(1, len(texts) // _TRIED)
    # Each is compared with all the others: what it brought itself is taken off first.
    own = [nearness(mine, unit(total, mine)) for text in texts[::step] if (mine := counts(text))]
    return CharacterNgrams(unit(total), max(median(own), 1e-6) if own else 1.0)


def counts(text: str) -> Counter[str]:
    """The runs of three characters, whatever the case and the kind of space."""
    plain = f" {' '.join(text[:COMPARED].lower().split())} "
    return Counter(map("".join, zip(plain, plain[1:], plain[2:], strict=False))) if plain.strip() else Counter()


def unit(total: Counter[str], without: Counter[str] | None = None) -> Profile:
    """The most frequent runs as a vector of length 1."""
    kept = {run: float(count) for run, count in total.most_common(_KEPT)}
    for run, count in (without or {}).items():
        if run in kept:
            kept[run] -= count
    length = math.sqrt(sum(count * count for count in kept.values()))
    return {run: count / length for run, count in kept.items() if count > 0} if length else {}


def nearness(found: Counter[str], profile: Profile) -> float:
    """The cosine of two profiles: 0 = nothing in common, 1 = the same."""
    length = math.sqrt(sum(count * count for count in found.values()))
    return sum(count * profile.get(run, 0.0) for run, count in found.items()) / length if length else 0.0
