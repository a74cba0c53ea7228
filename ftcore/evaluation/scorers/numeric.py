"""Are the numbers right, within a tolerance?"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.normal_form import normal_form
from ftcore.evaluation.scorers.scorer import QUALITY

COMPARED = 20_000
_NUMBER = re.compile(
    r"(?<![\w.,])[-+\u2212]?(?:\d{1,15}(?:,\d{3})+|\d{1,300})(?:\.\d{1,300})?(?:[eE][-+]?\d{1,3})?(?![\d])"
)
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Numeric:
    """Option `tolerance`: the difference that is allowed, as a share of the expected number (0.01 = 1%)."""

    tolerance: float = 0.0
    name: str = "numeric"
    label: str = "Numbers right"
    explanation: str = (
        "The share of the expected numbers that stand in the answer, each used once, within the tolerance. Without "
        "numbers in the expected answer the texts must be the same, whatever the case and punctuation."
    )
    reason: str = QUALITY
    source: str = "own"
    blind_to: str = (
        "It cannot see what a number is the number of, nor numbers that should not be there. It reads 1,234.5."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        wanted = numbers(expected)
        if not wanted:
            return float(normal_form(answer) == normal_form(expected))
        return 1 - len(self._missed(answer, wanted)) / len(wanted)

    def why(self, answer: str, expected: str) -> str:
        missed = self._missed(answer, numbers(expected))
        return f"Not found: {', '.join(f'{number:g}' for number in missed[:8])}." if missed else ""

    def _missed(self, answer: str, wanted: list[float]) -> list[float]:
        given = sorted(numbers(answer))
        missed = []
        for number in sorted(wanted):
            allowed = abs(number) * self.tolerance + _TINY * max(1.0, abs(number))
            while given and given[0] < number - allowed:
                given.pop(0)
            if given and given[0] <= number + allowed:
                given.pop(0)
            else:
                missed.append(number)
        return missed


def make_numeric(context: Context) -> Numeric:
    """Raises EvaluationError when the tolerance is no number."""
    return Numeric(context.number("numeric", "tolerance", 0.0))


def numbers(text: str) -> list[float]:
    """The finite numbers of a text, in its order. A comma parts thousands, a point decimals."""
    found = []
    for match in _NUMBER.finditer(text[:COMPARED]):
        try:
            number = float(match.group().replace(",", "").replace("\u2212", "-"))
        except (ValueError, OverflowError):  # digits of other scripts that float() reads, and some that it does not
            continue
        if abs(number) < 1e300:
            found.append(number)
    return found
