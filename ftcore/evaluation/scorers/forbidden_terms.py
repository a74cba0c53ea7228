"""Are words used that must never be?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.scorer import TERMS
from ftcore.evaluation.scorers.terms_text import holds, prepared


@dataclass(frozen=True, slots=True)
class ForbiddenTerms:
    terms: tuple[str, ...] = ()
    name: str = "forbidden_terms"
    label: str = "No forbidden terms"
    explanation: str = "1 when none of the project's forbidden terms stands in the answer, else 0."
    reason: str = TERMS
    source: str = "own, from the project's terms"
    blind_to: str = "It cannot see whether the answer is right, nor another form of a forbidden word."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        return float(not self._found(answer))

    def why(self, answer: str, expected: str) -> str:
        found = self._found(answer)
        return f"Used: {', '.join(found[:8])}." if found else ""

    def _found(self, answer: str) -> list[str]:
        text = prepared(answer)
        return [term for term in self.terms if holds(text, term)]


def make_forbidden_terms(context: Context) -> ForbiddenTerms:
    """Raises EvaluationError when the project has no forbidden terms."""
    return ForbiddenTerms(context.words("forbidden"))
