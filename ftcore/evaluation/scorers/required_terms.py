"""Do the house's own words come back where they are expected?"""

from __future__ import annotations

from dataclasses import dataclass

from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.scorer import TERMS
from ftcore.evaluation.scorers.terms_text import holds, prepared


@dataclass(frozen=True, slots=True)
class RequiredTerms:
    terms: tuple[str, ...] = ()
    name: str = "required_terms"
    label: str = "Required terms used"
    explanation: str = (
        "Of the project's required terms that stand in the expected answer, the share that stands in the answer too. 1 "
        "when none is expected."
    )
    reason: str = TERMS
    source: str = "own, from the project's terms"
    blind_to: str = (
        "It cannot see whether a term is used rightly, nor another form of the word (“refunds” for “refund”)."
    )
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        wanted = self._expected(expected)
        return 1 - len(self._missed(answer, wanted)) / len(wanted) if wanted else 1.0

    def why(self, answer: str, expected: str) -> str:
        wanted = self._expected(expected)
        if not wanted:
            return "No required term stands in the expected answer."
        missed = self._missed(answer, wanted)
        return f"Not used: {', '.join(missed[:8])}." if missed else ""

    def _expected(self, expected: str) -> list[str]:
        text = prepared(expected)
        return [term for term in self.terms if holds(text, term)]

    def _missed(self, answer: str, wanted: list[str]) -> list[str]:
        text = prepared(answer)
        return [term for term in wanted if not holds(text, term)]


def make_required_terms(context: Context) -> RequiredTerms:
    """Raises EvaluationError when the project has no required terms."""
    return RequiredTerms(context.words("required"))
