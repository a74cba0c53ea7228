"""Is it as easy to read as the training answers are?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import fmean, pstdev

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.scorer import STYLE

COMPARED = 20_000
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_END = re.compile(r"[.!?…。！？]+(?:\s|$)|\n+")
_LEAST = {"ARI": 1.0, "LIX": 4.0}
"""A spread below this is none that a reader would notice."""
_FAR = 4.0


@dataclass(frozen=True, slots=True)
class Readability:
    """`usual`: (measure, average, standard deviation) of the training answers."""

    usual: tuple[tuple[str, float, float], ...] = ()
    name: str = "readability"
    label: str = "As easy to read as training"
    explanation: str = (
        "How near the lengths of sentences and words come to the training answers' (ARI and LIX): 1 within one standard "
        "deviation of their average, 0 from four on, in between evenly."
    )
    reason: str = STYLE
    source: str = "ARI: Smith and Senter 1967; LIX: Björnsson 1968"
    blind_to: str = (
        "It cannot see what the answer says, nor whether the words are known. Short answers give rough values."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        found = readings(answer)
        if not self.usual:
            return 1.0
        if not found:
            return 0.0
        return fmean(_near(found[name], average, spread) for name, average, spread in self.usual)

    def why(self, answer: str, expected: str) -> str:
        found = readings(answer)
        if not found:
            return "There is no word in it."
        if self.score(answer, expected) == 1:
            return ""
        return " ".join(f"{name} {found[name]:.0f}; training: {average:.0f}." for name, average, _ in self.usual)


def make_readability(context: Context) -> Readability:
    """Raises EvaluationError when there are too few training answers."""
    found = [one for text in context.habits() if (one := readings(text))]
    if not found:
        return Readability()
    usual: list[tuple[str, float, float]] = []
    for name, least in _LEAST.items():
        values = [one[name] for one in found]
        usual.append((name, fmean(values), max(least, pstdev(values))))
    return Readability(tuple(usual))


def readings(text: str) -> dict[str, float]:
    """ARI and LIX of a text; empty when there is no word in it. Higher is harder to read."""
    text = text[:COMPARED]
    words = _WORD.findall(text)
    if not words:
        return {}
    sentences = sum(1 for part in _END.split(text) if _WORD.search(part)) or 1
    characters, long = sum(map(len, words)), sum(len(word) > 6 for word in words)
    length = len(words) / sentences
    return {
        "ARI": 4.71 * characters / len(words) + 0.5 * length - 21.43,
        "LIX": length + 100 * long / len(words),
    }


def _near(value: float, average: float, spread: float) -> float:
    return min(1.0, max(0.0, (_FAR - abs(value - average) / spread) / (_FAR - 1)))
