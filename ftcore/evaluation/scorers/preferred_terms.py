"""Is the preferred word used rather than the one it replaces?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ftcore.evaluation.errors import EvaluationError
from ftcore.evaluation.scorers.context import Context
from ftcore.evaluation.scorers.scorer import TERMS
from ftcore.evaluation.scorers.terms_text import prepared, sought, take_out


@dataclass(frozen=True, slots=True)
class PreferredTerms:
    """`pairs`: (old, new)."""

    pairs: tuple[tuple[str, str], ...] = ()
    name: str = "preferred_terms"
    label: str = "Preferred terms used"
    explanation: str = (
        "Of all places where the answer uses a preferred term or the one it replaces, the share with the preferred one. "
        "1 when it uses neither."
    )
    reason: str = TERMS
    source: str = "own, from the project's terms"
    blind_to: str = "It cannot see whether the answer is right, nor a third word for the same thing."
    binary: bool = False

    def score(self, answer: str, expected: str) -> float:
        counts = [self._count(answer, old, new) for old, new in self.pairs]
        new = sum(right for _, right in counts)
        total = new + sum(wrong for wrong, _ in counts)
        return new / total if total else 1.0

    def why(self, answer: str, expected: str) -> str:
        found = [f"“{old}” (preferred: “{new}”)" for old, new in self.pairs if self._count(answer, old, new)[0]]
        return f"Used: {', '.join(found[:8])}." if found else ""

    @staticmethod
    def _count(answer: str, old: str, new: str) -> tuple[int, int]:
        """(how often the old term, how often the new one). The longer is looked for first: it may hold the other."""
        text, wanted = prepared(answer), {old: sought(old), new: sought(new)}
        found = {}
        for term in sorted(wanted, key=lambda term: -len(wanted[term])):
            found[term], text = take_out(text, wanted[term])
        return found[old], found[new]


def make_preferred_terms(context: Context) -> PreferredTerms:
    """Raises EvaluationError when the project names no preferred terms."""
    kept = context.terms.get("preferred")
    pairs = kept.items() if isinstance(kept, Mapping) else ()
    found = tuple(
        (str(old).strip(), new.strip())
        for old, new in pairs
        if isinstance(new, str) and sought(str(old)).strip() and new.strip() and sought(str(old)) != sought(new)
    )
    if not found:
        raise EvaluationError("The project names no preferred terms. They are listed with the project's terms.")
    return PreferredTerms(found)
