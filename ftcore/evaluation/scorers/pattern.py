"""Does the answer fit a pattern (a regular expression)?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.matching import SECONDS, fits
from ftcore.evaluation.scorers.scorer import FORMAT


@dataclass(frozen=True, slots=True)
class Pattern:
    """Option `pattern`: the whole answer, spaces at its ends aside, must fit it."""

    pattern: str = ""
    name: str = "regex"
    label: str = "Fits the pattern"
    explanation: str = "1 when the whole answer fits the pattern (a regular expression), spaces at its ends aside."
    reason: str = FORMAT
    source: str = "own, by the library regex"
    blind_to: str = "It cannot see whether the answer is right, only that it has the form."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        found = fits(self.pattern, answer.strip())
        return math.nan if found is None else float(found)

    def why(self, answer: str, expected: str) -> str:
        if fits(self.pattern, answer.strip()) is None:
            return f"The pattern took longer than {SECONDS:g} seconds on this answer, so it was given up."
        return ""


def make_pattern(context: Context) -> Pattern:
    """Raises EvaluationError when there is no pattern or it is no regular expression."""
    import regex

    pattern = context.of("regex").get("pattern")
    if not isinstance(pattern, str) or not pattern:
        raise EvaluationError("The measure 'regex' needs a pattern.")
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        raise EvaluationError(f"The pattern is no regular expression: {error}.") from None
    return Pattern(pattern)
