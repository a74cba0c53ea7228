"""Does it say what this house never says?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.context import Context, texts
from ftcore.evaluation.scorers.scorer import STYLE
from ftcore.evaluation.scorers.terms_text import holds, prepared

USUAL = (
    "as an AI",
    "as a language model",
    "as an AI language model",
    "I hope this helps",
    "feel free to",
    "I'm sorry, but I can't",
    "I'm sorry, but I cannot",
    "great question",
    "it is important to note",
    "it's important to note",
    "certainly! here",
    "sure! here",
    "delve into",
    "in today's fast-paced world",
)
"""What models say by habit."""


@dataclass(frozen=True, slots=True)
class BannedPhrases:
    phrases: tuple[str, ...] = USUAL
    name: str = "banned_phrases"
    label: str = "No banned phrases"
    explanation: str = (
        "1 when none of the banned phrases stands in the answer, else 0. Without a list of your own, those are phrases "
        "that models use by habit and your training answers never use."
    )
    reason: str = STYLE
    source: str = "own"
    blind_to: str = "It cannot see whether the answer is right, nor the same said in slightly other words."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        return float(not self._found(answer))

    def why(self, answer: str, expected: str) -> str:
        found = self._found(answer)
        return f"Says: {', '.join(f'“{phrase}”' for phrase in found[:8])}." if found else ""

    def _found(self, answer: str) -> list[str]:
        text = prepared(answer)
        return [phrase for phrase in self.phrases if holds(text, phrase)]


def make_banned_phrases(context: Context) -> BannedPhrases:
    """The option `phrases`, or the usual ones. Raises EvaluationError when there is neither a list nor training answers."""
    given = texts(context.of("banned_phrases").get("phrases"))
    if given:
        return BannedPhrases(given)
    said = [prepared(text) for text in context.habits()]
    return BannedPhrases(tuple(phrase for phrase in USUAL if not any(holds(text, phrase) for text in said)))
